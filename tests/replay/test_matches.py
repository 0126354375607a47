"""Replay: what is found, what is shown of it, and that no record is lost in silence."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sigmapack.events.read import UnreadableInput
from sigmapack.replay import Report, replay
from tests.conftest import RULE, MakeContent

OTHER = """\
title: Other
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a03
name: other
logsource: {product: windows, category: process_creation}
detection:
    selection: {Image|endswith: '\\cmd.exe'}
    condition: selection
level: high
"""
BOTH = """\
title: Both
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a02
name: both
correlation:
    type: temporal_ordered
    rules: [sample, other]
    group-by: [Computer]
    timespan: 1h
level: critical
"""


def event(number: int, time: str, host: str = "WS-1", **fields: Any) -> dict[str, Any]:
    channel = "Microsoft-Windows-Sysmon/Operational"
    return {"EventID": number, "Channel": channel, "UtcTime": time, "Computer": host, **fields}


def query(time: str, name: str | list[str] = "bad.example.com", **more: Any) -> dict[str, Any]:
    return event(22, time, QueryName=name, **more)


def shell(time: str, **more: Any) -> dict[str, Any]:
    return event(1, time, Image="C:\\Windows\\System32\\cmd.exe", **more)


Run = Callable[..., Report]


@pytest.fixture
def run(tmp_path: Path, make_content: MakeContent) -> Run:
    def run(*events: dict[str, Any], **rules: str) -> Report:
        path = tmp_path / "events.jsonl"
        path.write_text("".join(json.dumps(item) + "\n" for item in events), "utf-8")
        return replay(make_content(**(rules or {"a": RULE})), [path])

    return run


def test_match_tells_rule_record_time_host_and_matched_fields(run: Run) -> None:
    events = [query("2023-03-29 10:00:00.000", "good.example.com"), query("2023-03-29 10:00:01.5")]
    (match,) = run(*events).matches
    data = match.as_json()
    assert data.pop("file").endswith("events.jsonl")
    assert data == {
        "rule_id": "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01",
        "rule": "sample",
        "title": "Sample",
        "level": "high",
        "record": 2,
        "timestamp": "2023-03-29T10:00:01.500Z",
        "host": "WS-1",
        "fields": {"QueryName": "bad.example.com"},
    }


@pytest.mark.parametrize("name", ["BAD.Example.COM", "www.bad.example.com", "bad.example.com."])
def test_domain_is_found_in_any_case_as_subdomain_and_with_final_dot(run: Run, name: str) -> None:
    assert len(run(query("2023-03-29 10:00:00.000", name)).matches) == 1


@pytest.mark.parametrize("name", ["xbad.example.com", "bad.example.com.org", "bad%example_com"])
def test_lookalike_is_not_found(run: Run, name: str) -> None:
    assert run(query("2023-03-29 10:00:00.000", name)).matches == []


def test_log_source_must_fit(run: Run) -> None:
    other_category = event(3, "2023-03-29 10:00:00.000", QueryName="bad.example.com")
    assert run(other_category).matches == []


def test_field_with_several_values_matches_by_any_of_them_once(run: Run) -> None:
    found = run(query("2023-03-29 10:00:00.000", ["a.example", "bad.example.com"]))
    assert [match.fields for match in found.matches] == [{"QueryName": "bad.example.com"}]


def test_correlation_lists_the_records_it_rests_on(run: Run) -> None:
    events = [shell("2023-03-29 10:59:59.000"), query("2023-03-29 10:00:00.000")]
    found = run(*events, a=RULE, b=OTHER, c=BOTH)
    match = next(match for match in found.matches if match.rule.name == "both")
    data = match.as_json()
    assert [item["record"] for item in data["records"]] == [2, 1]
    assert (data["record"], data["timestamp"]) == (1, "2023-03-29T10:59:59.000Z")
    assert data["fields"] == {"Computer": "ws-1"}


@pytest.mark.parametrize(
    "events",
    [
        [shell("2023-03-29 10:00:00.000"), query("2023-03-29 10:10:00.000")],
        [query("2023-03-29 10:00:00.000"), shell("2023-03-29 11:00:01.000")],
        [query("2023-03-29 10:00:00.000"), shell("2023-03-29 10:10:00.000", host="WS-2")],
    ],
    ids=["wrong order", "too far apart", "two hosts"],
)
def test_correlation_needs_order_span_and_host(run: Run, events: list[dict[str, Any]]) -> None:
    found = run(*events, a=RULE, b=OTHER, c=BOTH)
    assert "both" not in {match.rule.name for match in found.matches}


def test_correlation_across_the_hour_is_found(run: Run) -> None:
    events = [query("2023-03-29 10:59:00.000"), shell("2023-03-29 11:01:00.000")]
    found = run(*events, a=RULE, b=OTHER, c=BOTH)
    assert "both" in {match.rule.name for match in found.matches}


def test_record_of_several_rows_counts_once_in_a_correlation(run: Run) -> None:
    count = BOTH.replace("temporal_ordered", "event_count").replace("[sample, other]", "[sample]")
    count = count.replace("timespan: 1h", "timespan: 1h\n    condition: {gte: 2}")
    twice = ["bad.example.com", "worse.example.net"]
    found = run(query("2023-03-29 10:00:00.000", twice), a=RULE, c=count)
    assert {match.rule.name for match in found.matches} == {"sample"}


def test_record_that_cannot_be_read_is_reported_with_its_line(
    tmp_path: Path, make_content: MakeContent
) -> None:
    path = tmp_path / "events.jsonl"
    good = json.dumps(query("2023-03-29 10:00:00.000"))
    path.write_text(f'{good}\n{{"EventID": \n{{"a": 1}}\n{good}\n')
    found = replay(make_content(a=RULE), [path])
    assert [match.record for match in found.matches] == [1, 4]
    assert [bad.line for bad in found.bad] == [2, 3]
    assert all(bad.message for bad in found.bad)


def test_gzip_is_read(tmp_path: Path, make_content: MakeContent) -> None:
    path = tmp_path / "events.json"
    path.write_bytes(gzip.compress(json.dumps([query("2023-03-29 10:00:00.000")]).encode()))
    assert len(replay(make_content(a=RULE), [path]).matches) == 1


def test_missing_file_is_an_error(tmp_path: Path, make_content: MakeContent) -> None:
    with pytest.raises(UnreadableInput):
        replay(make_content(a=RULE), [tmp_path / "nowhere.json"])


def test_rule_that_cannot_run_is_reported(run: Run) -> None:
    behind = RULE.replace("QueryName|expand: '%ioc_domains%'", "QueryName|re: '(?<=a)b'")
    found = run(query("2023-03-29 10:00:00.000"), a=behind)
    assert [item.rule.name for item in found.refused] == ["sample"]


SEVERAL = RULE.replace("QueryName|expand: '%ioc_domains%'", "A: a9\n        B: b9\n        C: c9")


def test_only_the_last_of_a_thousand_combinations_matches(run: Run) -> None:
    values = {name: [f"{name.lower()}{number}" for number in range(10)] for name in "ABC"}
    found = run(event(22, "2023-03-29 10:00:00.000", "WS-1", **values), a=SEVERAL)
    assert [match.fields for match in found.matches] == [{"A": "a9", "B": "b9", "C": "c9"}]
    assert (found.partial, found.partly) == ([], 0)


def test_many_fields_of_several_values_hide_no_match_of_another_rule(run: Run) -> None:
    values = {f"F{number}": ["x", "y", "z"] for number in range(30)}
    name = [f"{number}.example" for number in range(200)] + ["bad.example.com"]
    found = run(query("2023-03-29 10:00:00.000", name, **values))
    assert [match.fields for match in found.matches] == [{"QueryName": "bad.example.com"}]


def test_combinations_beyond_the_limit_are_told(run: Run) -> None:
    values = {name: [f"{name.lower()}{number}" for number in range(100)] for name in "ABC"}
    found = run(event(22, "2023-03-29 10:00:00.000", "WS-1", **values), a=SEVERAL)
    (partial,) = found.partial
    assert (partial.line, found.partly, found.unreadable, found.events) == (1, 1, 0, 1)
    assert "a (100 values), b (100 values), c (100 values)" in partial.message


def test_a_correlation_sees_each_combination_with_its_group(run: Run) -> None:
    count = BOTH.replace("temporal_ordered", "event_count").replace("[sample, other]", "[sample]")
    count = count.replace("timespan: 1h", "timespan: 1h\n    condition: {gte: 2}")
    count = count.replace("group-by: [Computer]", "group-by: [Users]")
    users = [f"u{number}" for number in range(40)]
    names = [f"{number}.example" for number in range(40)] + ["bad.example.com"]
    events = [
        query("2023-03-29 10:00:00.000", names, Users=[*users, "u9x"]),
        query("2023-03-29 10:10:00.000", names, Users=["other", "u9x"]),
    ]
    found = run(*events, a=RULE, c=count)
    groups = [match.fields for match in found.matches if match.rule.name == "both"]
    assert groups == [{"Users": "u9x"}]


def test_a_bad_file_does_not_take_the_matches_of_others(
    tmp_path: Path, make_content: MakeContent
) -> None:
    good = [tmp_path / f"{number}.jsonl" for number in range(100)]
    for path in good:
        path.write_text(json.dumps(query("2023-03-29 10:00:00.000")), "utf-8")
    (tmp_path / "bad.evtx").write_bytes(b"MZ")
    (tmp_path / "bad.bin").write_bytes(b"\x7fELF\0\0")
    (tmp_path / "bad.log").write_text("<Events>", "utf-8")
    bad = [tmp_path / f"bad.{suffix}" for suffix in ("evtx", "bin", "log")]
    found = replay(make_content(a=RULE), [good[0], *bad, *good[1:]])
    assert len(found.matches) == 100
    assert [Path(error.path) for error in found.unread] == bad


def test_complaints_are_bounded_and_counted(
    tmp_path: Path, make_content: MakeContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigmapack.matches.MOST_TOLD", 10)
    path = tmp_path / "x.jsonl"
    path.write_text("{}\n" + json.dumps(query("2023-03-29 10:00:00.000")) + "\n5" * 98, "utf-8")
    found = replay(make_content(a=RULE), [path])
    assert (len(found.bad), found.unreadable, found.events) == (10, 99, 1)
    assert found.unread == []
