"""Data of strangers, of which each value is asked for by its type."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from sigmapack.events.files import UnreadableInput

Value = TypeVar("Value")

#: Entries of one list of a manifest: a folder of SigmaHQ's 3,141 rules has 50,000 queries.
MOST_ENTRIES = 200_000


class Entry:
    """A mapping of a manifest, of which each value is asked for by its type.

    Every method raises UnreadableInput where the value is of another.
    """

    def __init__(self, place: Path, name: str, data: Any) -> None:
        self.place, self.name = place, name
        if not isinstance(data, dict):
            raise UnreadableInput(place, f"{name} is to be a mapping")
        self.data = data

    def typed(self, key: str, kind: type[Value], what: str) -> Value:
        value = self.data.get(key)
        if not isinstance(value, kind):
            raise UnreadableInput(self.place, f"{self.name}.{key} is to be {what}")
        return value

    def text(self, key: str) -> str:
        return self.typed(key, str, "a text")

    def texts(self, key: str) -> dict[str, str]:
        found: dict[str, Any] = self.typed(key, dict, "a mapping of texts")
        self._all(key, list(found.values()), str, "a mapping of texts")
        return found

    def listed(self, key: str) -> tuple[str, ...]:
        return tuple(
            self._all(key, self.typed(key, list, "a list of texts"), str, "a list of texts")
        )

    def rows(self, key: str) -> tuple[tuple[str, ...], ...]:
        what = "a list of lists of texts"
        rows = self._all(key, self.typed(key, list, what), list, what)
        return tuple(tuple(self._all(key, row, str, what)) for row in rows)

    def each(self, key: str) -> list[Entry]:
        found: list[Any] = self.typed(key, list, "a list")
        if len(found) > MOST_ENTRIES:
            raise UnreadableInput(self.place, f"{key} has more than {MOST_ENTRIES:,} entries")
        return [Entry(self.place, f"{key}[{n}]", each) for n, each in enumerate(found)]

    def _all(self, key: str, values: list[Any], kind: type[Value], what: str) -> list[Value]:
        if not all(isinstance(value, kind) for value in values):
            raise UnreadableInput(self.place, f"{self.name}.{key} is to be {what}")
        return values
