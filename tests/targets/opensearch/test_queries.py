"""OpenSearch: what its Lucene queries and files must say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.model import Content
from sigmapack.targets.ecs.lucene import MAX_REGEX
from sigmapack.targets.opensearch import TARGET

MakeContent = Callable[..., Content]

RULE = """\
title: One
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01
name: one
logsource: {logsource}
detection:
    s: {selection}
    condition: s
level: high
"""
CORRELATION = """\
title: Correlated
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a99
name: correlated
correlation:
    type: event_count
    rules: [one]
    group-by: [Computer]
    timespan: 24h
    condition: {gte: 5}
level: high
"""
DNS = "{product: windows, category: dns_query}"


def compiled(make_content: MakeContent, selection: str, logsource: str = DNS) -> Query:
    content = make_content(one=RULE.format(selection=selection, logsource=logsource))
    (query,) = compile_target(content, TARGET)
    return query


def test_a_list_of_domains_is_found_in_any_case_and_below(make_content: MakeContent) -> None:
    text = compiled(make_content, "{QueryName|expand: '%ioc_domains%'}").text
    start = 'winlog.channel:"Microsoft-Windows-Sysmon/Operational" AND event.code:22 AND '
    assert text.startswith(start)
    found = re.findall(r"dns\.question\.name:/(.+?)/", text)
    assert found
    assert all(len(one) <= MAX_REGEX for one in found)

    def hit(name: str) -> bool:
        return any(re.fullmatch(one, name) for one in found)

    assert all(map(hit, ["bad.example.com", "X.BAD.example.com", "worse.example.net."]))
    assert not any(map(hit, ["abad.example.com", "bad.example.com.test", "bad-example.com"]))


def test_a_log_source_that_no_shipper_brings_is_refused(make_content: MakeContent) -> None:
    query = compiled(make_content, "{Signature: a}", "{category: antivirus}")
    assert query.outcome == "refused"
    assert query.reason == ("no agent or integration of the product brings events of any/antivirus")


def test_correlations_are_refused_with_a_reason(make_content: MakeContent) -> None:
    rule = RULE.format(selection="{QueryName: a}", logsource=DNS)
    content = make_content(one=rule, two=CORRELATION)
    found = {query.rule.name: query for query in compile_target(content, TARGET)}
    assert found["one"].outcome == "ok"
    assert found["correlated"].outcome == "refused"
    assert "correlates none" in found["correlated"].reason


def test_each_lookup_is_one_document_for_a_terms_query(make_content: MakeContent) -> None:
    content = make_content(one=RULE.format(selection="{QueryName: a}", logsource=DNS))
    files = {a.path: a.data for a in TARGET.package(content, ())}
    action, document = map(json.loads, files["lookups/ioc_domains.ndjson"].splitlines())
    assert action == {"index": {"_index": "threecx-lookups", "_id": "ioc_domains"}}
    assert document["values"] == ["bad.example.com", "worse.example.net"]


def test_index_patterns_name_where_a_query_runs(make_content: MakeContent) -> None:
    content = make_content(one=RULE.format(selection="{QueryName: a}", logsource=DNS))
    queries = tuple(compile_target(content, TARGET))
    files = {a.path: a.data for a in TARGET.package(content, queries)}
    assert json.loads(files["index_patterns.json"]) == {"one": ["winlogbeat-*"]}
