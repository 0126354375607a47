"""Refusals must be declared, and declarations must be needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sigmapack.checks.outcomes import outcome_problems
from sigmapack.compiling.product import Query
from sigmapack.content.model import Content, Waiver
from tests.checks.sample import only
from tests.conftest import RULE, MakeContent


def queries(content: Content, outcome: str) -> list[Query]:
    """The only rule's query for Loki."""
    return [Query(content.rules[0], "loki", "logql", outcome, "because", "", "")]


def own(make_content: MakeContent, *waivers: Waiver) -> Content:
    """Content that has to follow the house rules."""
    return replace(make_content(a=RULE), own=True, waivers=waivers)


def test_undeclared_refusal_is_a_problem(make_content: MakeContent) -> None:
    content = own(make_content)
    found = list(outcome_problems(content, queries(content, "refused")))
    assert only(found)[2] == "undeclared-outcome"
    assert "refused on loki/logql: because" in found[0].message


@pytest.mark.parametrize("scope", ["loki", "loki/logql"])
def test_declared_refusal_passes(make_content: MakeContent, scope: str) -> None:
    content = own(make_content, Waiver("sam*", scope, "refused", "why", 1))
    assert list(outcome_problems(content, queries(content, "refused"))) == []


def test_waiver_that_is_not_needed_is_a_problem(make_content: MakeContent) -> None:
    content = own(make_content, Waiver("sample", "loki", "refused", "why", 7))
    found = list(outcome_problems(content, queries(content, "ok")))
    assert only(found)[1:3] == (7, "unneeded-waiver")


def test_waiver_of_a_target_that_is_not_built_is_left_alone(make_content: MakeContent) -> None:
    content = own(make_content, Waiver("sample", "splunk", "refused", "why", 7))
    assert list(outcome_problems(content, queries(content, "ok"))) == []


def test_foreign_folder_without_waivers_declares_nothing(make_content: MakeContent) -> None:
    content = make_content(a=RULE)
    assert list(outcome_problems(content, queries(content, "refused"))) == []
