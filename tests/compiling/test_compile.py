"""Compilation: every rule has an outcome on every target, with the reason when it is not ok."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.targets import discover, elastic, splunk, sqlite
from tests.conftest import DOMAINS, RULE, MakeContent

CORRELATION = """\
title: Both
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a02
name: both
correlation:
    type: temporal
    rules: [sample, other]
    group-by: [Computer]
    timespan: 1h
level: high
"""
OTHER = RULE.replace("7a01", "7a03").replace("name: sample", "name: other")

#: pySigma writes the byte order mark of UTF-16 wrongly, so that no language has it.
REFUSED = """\
detection:
    selection:
        QueryName|utf16|base64offset|contains: abc
    condition: selection
level: high
"""
LEFT = "without other, which the target refuses"


def compiled(content: object, target: object = sqlite.TARGET) -> dict[str, Query]:
    return {q.rule.name: q for q in compile_target(content, target)}  # type: ignore[arg-type]


def test_nine_targets_are_discovered() -> None:
    assert list(discover()) == [
        "defender",
        "elastic",
        "logscale",
        "loki",
        "opensearch",
        "sentinel",
        "sigma",
        "splunk",
        "sqlite",
    ]


@pytest.mark.parametrize("name", sorted(discover()))
def test_every_rule_has_an_outcome_and_a_reason_if_it_is_not_ok(
    make_content: MakeContent, name: str
) -> None:
    content = make_content(a=RULE, b=OTHER, c=CORRELATION)
    target = discover()[name]
    queries = list(compile_target(content, target))
    assert len(queries) == 3 * len(target.languages)
    for query in queries:
        assert (query.outcome == "ok") == (query.reason == ""), query
        assert bool(query.path) == (query.outcome != "refused"), query


def test_header_names_title_id_level_and_version(make_content: MakeContent) -> None:
    text = compiled(make_content(a=RULE + "modified: 2026-11-24\n"))["sample"].text
    assert text.startswith(
        "-- Sample\n-- id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01   level: high   "
        "version: 2026-11-24\nSELECT"
    )


def test_query_with_the_products_own_lookup_is_made_beside_the_inline_one(
    make_content: MakeContent,
) -> None:
    query = compiled(make_content(a=RULE), splunk.TARGET)["sample"]
    assert "bad.example.com" in query.text
    assert "bad.example.com" not in query.native_text
    assert "inputlookup ioc_domains" in query.native_text


def test_rule_without_a_lookup_has_no_lookup_query(make_content: MakeContent) -> None:
    rule = RULE.replace("QueryName|expand: '%ioc_domains%'", "QueryName: a.example")
    assert compiled(make_content(a=rule), splunk.TARGET)["sample"].native_path == ""


def test_unknown_log_source_is_refused_with_its_name(make_content: MakeContent) -> None:
    rule = RULE.replace("category: dns_query", "category: moon_phase")
    query = compiled(make_content(a=rule), splunk.TARGET)["sample"]
    assert (query.outcome, query.path) == ("refused", "")
    assert "windows/moon_phase" in query.reason


def test_a_rule_is_refused_where_the_events_lack_all_that_it_asks_for(
    make_content: MakeContent,
) -> None:
    """Sysmon's event 11 has no hashes; Elastic Defend's file events, for one, have."""
    rule = RULE.replace("category: dns_query", "category: file_event")
    only = rule.replace("QueryName|expand: '%ioc_domains%'", f"Hashes: '*SHA256={'ab' * 32}*'")
    query = compiled(make_content(a=only), splunk.TARGET)["sample"]
    assert (query.outcome, query.reason) == ("refused", "no event of the product has Hashes")
    assert compiled(make_content(a=only), elastic.TARGET)["sample"].outcome == "ok"
    other = only.replace("condition", "other: {TargetFilename: a.exe}\n    condition: 1 of them #")
    assert compiled(make_content(a=other), splunk.TARGET)["sample"].outcome == "ok"


def test_correlation_of_a_refused_rule_is_refused_with_its_reason(
    make_content: MakeContent,
) -> None:
    other = OTHER.replace("category: dns_query", "category: moon_phase")
    queries = compiled(make_content(a=RULE, b=other, c=CORRELATION), splunk.TARGET)
    assert queries["both"].outcome == "refused"
    assert queries["both"].reason.startswith("needs other: ")


def test_targets_do_not_spoil_each_others_rules(make_content: MakeContent) -> None:
    content = make_content(a=RULE, b=OTHER, c=CORRELATION)
    alone = compiled(content)["sample"].text
    for target in discover().values():
        list(compile_target(content, target))
    assert compiled(content)["sample"].text == alone
    assert compiled(content)["both"].text == compiled(content)["both"].text


def test_rule_with_two_conditions_is_refused(make_content: MakeContent) -> None:
    rule = RULE.replace("condition: selection", "condition: [selection, not selection]")
    query = compiled(make_content(a=rule))["sample"]
    assert query.reason == "2 conditions give 2 queries, not one"


def test_too_many_values_are_refused_by_count_but_not_the_products_own_table(
    make_content: MakeContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigmapack.content.limits.MOST_INLINE", 5)
    content = make_content(sample=RULE)
    for name, target in discover().items():
        for query in compile_target(content, target):
            assert query.outcome == "refused" and query.path == "", name
            assert query.reason.startswith("8 values are too many for one query (5 at most): use")
    (query,) = compile_target(content, sqlite.TARGET)
    assert query.native_path == "sqlite/queries/lookup/sample.sql"
    assert [artifact.path for artifact in query.artifacts()] == [query.native_path]


LANGUAGES = [(name, each.name) for name, t in sorted(discover().items()) for each in t.languages]


@pytest.mark.parametrize(("name", "language"), LANGUAGES)
def test_a_correlation_holds_no_more_than_a_query_may(
    make_content: MakeContent, name: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its rules fits, and not both together."""
    rows = [f"name{n}.example.com,c2,any,high,test,,,,no\n" for n in range(100)]
    table = "".join([DOMAINS.partition("\n")[0], "\n", *rows])
    content = make_content({"ioc_domains": table}, a=RULE, b=OTHER, c=CORRELATION)
    every = discover()[name]
    target = replace(every, languages=tuple(e for e in every.languages if e.name == language))
    before = compiled(content, target)
    most = max(len(before["sample"].bare), len(before["other"].bare))
    monkeypatch.setattr("sigmapack.content.limits.LONGEST_QUERY", most)
    after = compiled(content, target)
    assert {after["sample"].outcome, after["other"].outcome} == {"ok"}
    if name == "sigma" or not before["both"].path:  # it refers to its rules, or there is none
        assert after["both"].outcome == before["both"].outcome
        return
    reason = f"{len(before['both'].bare):,} characters are too many for one query ({most:,} at most"
    assert after["both"].outcome == "refused" and after["both"].reason.startswith(reason)


@pytest.mark.parametrize("name", sorted(set(discover()) - {"opensearch", "sigma"}))
@pytest.mark.parametrize("kind", ["event_count", "value_count"])
def test_a_count_goes_on_without_a_member_that_is_refused(
    make_content: MakeContent, name: str, kind: str
) -> None:
    counted = ", field: QueryName" if kind == "value_count" else ""
    correlation = CORRELATION.replace("type: temporal", f"type: {kind}").replace(
        "timespan: 1h", f"timespan: 1h\n    condition: {{gte: 3{counted}}}"
    )
    content = make_content(a=RULE, b=OTHER[: OTHER.index("detection:")] + REFUSED, c=correlation)
    for query in compile_target(content, discover()[name]):
        if query.rule.name == "both" and query.language not in ("eql", "lucene"):
            assert (query.outcome, query.reason) == ("degraded", LEFT)
