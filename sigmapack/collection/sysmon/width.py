"""Which filters pass all that another one passes, found without comparing each with each.

A rule on thousands of names makes thousands of filters, nearly all of them one text on one field:
what is wider than such a one is looked up by its ends and its starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from sigmapack.collection.terms import BEGINS, CONTAINS, ENDS, IS


class Compared(Protocol):
    """A condition, as far as it is compared."""

    @property
    def field(self) -> str: ...
    @property
    def how(self) -> str: ...
    @property
    def values(self) -> tuple[str, ...]: ...


One = TypeVar("One", bound=Compared)


def implies(one: Compared, other: Compared) -> bool:
    """Whether every value that fulfils a condition fulfils the other, too."""
    return one.field == other.field and all(
        any(covers(one.how, mine, other.how, value) for value in other.values)
        for mine in one.values
    )


def within(one: Iterable[Compared], other: Iterable[Compared]) -> bool:
    """Whether all that passes one filter passes the other."""
    mine = tuple(one)
    return all(any(implies(each, theirs) for each in mine) for theirs in other)


def covers(how: str, value: str, other: str, wanted: str) -> bool:
    """Whether what a comparison with one text finds, another with a wider text finds, too."""
    value, wanted = value.lower(), wanted.lower()
    if other == IS:
        return how == IS and value == wanted
    if other == ENDS:
        return how in (IS, ENDS) and value.endswith(wanted)
    if other == BEGINS:
        return how in (IS, BEGINS) and value.startswith(wanted)
    return wanted in value


class Width(Generic[One]):
    """Filters in an order, to be asked which of them pass all that one passes."""

    def __init__(self, filters: Iterable[tuple[One, ...]]) -> None:
        self.order = {one: number for number, one in enumerate(filters)}
        self.plain: dict[tuple[str, str, str], tuple[One, ...]] = {}
        self.parts: dict[str, dict[str, tuple[One, ...]]] = {}
        self.others: list[tuple[One, ...]] = []
        for one in self.order:
            if not _plain(one):
                self.others.append(one)
                continue
            (condition,) = one
            text = condition.values[0].lower()
            self.plain.setdefault((condition.field, condition.how, text), one)
            if condition.how == CONTAINS:
                self.parts.setdefault(condition.field, {}).setdefault(text, one)

    def wider(self, one: tuple[One, ...]) -> Iterator[tuple[One, ...]]:
        """The filters that pass all that one passes; of equal ones the first."""
        if not _plain(one):
            yield from (other for other in self.order if within(one, other))
            return
        (condition,) = one
        text, field, how = condition.values[0].lower(), condition.field, condition.how
        ends = range(len(text) + 1)
        keys = [(field, IS, text)] if how == IS else []
        keys += [(field, ENDS, text[n:]) for n in ends] if how in (IS, ENDS) else []
        keys += [(field, BEGINS, text[:n]) for n in ends] if how in (IS, BEGINS) else []
        yield from (self.plain[key] for key in keys if key in self.plain)
        yield from (each for part, each in self.parts.get(field, {}).items() if part in text)
        yield from (other for other in self.others if within(one, other))

    def first(self, one: tuple[One, ...]) -> tuple[One, ...] | None:
        """The first of those that pass all that one passes."""
        return min(self.wider(one), key=self.order.__getitem__, default=None)

    def widest(self) -> list[tuple[One, ...]]:
        """Those than which none is wider, in their order; of equal ones the first."""
        return [
            one for one in self.order if not any(self._replaces(o, one) for o in self.wider(one))
        ]

    def _replaces(self, other: tuple[One, ...], one: tuple[One, ...]) -> bool:
        if other == one:
            return False
        return self.order[other] < self.order[one] or not within(other, one)


def _plain(one: tuple[Compared, ...]) -> bool:
    """Whether a filter is one condition on one text."""
    return len(one) == 1 and len(one[0].values) == 1
