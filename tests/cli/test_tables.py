"""A table that one product cannot hold: refused there, by name, and all else is built."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import PROBLEM, SECOND, run, tree
from tests.conftest import DOMAINS, RULE, RulesFolder

HEADER = DOMAINS.partition("\n")[0]
#: 4.1 MB in few rows: the values fit into a query, the table not into a watchlist's template.
LARGE = "".join(f"n{n}.example.org,c2,any,high,{'x' * 20_000},,,,no\n" for n in range(205))
TABLES = {"ioc_domains": f"{HEADER}\n{LARGE}", "small": DOMAINS}
OTHER = (
    SECOND.replace("name: sample", "name: other")
    .replace("title: Sample", "title: Other")
    .replace("%ioc_domains%", "%small%")
)
#: The limit that Azure sets, LogScale's in its place, and what the reason says of either.
PRODUCTS = {"sentinel": "takes 3,800,000", "logscale": "takes 1,000,000"}


@pytest.fixture
def folder(rules_folder: RulesFolder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two rules, the first on a table that neither product holds."""
    monkeypatch.setattr("sigmapack.targets.logscale.package.LARGEST", 1_000_000)
    return rules_folder(TABLES, sample=RULE, other=OTHER)


def manifest(out: Path) -> dict[str, Any]:
    """The manifest of a build."""
    found: dict[str, Any] = json.loads((out / "manifest.json").read_text("utf-8"))
    return found


def test_the_rest_of_the_product_and_all_others_are_built(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("--rules", folder, "--out", out)
    assert result.exit_code == 0, result.output
    files = tree(out)
    assert "sentinel/watchlists/threecx_small.csv" in files
    assert "sentinel/watchlists/threecx_ioc_domains.csv" not in files
    assert b"threecx_ioc_domains" not in files["sentinel/watchlists.json"]
    assert {"logscale/lookups/small.csv", "splunk/lookups/ioc_domains.csv"} <= files.keys()
    assert "logscale/lookups/ioc_domains.csv" not in files
    outcomes = {(q["target"], q["rule"]): q["outcome"] for q in manifest(out)["queries"]}
    assert set(outcomes.values()) == {"ok"}


def test_a_query_on_the_refused_table_goes_and_the_self_contained_one_stays(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert run("--rules", folder, "--out", out, "--target", "sentinel").exit_code == 0
    files = tree(out)
    assert b"n7.example.org" in files["sentinel/queries/sample.kql"]
    assert "sentinel/queries/lookup/other.kql" in files
    assert "sentinel/queries/lookup/sample.kql" not in files
    paths = {q["rule"]: q["lookup_path"] for q in manifest(out)["queries"]}
    assert paths == {"sample": "", "other": "sentinel/queries/lookup/other.kql"}


def test_manifest_and_summary_name_it(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("--rules", folder, "--out", out)
    tables = {entry["target"]: entry for entry in manifest(out)["tables"]}
    assert set(tables) == set(PRODUCTS)
    for name, reason in PRODUCTS.items():
        entry = tables[name]
        assert (entry["table"], entry["outcome"]) == ("ioc_domains", "refused")
        assert reason in entry["reason"] and "split the table" in entry["reason"]
        start = f"refused on {name}: {(folder / 'lookups/ioc_domains.csv').as_posix()}:1: "
        (line,) = [line for line in result.stdout.splitlines() if line.startswith(start)]
        assert entry["reason"] in line
    assert tables["sentinel"]["rules"] == ["sample"]
    printed = json.loads(run("--rules", folder, "--out", out, "--json").stdout)
    assert printed["tables"] == manifest(out)["tables"]


def test_a_check_says_what_a_build_would(folder: Path, tmp_path: Path) -> None:
    check, build = run("check", "--rules", folder), run("--rules", folder, "--out", tmp_path / "o")
    told = [line for line in build.stdout.splitlines() if line.startswith("refused on")]
    assert [line for line in check.stdout.splitlines() if line.startswith("refused on")] == told
    assert any("lookups/ioc_domains.csv:1: " in line for line in told)
    assert check.exit_code == build.exit_code == 0


def test_where_outcomes_are_declared_it_is_a_problem_unless_it_is(
    folder: Path, tmp_path: Path
) -> None:
    waiver = (
        '[[waiver]]\nrules = ["lookups/ioc_domains.csv"]\nscopes = ["sentinel", "logscale"]\n'
        'outcome = "refused"\nreason = "why"\n'
    )
    names = [name for name in PRODUCTS for name in ("--target", name)]
    (folder / "waivers.toml").write_text(waiver.replace(', "logscale"', ""), "utf-8")
    result = run("--rules", folder, "--out", tmp_path / "out", *names)
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 1 and PROBLEM.fullmatch(line)
    assert "ioc_domains.csv:1: undeclared-outcome: refused on logscale: " in line
    (folder / "waivers.toml").write_text(waiver, "utf-8")
    assert run("--rules", folder, "--out", tmp_path / "out", *names).exit_code == 0
    (folder / "lookups" / "ioc_domains.csv").write_text(DOMAINS, "utf-8")
    result = run("--rules", folder, "--out", tmp_path / "out", *names)
    assert result.exit_code == 1
    assert "lookups/ioc_domains.csv is not refused on sentinel: remove it" in result.stderr


def test_a_rule_that_only_the_refused_table_could_hold_says_so(
    rules_folder: RulesFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigmapack.content.limits.MOST_INLINE", 100)
    out = tmp_path / "out"
    folder = rules_folder(TABLES, sample=RULE, other=OTHER)
    result = run("--rules", folder, "--out", out, "--target", "sentinel")
    assert result.exit_code == 0
    found = {q["rule"]: q for q in manifest(out)["queries"]}
    assert found["sample"]["outcome"] == "refused" and found["sample"]["lookup_path"] == ""
    assert "820 values are too many" in found["sample"]["reason"]
    assert "ioc_domains.csv is refused, too" in found["sample"]["reason"]
    assert found["other"]["outcome"] == "ok"


def test_rules_for_hunting_left_out_change_nothing_of_it(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("--rules", folder, "--out", out, "--without-hunting").exit_code == 0
    assert {entry["target"] for entry in manifest(out)["tables"]} == set(PRODUCTS)
