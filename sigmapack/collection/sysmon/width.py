"""Which filters pass all that another one passes, found without comparing each with each.

A rule on thousands of names makes thousands of filters: what is wider than one of them is looked
up by the pieces of its texts, and only what is found there is compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from sigmapack.collection.terms import BEGINS, CONTAINS, ENDS, IS

#: By how a text is compared: how a condition may compare a piece of it, and find at least as much.
WIDER = {
    IS: (IS, BEGINS, ENDS, CONTAINS),
    BEGINS: (BEGINS, CONTAINS),
    ENDS: (ENDS, CONTAINS),
    CONTAINS: (CONTAINS,),
}


class Compared(Protocol):
    """A condition, as far as it is compared."""

    @property
    def field(self) -> str: ...
    @property
    def how(self) -> str: ...
    @property
    def values(self) -> tuple[str, ...]: ...


One = TypeVar("One", bound=Compared)


class Texts:
    """Texts that are compared in one way, to be asked which of them are pieces of another text."""

    def __init__(self, how: str, texts: Iterable[str] = ()) -> None:
        self.how = how
        self.texts: dict[str, None] = {}
        self.lengths: dict[int, None] = {}
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        self.texts.setdefault(text)
        self.lengths.setdefault(len(text))

    def of(self, text: str) -> Iterator[str]:
        """The texts that a comparison of them finds in another one, in small letters like them."""
        if self.how == IS:
            yield from (text,) if text in self.texts else ()
        elif self.how != CONTAINS:
            for length in self.lengths:
                piece = text[:length] if self.how == BEGINS else text[max(0, len(text) - length) :]
                if piece in self.texts and len(piece) == length:
                    yield piece
        elif len(self.texts) <= len(text) * len(self.lengths):  # they are fewer than its pieces
            yield from (each for each in self.texts if each in text)
        else:
            pieces = {
                text[start : start + length]
                for length in self.lengths
                for start in range(len(text) - length + 1)
            }
            yield from (piece for piece in pieces if piece in self.texts)


class Wanted:
    """A condition, made ready to be compared with others."""

    def __init__(self, condition: Compared) -> None:
        self.field, self.how = condition.field, condition.how
        self.values = tuple(dict.fromkeys(value.lower() for value in condition.values))

    @cached_property
    def texts(self) -> Texts:
        return Texts(self.how, self.values)

    def implies(self, other: Wanted) -> bool:
        """Whether every value that fulfils the condition fulfils the other, too."""
        if self.field != other.field or other.how not in WIDER[self.how]:
            return False
        return all(next(other.texts.of(value), None) is not None for value in self.values)


#: All of its conditions are asked for.
Filter = tuple[Wanted, ...]


def ready(one: Iterable[Compared]) -> Filter:
    """A filter's conditions, made ready to be compared."""
    return tuple(map(Wanted, one))


def within(one: Filter, other: Filter) -> bool:
    """Whether all that passes one filter passes the other."""
    return all(any(each.implies(theirs) for each in one) for theirs in other)


class Width(Generic[One]):
    """Filters in an order, to be asked which of them pass all that one passes.

    Each is filed under the texts of the one of its conditions that fewest others have.
    """

    def __init__(self, filters: Iterable[tuple[One, ...]]) -> None:
        self.filters = list(dict.fromkeys(filters))
        self.ready = [ready(one) for one in self.filters]
        self.open = [number for number, one in enumerate(self.filters) if not one]
        self.texts: dict[tuple[str, str], Texts] = {}
        self.filed: dict[tuple[str, str, str], list[int]] = {}
        common = Counter(key for one in self.ready for each in one for key in _keys(each))
        for number, one in enumerate(self.ready):
            if one:
                self._file(number, min(one, key=lambda each: max(common[k] for k in _keys(each))))

    def _file(self, number: int, condition: Wanted) -> None:
        for key in _keys(condition):
            same = self.filed.setdefault(key, [])
            if same and _plain(self.ready[number]) and _plain(self.ready[same[0]]):
                continue  # of two that are this one text the first will do
            same.append(number)
            place = condition.field, condition.how
            self.texts.setdefault(place, Texts(condition.how)).add(key[2])

    def wider(self, one: Filter) -> Iterator[int]:
        """The numbers of the filters that pass all that one passes; of equal ones the first."""
        yield from self.open
        found = dict.fromkeys(n for each in one for n in self._filed(each))
        yield from (number for number in found if within(one, self.ready[number]))

    def _filed(self, condition: Wanted) -> Iterator[int]:
        """The filters that are filed under a condition that finds a condition's first text."""
        for how in WIDER[condition.how]:
            if (texts := self.texts.get((condition.field, how))) is not None:
                for text in texts.of(condition.values[0]):
                    yield from self.filed[condition.field, how, text]

    def first(self, one: tuple[One, ...]) -> tuple[One, ...] | None:
        """The first of those that pass all that one passes."""
        number = min(self.wider(ready(one)), default=None)
        return None if number is None else self.filters[number]

    def widest(self) -> list[tuple[One, ...]]:
        """Those than which none is wider, in their order; of equal ones the first."""
        return [
            one
            for number, one in enumerate(self.filters)
            if not any(self._replaces(n, number) for n in self.wider(self.ready[number]))
        ]

    def _replaces(self, other: int, number: int) -> bool:
        if other == number:
            return False
        return other < number or not within(self.ready[other], self.ready[number])


def _keys(condition: Wanted) -> Iterator[tuple[str, str, str]]:
    return ((condition.field, condition.how, value) for value in condition.values)


def _plain(one: Filter) -> bool:
    """Whether a filter is one condition on one text."""
    return len(one) == 1 and len(one[0].values) == 1
