"""`drift`: what it prints of a build and what is deployed, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import process, run
from tests.drift.deployments import GOLDEN, Deployment, deployments

(ELASTIC,) = (one for one in deployments() if one.product == "elastic")


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """An export with one rule that was edited and one that is gone."""
    things = ELASTIC.things()
    things[0]["query"] = things[0]["query"].rstrip() + " and false"
    return ELASTIC.write(things[:-1], tmp_path)


def untouched(product: Deployment, folder: Path) -> Path:
    return product.write(product.things(), folder)


def test_exports_of_all_products_at_once_are_no_drift(tmp_path: Path) -> None:
    paths = [untouched(product, tmp_path) for product in deployments()]
    result = run("drift", GOLDEN, *paths)
    assert (result.exit_code, result.stderr) == (0, "")
    (line,) = result.stdout.splitlines()
    assert line.endswith(" same, 0 edited, 0 missing, 0 extra, 0 off")


def test_drift_exits_with_1_and_shows_what_was_edited(edited: Path) -> None:
    result = run("drift", GOLDEN, edited)
    assert (result.exit_code, result.stderr) == (1, "")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["product", "state", "kind", "item"]
    assert lines[1].split()[:4] == ["elastic", "edited", "detection", "rule"]
    assert lines[2].split()[:4] == ["elastic", "missing", "detection", "rule"]
    assert lines[4:6] == ["elastic: Golden Repeated Lookup", "  query"]
    assert lines[6].startswith("    -")
    assert lines[7].startswith("    +")
    assert lines[7].endswith(" and false")
    assert lines[-1] == "5 items compared: 3 same, 1 edited, 1 missing, 0 extra, 0 off"


def test_states_may_be_ignored_for_the_exit_code(edited: Path) -> None:
    assert run("drift", GOLDEN, edited, "--ignore", "missing").exit_code == 1
    both = run("drift", GOLDEN, edited, "--ignore", "missing", "--ignore", "edited")
    assert both.exit_code == 0
    assert "edited" in both.stdout
    assert run("drift", GOLDEN, edited, "--ignore", "same").exit_code == 2


def test_quiet_says_nothing(edited: Path) -> None:
    result = run("drift", GOLDEN, edited, "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "")


def test_json_has_every_item_with_its_edits(edited: Path) -> None:
    result = run("drift", GOLDEN, edited, "--json")
    assert result.exit_code == 1
    data = json.loads(result.stdout)
    assert data["counts"] == {"same": 3, "edited": 1, "missing": 1, "extra": 0, "off": 0}
    item = next(one for one in data["items"] if one["states"] == ["edited"])
    assert item["export"] == str(edited)
    (edit,) = item["edits"]
    assert edit["field"] == "query"
    assert edit["deployed"] == edit["shipped"] + " and false"


def test_a_file_that_is_no_export_or_is_damaged_is_one_line(tmp_path: Path) -> None:
    for name, text in (("a.txt", "hello"), ("b.json", '{"a":' * 100_000), ("c.zip", "PK\x03\x04")):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        result = run("drift", GOLDEN, path)
        assert (result.exit_code, result.stdout) == (2, "")
        (line,) = result.stderr.splitlines()
        assert line.startswith(f"build.py: {path}: ")
    assert run("drift", GOLDEN, tmp_path / "none").exit_code == 2
    assert run("drift", tmp_path, tmp_path).exit_code == 2
    assert run("drift", GOLDEN).exit_code == 2


def test_text_of_an_export_commands_no_terminal(tmp_path: Path) -> None:
    things = ELASTIC.things()
    things[0]["name"] = "red \x1b[31m\u202e name"
    things[0]["query"] += "\x1b]0;title\x07"
    done = process("drift", GOLDEN, ELASTIC.write(things, tmp_path))
    assert done.returncode == 1
    assert b"\x1b" not in done.stdout
    assert "\u202e".encode() not in done.stdout
