"""The timeline to scale: where each moment stands, so that no two texts lie on one another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sigmapack.content.moments import Moment

#: The drawing's width and the height of a text's row, in units of its own.
WIDTH, ROW = 1000, 26
MARGIN = 12


class Dot(NamedTuple):
    """A moment in the drawing: its place, and the row of its number."""

    number: int
    moment: Moment
    x: float
    row: int


class Year(NamedTuple):
    """A line at the beginning of a quarter."""

    label: str
    x: float


class Drawing(NamedTuple):
    """All of it, and how high it is."""

    dots: tuple[Dot, ...]
    years: tuple[Year, ...]
    height: int


def day(text: str) -> date:
    """A day, or the middle of a month."""
    return date.fromisoformat(text if len(text) > len("2022-04") else f"{text}-15")


def drawing(moments: Sequence[Moment]) -> Drawing | None:
    """The timeline; None where nothing happened."""
    if not moments:
        return None
    days = [day(each.date) for each in moments]
    first = date(min(days).year, 1, 1)
    last = date(max(days).year, 12, 31)
    scale = (WIDTH - 2 * MARGIN) / (last - first).days

    def x(when: date) -> float:
        return round(MARGIN + (when - first).days * scale, 1)

    free: list[float] = []
    dots = []
    for number, (moment, when) in enumerate(zip(moments, days, strict=True), 1):
        place = x(when)
        row = next((n for n, end in enumerate(free) if end + 24 < place), len(free))
        free[row : row + 1] = [place]
        dots.append(Dot(number, moment, place, row))
    quarters = [
        date(year, month, 1) for year in range(first.year, last.year + 1) for month in (1, 4, 7, 10)
    ]
    years = tuple(Year(f"{q.year}-{q.month:02}", x(q)) for q in quarters)
    return Drawing(tuple(dots), years, (len(free) + 2) * ROW)
