"""`check`: what it says of good content."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import CORRELATION, PROBLEM, SECOND, run
from tests.conftest import RULE, RulesFolder

WAIVER = """\
[[waiver]]
rules = ["none"]
scopes = ["none"]
outcome = "refused"
reason = "declares nothing that is here"
"""
URLS = "url,host,path,role,platform,confidence,source,first_seen,last_seen,valid_until,advisory\n"


def test_a_check_says_what_it_read(rules_folder: RulesFolder) -> None:
    folder = rules_folder(sample=RULE, twice=CORRELATION)
    result = run("check", "--rules", folder)
    path = (folder / "twice.yml").as_posix()
    assert result.stdout.splitlines() == [
        f"refused on elastic/lucene: {path}: Lucene selects single events, and correlates none",
        f"refused on opensearch/lucene: {path}: Lucene selects single events, and correlates none",
        "no problems in 1 rules, 1 correlations, 1 lookups, 0 waivers",
    ]
    assert json.loads(run("check", "--rules", folder, "--json").stdout) == []
    quiet = run("check", "--rules", folder, "--quiet")
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "")


def test_a_check_says_what_a_build_would_of_an_importers_limit(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    folder = rules_folder(
        sample=RULE, long=SECOND.replace("Sample", "x" * 100).replace("name: sample", "name: long")
    )
    (folder / "waivers.toml").write_text(WAIVER, "utf-8")
    check = run("check", "--rules", folder)
    build = run("--rules", folder, "--out", tmp_path / "out")
    assert check.exit_code == build.exit_code == 1
    assert check.stderr == build.stderr
    (line,) = check.stderr.splitlines()
    assert PROBLEM.fullmatch(line)
    assert "long.yml:1: undeclared-outcome: refused on splunk/spl: its name '3CX pack - xx" in line
    assert not (tmp_path / "out").exists()


def test_an_indicator_that_no_list_holds_is_one_problem_of_its_row(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    path = f"/{'a' * 600}"
    row = f"https://bad.example.com{path},bad.example.com,{path},c2,any,high,test,,,,no\n"
    folder = rules_folder(sample=RULE)
    (folder / "lookups" / "ioc_urls.csv").write_text(URLS + row, "utf-8")
    check = run("check", "--rules", folder)
    build = run("--rules", folder, "--out", tmp_path / "out")
    assert check.exit_code == build.exit_code == 1
    assert check.stderr == build.stderr
    (line,) = check.stderr.splitlines()
    assert PROBLEM.fullmatch(line)
    assert "ioc_urls.csv:2: too-long: Palo Alto external dynamic lists: " in line
