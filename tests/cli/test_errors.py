"""Bad input: a line a problem, an exit code, and the earlier build stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import PROBLEM, QUICK, run, tree
from tests.cli.faults import (
    break_column,
    break_encoding,
    break_header,
    break_id,
    break_kind,
    break_link,
    break_lookup_encoding,
    break_placeholder,
    break_playbook,
    break_playbooks,
    break_stages,
    break_table,
    break_toml,
    break_waivers,
    break_yaml,
    empty,
)
from tests.conftest import RULE, RulesFolder


@pytest.mark.parametrize(
    ("spoil", "code", "line"),
    [
        (break_yaml, 1, "bad.yml:2: yaml: "),
        (break_placeholder, 1, "bad.yml:9: unknown-placeholder: %no_such_table% needs lookups/"),
        (break_id, 1, "duplicate-id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01 is also the id of "),
        (break_column, 1, "bad.yml:9: unknown-placeholder: %ioc_domains.port%: "),
        (break_table, 1, "ioc_domains.csv:4: columns: 2 values for 9 columns: domain, role, "),
        (break_encoding, 2, "bad.yml:1: not-utf8: byte 10 is not UTF-8"),
        (break_link, 2, "bad.yml:1: unreadable: "),
        (break_lookup_encoding, 2, "other.csv:4: not-utf8: byte "),
        (break_header, 1, "other.csv:1: header: the first line names the columns"),
        (break_waivers, 1, "waivers.toml:1: waiver: a waiver needs "),
        (break_toml, 1, "waivers.toml:2: toml: "),
        (break_kind, 1, "waivers.toml:1: toml: waiver is to be written as [[waiver]]"),
        (break_stages, 1, "coverage.toml:1: stage: a stage needs "),
        (break_playbooks, 1, "response.toml:1: playbook: playbooks are to be written as "),
        (break_playbook, 1, "response.toml:1: playbook: playbook a has no tell, check"),
        (empty, 2, ":1: no-rules: has no .yml file: name a folder with rules"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_bad_input_is_one_line_a_problem_and_leaves_the_build(
    built: Path, rules_folder: RulesFolder, spoil: Callable[[Path], None], code: int, line: str
) -> None:
    before = tree(built)
    folder = rules_folder(sample=RULE)
    spoil(folder)
    result = run("--rules", folder, "--out", built, *QUICK)
    assert result.exit_code == code
    (found,) = result.stderr.splitlines()
    assert line in found
    assert PROBLEM.fullmatch(found)
    assert result.stdout == ""
    assert tree(built) == before


def test_all_problems_are_told_at_once_in_order(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    for spoil in (break_table, break_yaml, break_header):
        spoil(folder)
    result = run("--rules", folder, "--out", tmp_path / "dist", "--quiet", *QUICK)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert all(PROBLEM.fullmatch(line) for line in lines)
    assert [Path(line.partition(":")[0]).name for line in lines] == [
        "bad.yml",
        "ioc_domains.csv",
        "other.csv",
    ]
    assert not (tmp_path / "dist").exists()


def test_unreadable_input_outweighs_bad_content(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    break_table(folder)
    break_encoding(folder)
    result = run("--rules", folder, "--out", tmp_path / "dist", *QUICK)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize("name", ["nowhere", "sample.yml"])
def test_rules_that_are_no_folder_are_wrong_use(
    rules_folder: RulesFolder, tmp_path: Path, name: str
) -> None:
    folder = rules_folder(sample=RULE)
    result = run("--rules", folder / name, "--out", tmp_path / "dist", *QUICK)
    assert result.exit_code == 2
    assert result.stderr.endswith(":1: no-rules: is not a folder: name a folder with rules\n")


def test_a_waiver_written_inline_is_not_lost(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    text = "waiver = [{rules=['x'], scopes=['sqlite/sql'], outcome='refused', reason='y'}]\n"
    (folder / "waivers.toml").write_text(text, "utf-8")
    result = run("--rules", folder, "--out", tmp_path / "dist", *QUICK)
    assert result.exit_code == 1
    assert "waivers.toml:1: unneeded-waiver: x is not refused on sqlite/sql" in result.stderr


def test_problems_are_json_on_request(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    break_id(folder)
    result = run("--rules", folder, "--out", tmp_path / "dist", "--json", *QUICK)
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)
    assert set(problem) == {"path", "line", "code", "message"}
    assert problem["code"] == "duplicate-id"


def test_an_unknown_target_leaves_the_build(built: Path, rules_folder: RulesFolder) -> None:
    before = tree(built)
    result = run("--rules", rules_folder(sample=RULE), "--out", built, "--target", "splnk")
    assert result.exit_code == 2
    assert "'splnk' is not one of " in result.stderr and "'splunk'" in result.stderr
    assert tree(built) == before


@pytest.mark.parametrize(
    "arguments", [["--target", "nosuch"], ["nosuchverb"], ["replay"], ["check", "--nosuch"]]
)
def test_wrong_use_exits_with_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr
