"""Every rule has events that must match and near-misses, enough of each."""

from __future__ import annotations

from pathlib import Path

from sigmapack.checks import problems
from sigmapack.content.load import load
from tests.checks.sample import MakePack, only


def test_rule_with_too_few_events_is_found(check_pack: MakePack) -> None:
    assert {problem.code for problem in check_pack(events=2)} == {"few-events"}


def test_events_without_a_rule_are_found(check_pack: MakePack, tmp_path: Path) -> None:
    stray = tmp_path / "tests/events/windows/other.match.jsonl"
    stray.parent.mkdir(parents=True)
    stray.write_text("{}\n")
    assert only(check_pack())[2] == "stray-events"


def test_rule_without_events_is_found(check_pack: MakePack, tmp_path: Path) -> None:
    check_pack()
    (tmp_path / "tests/events/windows/dns_query/dns_query_win_sample.miss.jsonl").unlink()
    assert [p.code for p in problems(load(tmp_path))] == ["no-events"]
