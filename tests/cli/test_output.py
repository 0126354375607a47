"""The output folder: replaced whole when it is ours, never touched when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import QUICK, run, tree
from tests.conftest import ROOT, RULE, RulesFolder


def test_a_folder_that_is_somebody_elses_is_not_replaced(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    other = tmp_path / "photos"
    other.mkdir()
    (other / "one.jpg").write_bytes(b"x")
    result = run("--rules", rules_folder(sample=RULE), "--out", other, *QUICK)
    assert result.exit_code == 2
    assert "not an earlier build: give --out an empty or new folder" in result.stderr
    assert tree(other) == {"one.jpg": b"x"}


@pytest.mark.parametrize(
    "text", ['{"manifest_version": 3}', '{"pack": "another"}', "[]", "no JSON", "[" * 100_000]
)
def test_a_manifest_of_another_kind_makes_no_folder_ours(
    rules_folder: RulesFolder, tmp_path: Path, text: str
) -> None:
    other = tmp_path / "extension"
    other.mkdir()
    (other / "manifest.json").write_text(text, "utf-8")
    (other / "background.js").write_bytes(b"x")
    before = tree(other)
    result = run("--rules", rules_folder(sample=RULE), "--out", other, *QUICK)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "its manifest.json is not of this pack" in line
    assert tree(other) == before


def test_a_file_is_no_output_folder(rules_folder: RulesFolder, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        result = run("--rules", rules_folder(sample=RULE), "--out", out, *QUICK)
        assert result.exit_code == 2
        assert result.stderr.startswith("build.py: ") and result.stderr.count("\n") == 1
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_new_build_takes_the_old_ones_place_whole(built: Path, rules_folder: RulesFolder) -> None:
    folder = rules_folder(other=RULE)
    (folder / "sample.yml").unlink()
    assert run("--rules", folder, "--out", built, "--target", "sigma").exit_code == 0
    assert not (built / "sqlite").exists()
    names = {path.name for path in built.parent.iterdir()}
    assert names == {"dist", "rules"}  # nothing half-made is left


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("/dev/null", "is a device: give --out a folder"),
        ("/", "is or holds the pack itself"),
        (ROOT, "is or holds the pack itself"),
        ("~", "is or holds your home folder"),
        ("x" * 300, "is too long a path: give --out an empty or new folder"),
        (ROOT / "lookups" / "dist", "lies in "),
        (ROOT / "sigma_rules" / "dist", "lies in "),
    ],
)
def test_a_place_that_is_no_output_folder_is_one_line(out: str | Path, words: str) -> None:
    shown = Path(out).expanduser()
    result = run("--out", shown, *QUICK)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"build.py: {shown}: {words}")
    assert result.stdout == ""


def test_a_build_does_not_go_where_the_next_one_reads(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    rules = rules_folder(sample=RULE)
    before = tree(tmp_path)
    for out in (rules, rules / "dist", rules / "deep" / "er"):
        result = run("--rules", rules, "--out", out, *QUICK)
        assert result.exit_code == 2
        assert "lies in " in result.stderr and "which the next build reads" in result.stderr
    assert tree(tmp_path) == before


def test_files_of_ones_own_survive_a_build(built: Path, rules_folder: RulesFolder) -> None:
    (built / "sqlite" / "notes.md").write_bytes(b"mine")
    (built / "sqlite" / "queries" / "gone.sql").write_bytes(b"mine")
    result = run("--rules", rules_folder(sample=RULE), "--out", built, "--target", "sigma")
    assert result.exit_code == 0
    found = tree(built)
    assert found["sqlite/notes.md"] == found["sqlite/queries/gone.sql"] == b"mine"
    assert [path for path in found if path.startswith("sqlite/")] == [
        "sqlite/notes.md",
        "sqlite/queries/gone.sql",
    ]
