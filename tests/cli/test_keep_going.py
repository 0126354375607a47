"""`build --keep-going`: strangers' rules of which some are wrong, and the rest is built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import CORRELATION, QUICK, SECOND, run, tree
from tests.conftest import RULE, RulesFolder


@pytest.fixture
def folder(rules_folder: RulesFolder) -> Path:
    """One rule that is right, one whose table is nowhere, a correlation of that, and no YAML."""
    made = rules_folder(sample=RULE)
    wrong = SECOND.replace("name: sample", "name: tableless")
    where = wrong.index("detection:")
    wrong = wrong[:where] + (
        "detection:\n    selection:\n        QueryName|expand: '%nowhere%'\n"
        "    condition: selection\nlevel: high\n"
    )
    (made / "tableless.yml").write_text(wrong)
    (made / "twice.yml").write_text(CORRELATION.replace("[sample]", "[tableless]"))
    (made / "noyaml.yml").write_text("title: [\n")
    return made


def test_the_rest_is_built_and_each_wrong_rule_is_told(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    result = run("--rules", folder, "--out", out, *QUICK, "--keep-going")
    assert result.exit_code == 1
    codes = {line.split(":")[0].rpartition("/")[2]: line for line in result.stderr.splitlines()}
    assert set(codes) == {"tableless.yml", "noyaml.yml"}
    assert "unknown-placeholder: %nowhere% needs lookups/nowhere.csv" in codes["tableless.yml"]
    assert (out / "sqlite/queries/sample.sql").is_file()
    assert not (out / "sqlite/queries/tableless.sql").exists()


def test_the_manifest_has_an_outcome_of_every_rule_on_every_product(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "dist"
    run("--rules", folder, "--out", out, *QUICK, "--keep-going")
    queries = json.loads((out / "manifest.json").read_text())["queries"]
    found = {(q["target"], q["rule"]): (q["outcome"], q["reason"]) for q in queries}
    assert {name for _, name in found} == {"sample", "tableless", "twice", "noyaml"}
    for target in ("sqlite", "sigma"):
        assert found[target, "sample"][0] == "ok"
        assert found[target, "tableless"][0] == "refused"
        assert "%nowhere% needs lookups/nowhere.csv" in found[target, "tableless"][1]
        assert found[target, "twice"] == ("refused", "it needs tableless, which is not run")
        assert found[target, "noyaml"][0] == "refused"


def test_without_it_nothing_is_written(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    run("--rules", folder, "--out", out, *QUICK, "--keep-going")
    before = tree(out)
    (folder / "sample.yml").write_text(RULE.replace("level: high", "level: low"))
    assert run("--rules", folder, "--out", out, *QUICK).exit_code == 1
    assert tree(out) == before


def test_nothing_wrong_ends_with_0(rules_folder: RulesFolder, tmp_path: Path) -> None:
    made = rules_folder(sample=RULE)
    result = run("--rules", made, "--out", tmp_path / "dist", *QUICK, "--keep-going")
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("text", ["no table", 'domain\n"'])
def test_what_is_no_rule_s_still_stops_all(folder: Path, tmp_path: Path, text: str) -> None:
    (folder / "lookups").mkdir(exist_ok=True)
    (folder / "lookups" / "a.csv").write_bytes(b"a,a\n" + text.encode())
    out = tmp_path / "dist"
    result = run("--rules", folder, "--out", out, *QUICK, "--keep-going")
    assert result.exit_code == 1 and not out.exists()


def test_where_every_rule_is_wrong_nothing_is_built(folder: Path, tmp_path: Path) -> None:
    (folder / "sample.yml").unlink()
    out = tmp_path / "dist"
    result = run("--rules", folder, "--out", out, *QUICK, "--keep-going")
    assert result.exit_code == 1 and not out.exists()


def test_two_files_of_one_name_are_left_out_as_their_queries_would_be_one_file(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "sample.yml").write_text(SECOND)
    out = tmp_path / "dist"
    result = run("--rules", folder, "--out", out, *QUICK, "--keep-going")
    assert result.exit_code == 1
    assert "duplicate-file" in result.stderr
    assert (out / "sqlite/queries/sample.sql").is_file()


def test_the_packs_own_rules_are_all_or_none(tmp_path: Path) -> None:
    result = run("--out", tmp_path / "dist", "--keep-going")
    assert result.exit_code == 2 and "name their folder by --rules" in result.stderr
