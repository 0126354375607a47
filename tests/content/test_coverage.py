"""Coverage of the attack: the stages are complete, and the layer is one that Navigator opens."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from sigmapack.checks.coverage import coverage as check_coverage
from sigmapack.checks.coverage import hunting as check_hunting
from sigmapack.content.coverage import stages, telemetry
from sigmapack.content.load import load
from sigmapack.content.model import HUNTING, Stage
from sigmapack.navigator import artifacts, layer

ROOT = Path(__file__).resolve().parents[2]
CONTENT = load(ROOT)


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


def test_the_layer_has_what_navigator_asks_for() -> None:
    made = layer(CONTENT)
    assert made["versions"] == {"attack": "19", "layer": "4.5"}
    assert made["domain"] == "enterprise-attack"
    scores = {t["techniqueID"]: t["score"] for t in made["techniques"]}
    assert scores["T1195.002"] > 10
    assert scores["T1620"] == 0  # reflective loading: known, and visible in no log
    for technique in made["techniques"]:
        assert technique["comment"], technique["techniqueID"]
        assert technique["tactic"] in {"initial-access", "execution", "persistence",
            "privilege-escalation", "stealth", "defense-impairment", "credential-access",
            "discovery", "command-and-control", "exfiltration"}  # fmt: skip


def test_both_files_are_json_and_a_folder_without_stages_has_none() -> None:
    files = {artifact.path: json.loads(artifact.data) for artifact in artifacts(CONTENT)}
    assert sorted(files) == ["attack_navigator_layer.json", "coverage.json"]
    assert artifacts(replace(CONTENT, stages=())) == []


def test_a_stage_that_names_no_rule_and_no_reason_is_a_problem() -> None:
    bad = Stage("X1", "x", ("T9999",), (), "", 7)
    worse = Stage("X1", "x", (), ("no_such_rule",), "", 9)
    found = [str(p) for p in check_coverage(replace(CONTENT, stages=(bad, worse)))]
    path = "sigma_rules/coverage.toml"
    assert f"{path}:7: coverage: stage X1 needs rules, or `unseen` with the reason" in found
    assert f"{path}:7: coverage: stage X1: T9999 is not in attack.toml" in found
    assert f"{path}:9: coverage: stage X1 is there twice" in found
    assert f"{path}:9: coverage: stage X1: no rule is called no_such_rule" in found
    assert any(line.endswith(f"stands under no stage of {path}") for line in found)


def test_what_alerts_may_not_rest_on_a_rule_for_hunting() -> None:
    name = "file_event_macos_threecx_implant_files"
    rules = tuple(
        rule.with_document({**rule.document, "tags": [HUNTING]}) if rule.name == name else rule
        for rule in CONTENT.rules
    )
    found = [str(problem) for problem in check_hunting(replace(CONTENT, rules=rules))]
    assert len(found) == 1
    assert f"hunting: rests on {name}, which is for hunting only" in found[0]
