"""`blocking.toml`: days that are none, and fates that lack something, are problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack.content.blocking import read
from sigmapack.content.model import Problem
from sigmapack.content.moments import Blocking
from tests.engines.corpus import pack

FATE = '[[fate]]\nid = "a"\ndate = "2024-01-01"\nroles = ["implant"]\ntext = "b"\nsource = "c"\n'


def told(path: Path, text: str) -> tuple[Blocking, list[str]]:
    path.write_text(text, "utf-8")
    problems: list[Problem] = []
    return read(path, problems), [problem.message for problem in problems]


def test_a_fate_is_that_of_roles_that_begin_so(tmp_path: Path) -> None:
    found, problems = told(tmp_path / "blocking.toml", FATE)
    assert problems == []
    assert [each.id for each in found.fate("implant C2, icon1")] == ["a"]
    assert found.fate("C2 of an implant") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[advisory]\ndate = "2023-3-30"\n', "[advisory] date is to be a day"),
        ("[advisory]\ndate = 2023-03-30\n", "[advisory] date is to be a day"),
        ('[sources]\nx = "then"\n', "[sources] 'x' is to be a day"),
        (FATE.replace('text = "b"\n', ""), "a [[fate]] has id, date, text, source"),
        (FATE.replace("2024-01-01", "2024-02-31"), "a [[fate]] has id, date, text, source"),
        (f'{FATE}names = ["x"]\n', "a [[fate]] has id, date, text, source"),
    ],
    ids=["short", "bare", "source", "no text", "no day", "more"],
)
def test_what_is_wrong_is_a_problem(tmp_path: Path, text: str, said: str) -> None:
    _, problems = told(tmp_path / "blocking.toml", text)
    assert len(problems) == 1 and said in problems[0]


def test_a_folder_without_it_knows_no_days(tmp_path: Path) -> None:
    assert read(tmp_path / "blocking.toml", []) == Blocking()


def test_every_source_that_has_a_day_stands_in_a_table() -> None:
    content = pack()
    sources = {
        part.strip()
        for table in content.lookups.values()
        for row in table.rows
        for part in row.values.get("source", "").split(";")
    }
    for name in content.blocking.sources:
        assert any(source.startswith(name) for source in sources), name
    roles = {row.values.get("role", "") for t in content.lookups.values() for row in t.rows}
    for fate in content.blocking.fates:
        for role in fate.roles:
            assert any(each.startswith(role) for each in roles), role
