"""SARIF: valid by OASIS's schema, with a place that a host can show, and keys that stay."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given

from sigmapack.content.model import Problem
from sigmapack.report import sarif
from tests.engines.registry import prepared
from tests.examples import tried
from tests.report.problems import ANY, SAMPLE
from tests.schemas import faults

oasis = pytest.mark.engines("sarif")


@cache
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((prepared("sarif") / "schema.json").read_text("utf-8"))
    return found


def read(problems: list[Problem]) -> dict[str, Any]:
    """The one run of a log."""
    data = sarif.document(problems)
    assert data.startswith(sarif.MARK)
    (run,) = json.loads(data)["runs"]
    assert isinstance(run, dict)
    return run


@oasis
@tried(50, 20)
@given(ANY)
def test_any_problems_give_what_oasis_schema_takes(problems: list[Problem]) -> None:
    assert faults(schema(), json.loads(sarif.document([*problems, *SAMPLE]))) == []


@oasis
def test_no_problems_give_what_oasis_schema_takes_and_it_refuses_others() -> None:
    data = json.loads(sarif.document([]))
    assert faults(schema(), data) == []
    assert schema()["id"] == data["$schema"] == sarif.SCHEMA
    data["runs"][0]["results"] = [{"level": "fatal"}]
    assert len(faults(schema(), data)) >= 2


def test_a_result_has_its_rule_its_message_and_its_place() -> None:
    run = read(SAMPLE)
    result = run["results"][0]
    rules = run["tool"]["driver"]["rules"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "schema"
    assert result["message"] == {"text": "level: is missing: give one"}
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "sigma_rules/a.yml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 3},
            }
        }
    ]


def test_names_of_files_are_written_as_uris() -> None:
    found = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in read(SAMPLE)["results"]
    ]
    assert found[2:] == ["sigma_rules/a%20b%23.yml", "file:///else/where.csv"]


def test_a_problem_is_known_again_when_its_line_moves() -> None:
    moved = Problem("sigma_rules/a.yml", 9, "schema", "level: is missing: give one")
    one, other, *_ = read(SAMPLE)["results"]
    (again,) = read([moved])["results"]
    assert again["partialFingerprints"] == one["partialFingerprints"]
    assert one["partialFingerprints"] != other["partialFingerprints"]


def test_a_run_says_whether_all_could_be_read() -> None:
    for problems, well in (([], True), (SAMPLE[:2], True), (SAMPLE, False)):
        assert read(problems)["invocations"][0]["executionSuccessful"] is well


def test_more_results_than_a_host_takes_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    run = read(SAMPLE)
    assert len(run["results"]) == 3
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"] == "and 1 problems more: mend these first"
