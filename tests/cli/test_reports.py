"""`check --junit --sarif`: written with problems and without, and over no stranger's file."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.command import run
from tests.conftest import RULE, RulesFolder

BAD = RULE.replace("ioc_domains", "no_such_table")


@pytest.fixture
def reports(tmp_path: Path) -> list[str | Path]:
    """The options, and where the files go."""
    return ["--junit", tmp_path / "check.xml", "--sarif", tmp_path / "check.sarif"]


def test_the_reports_say_what_the_lines_say(
    rules_folder: RulesFolder, tmp_path: Path, reports: list[str | Path]
) -> None:
    folder = rules_folder(sample=BAD)
    result = run("check", "--rules", folder, *reports)
    assert result.exit_code == 1 and result.stderr
    (run_of,) = json.loads((tmp_path / "check.sarif").read_text("utf-8"))["runs"]
    told = []
    for found in run_of["results"]:
        place = found["locations"][0]["physicalLocation"]
        path = place["artifactLocation"]["uri"].removeprefix("file://")
        line = place["region"]["startLine"]
        told.append(f"{path}:{line}: {found['ruleId']}: {found['message']['text']}")
    assert told == result.stderr.splitlines()
    root = ElementTree.parse(tmp_path / "check.xml").getroot()
    assert [failure.text for failure in root.iter("failure")] == told


def test_good_content_is_passed_tests_and_no_result(
    rules_folder: RulesFolder, tmp_path: Path, reports: list[str | Path]
) -> None:
    folder = rules_folder(sample=RULE)
    assert run("check", "--rules", folder, *reports).exit_code == 0
    root = ElementTree.parse(tmp_path / "check.xml").getroot()
    names = [case.get("name") for case in root.iter("testcase")]
    assert names == [f"{folder}/lookups/ioc_domains.csv", f"{folder}/sample.yml"]
    assert root.get("failures") == "0"
    (run_of,) = json.loads((tmp_path / "check.sarif").read_text("utf-8"))["runs"]
    assert run_of["results"] == []


def test_what_cannot_be_read_is_in_the_reports_too(
    rules_folder: RulesFolder, tmp_path: Path, reports: list[str | Path]
) -> None:
    folder = rules_folder(sample=RULE, broken="title: [")
    result = run("check", "--rules", folder, *reports)
    assert result.exit_code in (1, 2)
    assert "broken.yml" in (tmp_path / "check.sarif").read_text("utf-8")
    root = ElementTree.parse(tmp_path / "check.xml").getroot()
    assert len([*root.iter("error"), *root.iter("failure")]) == len(result.stderr.splitlines())


def test_a_report_replaces_an_earlier_one_and_nothing_else(
    rules_folder: RulesFolder, tmp_path: Path, reports: list[str | Path]
) -> None:
    folder = rules_folder(sample=RULE)
    for _ in range(2):
        assert run("check", "--rules", folder, *reports).exit_code == 0
    for option, path in (("--junit", tmp_path / "check.sarif"), ("--sarif", folder / "sample.yml")):
        before = path.read_bytes()
        result = run("check", "--rules", folder, option, path)
        assert result.exit_code == 2
        assert "holds something else, which would be lost: name another file" in result.stderr
        assert path.read_bytes() == before


def test_reports_are_the_same_each_time(
    rules_folder: RulesFolder, tmp_path: Path, reports: list[str | Path]
) -> None:
    folder = rules_folder(sample=BAD)
    found = []
    for _ in range(2):
        run("check", "--rules", folder, *reports)
        found.append([(tmp_path / name).read_bytes() for name in ("check.xml", "check.sarif")])
    assert found[0] == found[1]
