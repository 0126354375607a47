"""The pack's own content: it passes its checks, and its events prove every rule."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from sigmapack.checks import problems
from sigmapack.checks.events import event_files
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Rule
from sigmapack.replay import Match, Report, replay
from tests.engines.corpus import pack
from tests.engines.tools import record

CONTENT = pack()
DETECTIONS = [rule for rule in CONTENT.rules if not rule.is_correlation]
CORRELATIONS = [rule for rule in CONTENT.rules if rule.is_correlation and not rule.is_base]


@pytest.fixture(scope="module")
def report() -> Report:
    """Every event of the pack, replayed together on the single-event rules."""
    files = [path for rule in DETECTIONS for path in event_files(CONTENT, rule).values()]
    content = replace(CONTENT, rules=tuple(DETECTIONS))
    return replay(content, files)


def test_the_content_has_no_problem() -> None:
    assert [str(problem) for problem in problems(CONTENT)] == []


def test_every_record_of_the_events_is_read(report: Report) -> None:
    assert [str(bad) for bad in report.bad] == []
    assert report.refused == []


def found(report: Report, rule: Rule, path: Path) -> set[int]:
    return {
        match.record
        for match in report.matches
        if match.rule.id == rule.id and Path(match.file).name == path.name
    }


def notes(path: Path) -> dict[int, str]:
    """Record number -> what the event shows."""
    lines = path.read_text("utf-8").splitlines()
    return {number: json.loads(line)["_note"] for number, line in enumerate(lines, 1)}


@pytest.mark.parametrize("rule", DETECTIONS, ids=lambda rule: rule.name)
def test_a_rule_matches_each_event_that_it_must(report: Report, rule: Rule) -> None:
    path = event_files(CONTENT, rule)["match"]
    missed = notes(path).keys() - found(report, rule, path)
    assert [notes(path)[number] for number in sorted(missed)] == []


@pytest.mark.parametrize("rule", DETECTIONS, ids=lambda rule: rule.name)
def test_a_rule_matches_no_near_miss(report: Report, rule: Rule) -> None:
    path = event_files(CONTENT, rule)["miss"]
    assert [notes(path)[number] for number in sorted(found(report, rule, path))] == []


def correlated(rule: Rule, kind: str) -> list[Match]:
    """What a correlation finds in its own file of events."""
    names = {*read_correlation(rule).members, rule.name}
    own = replace(CONTENT, rules=tuple(one for one in CONTENT.rules if one.name in names))
    report = replay(own, [event_files(CONTENT, rule)[kind]], findings=True)
    assert [str(bad) for bad in report.bad] == []
    return [match for match in report.matches if match.rule.id == rule.id]


@pytest.mark.parametrize("rule", CORRELATIONS, ids=lambda rule: rule.name)
def test_a_correlation_rests_on_each_event_that_it_must(rule: Rule) -> None:
    path = event_files(CONTENT, rule)["match"]
    evidence = {record for match in correlated(rule, "match") for _, record in match.records}
    missed = notes(path).keys() - evidence
    assert [notes(path)[number] for number in sorted(missed)] == []


@pytest.mark.parametrize("rule", CORRELATIONS, ids=lambda rule: rule.name)
def test_a_correlation_finds_nothing_in_near_misses(rule: Rule) -> None:
    assert [match.records for match in correlated(rule, "miss")] == []


def test_sqlite_is_proved_by_the_replay() -> None:
    rules = {rule.name: "executed" for rule in CONTENT.rules}
    record("sqlite", "sql", f"SQLite {sqlite3.sqlite_version}", rules)


def test_events_of_one_rule_are_all_different() -> None:
    for rule in (*DETECTIONS, *CORRELATIONS):
        for path in event_files(CONTENT, rule).values():
            lines = Counter(
                json.dumps({k: v for k, v in json.loads(line).items() if k != "_note"})
                for line in path.read_text("utf-8").splitlines()
            )
            assert [line for line, count in lines.items() if count > 1] == [], path.name
