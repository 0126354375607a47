"""The manifest: what it says of rules and lookups, so that two builds can be compared."""

from __future__ import annotations

import json
from typing import Any

from sigmapack.manifest import manifest
from tests.conftest import DOMAINS, RULE, MakeContent

CORRELATION = """\
title: Twice
name: twice
correlation:
    type: event_count
    rules: [sample]
    group-by: [Computer]
    timespan: 1h
    condition: {gte: 2}
level: high
"""


def said(make_content: MakeContent, **rules: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(manifest(make_content(**rules), [], []).data)
    return data


def of(data: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(rule for rule in data["rules"] if rule["rule"] == name)
    return found


def test_a_rule_has_what_a_comparison_and_a_replay_need(make_content: MakeContent) -> None:
    data = said(make_content, sample=RULE, twice=CORRELATION)
    rule, correlation = of(data, "sample"), of(data, "twice")
    assert rule["path"] == "rules/sample.yml"
    assert rule["logsource"] == {"product": "windows", "category": "dns_query"}
    assert (rule["lookups"], rule["fields"], rule["steps"]) == (["ioc_domains"], ["QueryName"], [])
    assert (correlation["fields"], correlation["steps"]) == (["Computer"], [["sample"]])


def test_words_and_dates_leave_the_hash_of_the_logic(make_content: MakeContent) -> None:
    before = of(said(make_content, sample=RULE), "sample")
    worded = RULE + "description: Said in another way.\nmodified: 2026-11-30\n"
    after = of(said(make_content, sample=worded), "sample")
    assert after["logic"] == before["logic"]
    assert after["attributes"].keys() - before["attributes"].keys() == {"description", "modified"}
    assert (before["modified"], after["modified"], after["line"]) == ("", "2026-11-30", 13)


def test_the_order_of_keys_changes_no_hash_and_a_value_does(make_content: MakeContent) -> None:
    before = of(said(make_content, sample=RULE), "sample")
    turned = RULE.replace(
        "    product: windows\n    category: dns_query\n",
        "    category: dns_query\n    product: windows\n",
    )
    assert of(said(make_content, sample=turned), "sample")["logic"] == before["logic"]
    other = RULE.replace("QueryName|expand", "QueryName|cased|expand")
    assert of(said(make_content, sample=other), "sample")["logic"] != before["logic"]


def test_a_row_of_a_lookup_is_no_change_of_a_rule(make_content: MakeContent) -> None:
    before = said(make_content, sample=RULE)
    rows = DOMAINS + "new.example.org,c2,any,high,test,,,,no\n"
    after = said(lambda **rules: make_content({"ioc_domains": rows}, **rules), sample=RULE)
    assert after["rules"] == before["rules"]
    (table,) = after["lookups"]
    assert table["columns"][0] == "domain"
    assert [row[0] for row in table["rows"]] == [
        "bad.example.com",
        "worse.example.net",
        "new.example.org",
    ]
