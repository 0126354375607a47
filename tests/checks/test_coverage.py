"""Checks of the coverage: every stage is seen or says why not, and alerts rest on alerts."""

from __future__ import annotations

from dataclasses import replace

from sigmapack.checks.coverage import coverage as check_coverage
from sigmapack.checks.coverage import hunting as check_hunting
from sigmapack.content.model import HUNTING
from sigmapack.content.stages import Stage
from tests.engines.corpus import pack

CONTENT = pack()


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
    message = f"hunting: rests on {name}, which is for hunting only"
    resting = ("correlation_threecx_finding_macos_host", "correlation_threecx_macos_chain")
    assert len(found) == len(resting)
    assert all(message in text and stem in text for text, stem in zip(found, resting, strict=True))
