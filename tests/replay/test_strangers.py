"""Rules of strangers in a replay: nothing of them runs, and one that cannot run is named."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml

from sigmapack.replay import Report, guard, replay
from tests.conftest import RULE, MakeContent

EVENT = {
    "EventID": 22,
    "Channel": "Microsoft-Windows-Sysmon/Operational",
    "UtcTime": "2023-03-29 10:00:00.000",
    "Computer": "WS-1",
    "QueryName": "bad.example.com",
}
HOSTILE = (
    *("`", "``", '"', "'", "[a]", "a) --", "x /* y", "a b", "é"),
    "a`, x TEXT); ATTACH 'evil' AS e; --",
)  # fmt: skip


def run(make_content: MakeContent, folder: Path, **rules: str) -> Report:
    events = folder / "events.jsonl"
    events.write_text(json.dumps(EVENT) + "\n", "utf-8")
    return replay(make_content(sample=RULE, **rules), [events])


def changed(**parts: object) -> str:
    """A rule with other parts, as YAML."""
    own = "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a09"
    return yaml.safe_dump({**yaml.safe_load(RULE), "id": own, "name": "other", **parts})


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x85", "\v", "\0"])
def test_a_title_runs_no_statement(make_content: MakeContent, tmp_path: Path, end: str) -> None:
    evil = tmp_path / "evil"
    title = f"Fine{end}VACUUM INTO '{evil}'; --"
    report = run(make_content, tmp_path, other=changed(title=title))
    assert not evil.exists()
    assert sorted(match.rule.name for match in report.matches) == ["other", "sample"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_field_of_any_name_is_a_column(
    make_content: MakeContent, tmp_path: Path, name: str
) -> None:
    detection = {"selection": {name: "x", "QueryName": "y"}, "condition": "selection"}
    report = run(make_content, tmp_path, other=changed(detection=detection))
    assert not report.refused
    assert [match.rule.name for match in report.matches] == ["sample"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["event_count", "value_count"])
def test_a_group_an_alias_and_a_counted_field_of_any_name_are_columns(
    make_content: MakeContent, tmp_path: Path, name: str, kind: str
) -> None:
    condition = {"gte": 1} if kind == "event_count" else {"gte": 1, "field": name}
    body = {
        "type": kind,
        "rules": ["sample"],
        "group-by": ["Computer", f"{name} alias", name],
        "aliases": {f"{name} alias": {"sample": name}},
        "timespan": "1h",
        "condition": condition,
    }
    rule = {"title": "C", "id": "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a08", "correlation": body}
    report = run(make_content, tmp_path, other=yaml.safe_dump({**rule, "level": "high"}))
    assert not report.refused, report.refused[0].reason


def test_a_field_with_a_character_that_no_name_has_is_refused_by_name(
    make_content: MakeContent, tmp_path: Path
) -> None:
    detection = {"selection": {"a\0b": "x"}, "condition": "selection"}
    report = run(make_content, tmp_path, other=changed(detection=detection))
    (refused,) = report.refused
    assert refused.rule.name == "other"
    assert "U+0000" in refused.reason
    assert [match.rule.name for match in report.matches] == ["sample"]


def test_a_rule_that_takes_too_long_is_refused_by_name_and_the_others_run(
    make_content: MakeContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    whole = guard.rows
    monkeypatch.setattr(guard, "SECONDS", 0.3)

    def rows(db: sqlite3.Connection, query: str, *more: Any) -> object:
        return whole(db, query.replace("'slo'", f"({endless})"), *more)

    monkeypatch.setattr(guard, "rows", rows)
    # Too short to be looked for in the records: the query is asked.
    detection = {"selection": {"QueryName": "slo"}, "condition": "selection"}
    report = run(make_content, tmp_path, other=changed(detection=detection))
    (refused,) = report.refused
    assert refused.rule.name == "other"
    assert "takes longer than" in refused.reason
    assert [match.rule.name for match in report.matches] == ["sample"]


@pytest.mark.parametrize(
    "pattern", ["a.*'; --", "'; SELECT load_extension('x'); '", '"`a`', "(?i)bad'"]
)
def test_an_expression_is_a_text_of_its_query(
    make_content: MakeContent, tmp_path: Path, pattern: str
) -> None:
    detection = {"selection": {"QueryName|re": pattern}, "condition": "selection"}
    report = run(make_content, tmp_path, other=changed(detection=detection))
    assert report.refused == []
    assert [match.rule.name for match in report.matches] == ["sample"]


def test_a_rule_with_an_expression_beyond_linear_time_is_refused_by_name(
    make_content: MakeContent, tmp_path: Path
) -> None:
    detection = {"selection": {"QueryName|re": "a(?=.*'; --)"}, "condition": "selection"}
    report = run(make_content, tmp_path, other=changed(detection=detection))
    assert [query.rule.name for query in report.refused] == ["other"]
    assert [match.rule.name for match in report.matches] == ["sample"]


def test_a_field_beyond_those_that_a_table_holds_refuses_its_rule(
    make_content: MakeContent, tmp_path: Path
) -> None:
    detection = {"selection": {f"f{n}": "x" for n in range(3_000)}, "condition": "selection"}
    report = run(make_content, tmp_path, other=changed(detection=detection))
    assert [query.rule.name for query in report.refused] == ["other"]
    assert [match.rule.name for match in report.matches] == ["sample"]
