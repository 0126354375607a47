"""`import`: what it prints, how it ends, and a table that is replaced whole or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.command import run, tree
from tests.conftest import ROOT, RULE, RulesFolder
from tests.intake.samples import GOOD, attribute, misp, table


@pytest.fixture
def folder(rules_folder: RulesFolder) -> Path:
    """One rule, and a table of domains."""
    return rules_folder(sample=RULE)


def test_an_import_says_what_it_adds_and_refuses(folder: Path, tmp_path: Path) -> None:
    file = table(
        tmp_path / "feed.csv",
        f"{GOOD[0]},c2,high,CERT of Example,2020-01-01",
        "www.microsoft.com,c2,high,CERT of Example,",
        "bad.example.com,c2,high,CERT of Example,",
        columns="domain,role,confidence,source,valid_until",
    )
    result = run("import", file, "--table", "ioc_domains", "--rules", folder)
    assert result.exit_code == 1
    path = folder / "lookups" / "ioc_domains.csv"
    assert result.stdout.splitlines() == [
        f"added  {GOOD[0]}  high, CERT of Example, until 2020-01-01 "
        "(expired: for hunting, it blocks nothing)",
        f"{path}: 1 added, 0 changed, 1 there already, 1 refused",
    ]
    assert result.stderr == (
        f"{file}:3: vendor-domain: www.microsoft.com: www.microsoft.com belongs to a vendor "
        "(microsoft.com): never an indicator\n"
    )
    assert path.read_text("utf-8").splitlines()[2] == (
        f"{GOOD[0]},c2,unknown,high,CERT of Example,,,2020-01-01,no"
    )
    assert run("check", "--rules", folder).exit_code == 0
    assert sorted(p.name for p in path.parent.iterdir()) == ["ioc_domains.csv"]


def test_a_second_import_changes_nothing(folder: Path, tmp_path: Path) -> None:
    file = misp(tmp_path / "event.json", *(attribute("domain", name) for name in GOOD))
    line = ("import", file, "--table", "ioc_domains", "--rules", folder, "--confidence", "high")
    assert run(*line).exit_code == 0
    before = tree(folder)
    again = run(*line)
    assert again.exit_code == 0 and "0 added, 0 changed, 2 there already" in again.stdout
    assert tree(folder) == before


def test_json_of_an_import(folder: Path, tmp_path: Path) -> None:
    file = misp(tmp_path / "event.json", attribute("domain", GOOD[0]), attribute("domain", "com"))
    line = ("import", file, "--table", "ioc_domains", "--rules", folder, "--confidence", "high")
    data = json.loads(run(*line, "--json").stdout)
    assert [row["domain"] for row in data["added"]] == [GOOD[0]]
    assert [(p["code"], p["path"]) for p in data["refused"]] == [("value", str(file))]


def test_wrong_use_changes_nothing(folder: Path, tmp_path: Path) -> None:
    before = tree(folder)
    feed = table(tmp_path / "feed.csv", f"{GOOD[0]},c2,high,x")
    for arguments, words in (
        ((feed, "--table", "none"), "there is no table none"),
        ((tmp_path / "none", "--table", "ioc_domains"), "unreadable: No such file"),
        ((feed, "--table", "ioc_domains", "--valid-until", "soon"), "does not match the format"),
        ((feed, "--table", "ioc_domains", "--confidence", "sure"), "is not one of"),
    ):
        result = run("import", *arguments, "--rules", folder)
        assert result.exit_code == 2 and words in result.stderr
    assert tree(folder) == before


def test_content_with_problems_takes_no_import(folder: Path, tmp_path: Path) -> None:
    (folder / "sample.yml").write_text(RULE.replace("ioc_domains", "none"), "utf-8")
    before = tree(folder)
    feed = table(tmp_path / "feed.csv", f"{GOOD[0]},c2,high,x")
    result = run("import", feed, "--table", "ioc_domains", "--rules", folder)
    assert result.exit_code == 1 and "sample.yml:9: " in result.stderr
    assert tree(folder) == before


def test_what_the_pack_itself_exports_is_all_there_already(
    builds: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "pack" / "sigma_rules"
    shutil.copytree(ROOT / "lookups", tmp_path / "pack" / "lookups")
    folder.mkdir()
    (folder / "sample.yml").write_text(RULE, "utf-8")
    before = tree(tmp_path / "pack")
    indicators = builds[0] / "indicators"
    files = [*indicators.glob("stix/*.json"), *indicators.glob("misp/*-*.json")]
    assert len(files) >= 2
    for file in files:
        line = ("--table", "ioc_domains", "--rules", folder, "--confidence", "high")
        result = run("import", file, *line)
        assert "0 added, 0 changed, 23 there already" in result.stdout, result.stderr
        assert all(": duplicate: " in told for told in result.stderr.splitlines())
    assert tree(tmp_path / "pack") == before
