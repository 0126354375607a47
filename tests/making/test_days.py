"""A client's day of blocking stands in its own lists, and in no other client's."""

from __future__ import annotations

from datetime import date

from sigmapack import exports
from sigmapack.making.clients import Made
from tests.making.conftest import Maker
from tests.page.printed import library

DAY = 'block_from = "2026-11-20"\n'
SAID = "Block from 2026-11-20 until at least 2026-12-20"


def lists(made: Made) -> list[str]:
    return [
        each.data.decode()
        for each in made.files
        if each.path.startswith(("indicators/hosts/", "indicators/rpz/"))
    ]


def test_its_lists_carry_its_day(make: Maker) -> None:
    for text in lists(make("norte", DAY)):
        assert SAID in text
    for text in lists(make("sur")):
        assert SAID not in text


def test_the_day_that_the_command_line_says_comes_first(make: Maker) -> None:
    day = date(2026, 12, 1)
    made = exports.artifacts(make.shared.content, day)
    shared = make.shared._replace(block_from=day, indicators=made)
    found = Maker(shared, make.where / "given")
    found.where.mkdir()
    for text in lists(found("norte", DAY)):
        assert "Block from 2026-12-01 until at least 2026-12-31" in text


def test_its_notices_are_papers_when_asked(make: Maker) -> None:
    library()
    found = Maker(make.shared._replace(papers=True), make.where / "papers")
    found.where.mkdir()
    names = [each.path for each in found("norte", "").files if each.path.endswith(".pdf")]
    assert len(names) == 4
