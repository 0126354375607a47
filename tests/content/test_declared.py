"""attack.toml, never.toml and logsources.toml, damaged: a problem with its place, no traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sigmapack.checks import problems
from sigmapack.content import declared, settings
from sigmapack.content.load import load
from sigmapack.content.model import Problem
from tests.cli.command import PROBLEM
from tests.conftest import ROOT, RULE, RulesFolder

#: What is wrong -> the text of a file.
DAMAGE: dict[str, bytes] = {
    "empty": b"",
    "not UTF-8": b'version = "\xff"\n',
    "no TOML": b"version = \n",
    "duplicate": b'version = "1"\nversion = "2"\n',
    "null": b"version = null\n",
    "binary": b"\x00\x01\x02",
    "nested": b"version = " + b"[" * 5_000 + b"]" * 5_000,
    "deep": b"version = " + b"[" * 40 + b"]" * 40,
    "inline": b"a" + b" = {a" * 400 + b" = 1" + b"}" * 400,
    "number": b"version = " + b"9" * 5_000,
    "list": b"[[tactics]]\n[[techniques]]\n[[vendor_domains]]\n[[source]]\n",
    "wrong types": b"version = 1\ntactics = 2\nvendor_domains = 3\nsource = 4\nlogsource = 5\n",
    "large": b"#" * 1_000_001,
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ["attack", "never", "sources"])
def test_damage_is_a_problem_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, damage: str
) -> None:
    path = tmp_path / "file.toml"
    path.write_bytes(DAMAGE[damage])
    told: list[Problem] = []
    if name == "sources":
        monkeypatch.setattr(declared, "LOGSOURCES", path)
        declared.sources(told)
    else:
        found = getattr(declared, name)(path, told, True)
        assert all(not value for value in found.values())
    assert told
    for problem in told:
        assert PROBLEM.fullmatch(str(problem)), problem


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", [settings.WAIVERS, settings.COVERAGE, settings.RESPONSE])
def test_damaged_settings_are_a_problem_or_say_nothing(
    rules_folder: RulesFolder, name: str, damage: str
) -> None:
    folder = rules_folder(sample=RULE)
    (folder / name).write_bytes(DAMAGE[damage])
    content = load(ROOT, folder)
    for problem in content.problems:
        assert PROBLEM.fullmatch(str(problem)), problem
    assert content.waivers == () and content.stages == () and content.playbooks == {}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('version = "1"\n[tactics]\n', 1, "the file has no techniques"),
        ('version = "1"\n[tactics]\na = 5\n[techniques]\n', 3, "tactics.a is to be a table"),
        ('version = "1"\n[tactics]\n[techniques.T1]\nname = "x"\n', 3, "T1 has no tactics"),
        (
            'version = "1"\n[tactics]\n[techniques.T1]\nname = "x"\ntactics = [5]\n',
            2,
            "techniques.T1.tactics is to be a text",
        ),
    ],
)
def test_what_is_not_of_the_shape_is_told_at_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    path = tmp_path / "attack.toml"
    path.write_text(text, "utf-8")
    told: list[Problem] = []
    declared.attack(path, told, True)
    (problem,) = told
    assert message in problem.message
    assert problem.line == line


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("sigma_rules/attack.toml", "the file has no tactics"),
        ("lookups/never.toml", "the file has no false_indicators"),
    ],
)
def test_an_empty_file_of_the_pack_is_told_of_and_not_what_follows_from_it(
    tmp_path: Path, path: str, message: str
) -> None:
    for folder in ("sigma_rules", "lookups"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / path).write_bytes(b"")
    found = problems(load(tmp_path))
    assert found[0].message == message
    assert {(problem.path.endswith(path), problem.code) for problem in found} == {(True, "toml")}


def test_only_the_packs_own_content_needs_them(tmp_path: Path) -> None:
    told: list[Problem] = []
    declared.attack(tmp_path / "attack.toml", told, False)
    assert told == []
    declared.attack(tmp_path / "attack.toml", told, True)
    assert [problem.message.partition(":")[0] for problem in told] == ["the file is missing"]


def test_the_packs_own_are_of_their_shapes() -> None:
    content = load(ROOT)
    assert content.problems == ()
    assert content.attack["techniques"] and content.never["vendor_domains"]
    assert content.sources.products
