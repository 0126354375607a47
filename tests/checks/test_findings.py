"""Findings: a rule is gathered once, alerts itself, and its finding's level says what it saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sigmapack.checks.findings import findings
from sigmapack.content.load import load
from sigmapack.content.model import HUNTING, Rule
from tests.conftest import ROOT

CONTENT = load(ROOT)
MEMBERS = ("win_defender_threecx_threat", "av_threecx_threat")
FINDING = "correlation_threecx_finding_verdict_host"


def changed(name: str, **keys: Any) -> list[str]:
    """The problems of the pack with one rule changed."""

    def rules() -> Iterator[Rule]:
        for rule in CONTENT.rules:
            yield rule.with_document({**rule.document, **keys}) if rule.name == name else rule

    return [problem.message for problem in findings(replace(CONTENT, rules=tuple(rules())))]


def test_the_findings_of_the_pack_are_right() -> None:
    assert list(findings(CONTENT)) == []
    assert sum(rule.is_finding for rule in CONTENT.rules) > 10


@pytest.mark.parametrize(
    ("name", "keys", "said"),
    [
        (FINDING, {"level": "medium"}, "is medium, and {0}, which it gathers, high"),
        (FINDING, {"level": "critical"}, "is critical, and {0}, which it gathers, high"),
        (MEMBERS[0], {"tags": [HUNTING]}, "gathers {0}, which alerts nobody by itself"),
        (MEMBERS[0], {"level": "informational"}, "gathers {0}, which alerts nobody by itself"),
    ],
)
def test_a_finding_that_says_too_much_or_too_little_is_a_problem(
    name: str, keys: dict[str, Any], said: str
) -> None:
    assert said.format(MEMBERS[0]) in changed(name, **keys)


def test_a_rule_of_two_findings_is_a_problem() -> None:
    correlation = {
        "type": "event_count",
        "rules": list(MEMBERS),
        "group-by": ["Computer"],
        "timespan": "1h",
        "condition": {"gte": 1},
    }
    found = changed("correlation_threecx_finding_poolrat_host", correlation=correlation)
    assert any("and so does correlation_threecx_finding_poolrat_host" in text for text in found)


def test_a_rule_that_no_finding_gathers_is_a_problem() -> None:
    """Six rules of later stages were in no correlation, and nothing said so."""
    rules = tuple(rule for rule in CONTENT.rules if rule.name != FINDING)
    found = list(findings(replace(CONTENT, rules=rules)))
    assert sorted(MEMBERS) == sorted(problem.path.split("/")[-1][:-4] for problem in found)
    assert all("no finding gathers it" in problem.message for problem in found)
    hunting = [rule for rule in CONTENT.detections if not rule.alerts]
    assert list(findings(replace(CONTENT, rules=tuple(hunting)))) == []


def test_a_finding_about_nobody_is_a_problem() -> None:
    correlation = {
        "type": "event_count",
        "rules": list(MEMBERS),
        "timespan": "1h",
        "condition": {"gte": 1},
    }
    found = changed(FINDING, correlation=correlation)
    assert found == ["is grouped by no host or client: nobody is told of"]
