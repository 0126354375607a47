"""The action for GitHub: valid, its steps run, and its matcher reads our lines."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RULE, RulesFolder
from tests.pipelines.shell import FOLDER, called, installs_the_pack, read, schema, shell
from tests.schemas import faults

ACTION = read("github/action.yml")
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]


def environment(step: dict[str, Any], folder: Path, **inputs: str) -> dict[str, str]:
    """The variables of a step, with what GitHub writes in place of `${{ ... }}`."""
    given = {name: about["default"] for name, about in ACTION["inputs"].items()}
    values = {f"inputs.{name}": text for name, text in {**given, **inputs}.items()}
    values["github.action_path"] = str(FOLDER / "github")
    found = {
        name: re.sub(r"\$\{\{ (\S+) }}", lambda match: values[match[1]], text)
        for name, text in step["env"].items()
    }
    return {**found, "GITHUB_OUTPUT": str(folder / "output")}


def test_the_action_and_the_example_are_valid_by_their_schemas() -> None:
    assert faults(schema("github-actions"), ACTION) == []
    assert faults(schema("github-actions"), {**ACTION, "runs": {"using": "magic"}}) != []
    example = read("github/example.yml")
    example["on"] = example.pop(True)  # YAML 1.1 takes `on` for a truth value
    assert faults(schema("github-workflows"), example) == []


def test_the_example_gives_what_the_action_takes() -> None:
    steps = read("github/example.yml")["jobs"]["check"]["steps"]
    (ours,) = [step for step in steps if step.get("uses") == "./pack/docs/pipelines/github"]
    assert set(ours["with"]) <= set(ACTION["inputs"])
    used = re.findall(r"steps\.pack\.outputs\.(\w+)", str(steps))
    assert used and set(used) <= set(ACTION["outputs"])


def test_no_input_is_written_into_a_command() -> None:
    assert [step["name"] for step in STEPS if "${{" in step["run"]] == []


def test_the_installation_is_of_the_pack(tmp_path: Path) -> None:
    step = STEPS[0]
    assert installs_the_pack(called(step["run"], tmp_path, environment(step, tmp_path)))


@pytest.mark.parametrize(("text", "code"), [(RULE, 0), (RULE.replace("ioc_domains", "none"), 1)])
def test_the_check_writes_its_reports_and_says_where(
    rules_folder: RulesFolder, tmp_path: Path, text: str, code: int
) -> None:
    rules_folder(sample=text)
    step = STEPS[1]
    variables = environment(step, tmp_path, rules="rules", reports="my reports")
    done = shell(step["run"], tmp_path, variables)
    assert done.returncode == code, done.stderr
    told = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert set(told) == set(ACTION["outputs"])
    assert all((tmp_path / path).is_file() for path in told.values())
    (matcher,) = re.findall(r"^::add-matcher::(.+)$", done.stdout, re.M)
    assert Path(matcher).is_file()
    problems = [line for line in done.stderr.splitlines() if matched(line)]
    assert bool(problems) == bool(code)
    for line in problems:
        path, number, *_ = matched(line)
        assert (tmp_path / path).is_file() and int(number) > 0


def matched(line: str) -> tuple[str, ...]:
    """What the matcher reads of a line: file, line, code and message."""
    (owner,) = json.loads((FOLDER / "github" / "problems.json").read_text())["problemMatcher"]
    (pattern,) = owner["pattern"]
    found = re.search(pattern["regexp"], line)
    keys = ("file", "line", "code", "message")
    return tuple(found[pattern[key]] for key in keys) if found else ()


def test_the_matcher_reads_a_problem_and_nothing_else() -> None:
    assert matched("rules/a.yml:12: no-id: x: y") == ("rules/a.yml", "12", "no-id", "x: y")
    assert matched("C:\\rules\\a.yml:12: no-id: x")[:2] == ("C:\\rules\\a.yml", "12")
    assert matched("no problems in 1 rules, 1 correlations") == ()
    assert matched("refused on splunk/spl: rules/a.yml: a reason") == ()
