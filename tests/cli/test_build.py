"""A build: what it prints, and what it writes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import QUICK, SECOND, run, tree
from tests.conftest import DOMAINS, RULE, RulesFolder


def test_a_build_prints_outcomes_and_where_it_is(rules_folder: RulesFolder, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    result = run("--rules", rules_folder(sample=RULE), "--out", out, *QUICK)
    assert result.stdout.splitlines() == [
        "target  language  ok  degraded  refused",
        "sigma   sigma     1   0         0",
        "sqlite  sql       1   0         0",
        "",
        "folder   files  holds",
        "sigma/   1      rules/",
        "sqlite/  3      lookups.sql, queries/",
        f"2 queries written to {out}",
    ]
    assert result.stderr == ""


def test_quiet_prints_nothing_but_problems(rules_folder: RulesFolder, tmp_path: Path) -> None:
    result = run("--rules", rules_folder(sample=RULE), "--out", tmp_path / "d", "--quiet", *QUICK)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_json_of_a_build_is_the_manifests_queries(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    out = tmp_path / "dist"
    result = run("--rules", rules_folder(sample=RULE), "--out", out, "--json", *QUICK)
    printed = json.loads(result.stdout)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert sorted(printed["queries"], key=str) == sorted(manifest["queries"], key=str)
    wanted = {"rule_id", "rule", "target", "language", "outcome", "reason", "path", "sha256"}
    assert wanted <= set(manifest["queries"][0])


def test_two_builds_of_everything_give_the_same_bytes(builds: tuple[Path, Path]) -> None:
    one, two = builds
    assert tree(one) == tree(two)


def test_rules_for_hunting_can_be_left_out(rules_folder: RulesFolder, tmp_path: Path) -> None:
    hunting = SECOND.replace("name: sample", "name: other\ntags: [detection.threat-hunting]")
    folder = rules_folder(sample=RULE, other=hunting)
    result = run("--rules", folder, "--out", tmp_path / "d", "--without-hunting", *QUICK)
    assert result.exit_code == 0
    names = [path for path in tree(tmp_path / "d") if path.startswith("sqlite/queries")]
    assert names == ["sqlite/queries/lookup/sample.sql", "sqlite/queries/sample.sql"]


def test_lookups_lie_beside_a_folder_called_sigma_rules(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    rules_folder(sample=RULE).rename(tmp_path / "sigma_rules")
    (tmp_path / "sigma_rules" / "lookups").rename(tmp_path / "lookups")
    text = DOMAINS.replace("bad.example.com", "beside.example.com")
    (tmp_path / "lookups" / "ioc_domains.csv").write_text(text, "utf-8")
    result = run("--rules", tmp_path / "sigma_rules", "--out", tmp_path / "dist", *QUICK)
    assert result.exit_code == 0
    assert b"beside.example.com" in tree(tmp_path / "dist")["sigma/rules/sample.yml"]


def test_a_rule_that_one_product_cannot_hold_stops_no_other(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    folder = rules_folder(
        sample=RULE, long=SECOND.replace("Sample", "x" * 100).replace("name: sample", "name: long")
    )
    result = run("--rules", folder, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.stdout.splitlines() if "Splunk takes 99" in line]
    assert line.startswith("refused on splunk/spl: ") and "long.yml: its name" in line
    queries = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["queries"]
    outcomes = {(q["target"], q["rule"]): q["outcome"] for q in queries}
    assert outcomes["splunk", "long"] == "refused"
    assert outcomes["splunk", "sample"] == outcomes["sentinel", "long"] == "ok"
    assert not (tmp_path / "out" / "splunk" / "queries" / "long.spl").exists()
    assert (tmp_path / "out" / "splunk" / "queries" / "sample.spl").is_file()
