"""Coverage of the attack: the stages are complete, and say what they need."""

from __future__ import annotations

from sigmapack.content.coverage import stages, telemetry
from tests.engines.corpus import pack

CONTENT = pack()


def test_every_stage_of_the_attack_is_there_once() -> None:
    windows = [f"W{number}" for number in range(1, 21)]
    macos = [f"M{number}" for number in range(1, 9)]
    later = [f"S{number}" for number in range(1, 9)]
    assert [stage["id"] for stage in stages(CONTENT)] == [*windows, *macos, *later]


def test_a_stage_is_seen_by_a_rule_or_says_why_not() -> None:
    for stage in stages(CONTENT):
        assert stage["rules"] or stage["not_visible"], stage["id"]
        assert bool(stage["telemetry"]) == bool(stage["rules"]), stage["id"]


def test_the_telemetry_of_a_correlation_is_that_of_its_members() -> None:
    rule = CONTENT.by_name["correlation_threecx_macos_chain"]
    assert telemetry(CONTENT, [rule]) == ["macos"]
    rule = CONTENT.by_name["proc_creation_win_threecx_affected_build"]
    assert telemetry(CONTENT, [rule]) == ["security 4688", "sysmon 1"]
