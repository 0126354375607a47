"""Events as rows of a table with one value a cell: several values make several rows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sigmapack.events.fields import Value
from sigmapack.events.read import Event

Cells = tuple[str | None, ...]

#: Rows that one event may become. Real events stay far below (16 values in each of three fields
#: reach it); each row costs about 150 bytes on disk and is compared with every rule.
MOST_ROWS = 4096
#: Rows that all combinations of a replay may add. A file of events made to multiply would fill the
#: disk: a million rows take about 200 MB and every rule a second.
MOST_ADDED_ROWS = 1_000_000
#: The column of all values of an event, for rules that look for words in no field.
EVENT_TEXT = "event_text"


class Rows:
    """Makes rows of events: each value stands in one, and so does each combination that counts.

    A rule compares the fields it names, so of several values only the combinations within one
    rule's fields differ to it. Those are made, and not the product of all fields.
    """

    def __init__(self, columns: Sequence[str], together: Iterable[Iterable[str]]) -> None:
        """Remember the table's columns, and which fields are compared together.

        Args:
            columns: names in lower case, in the order of the cells.
            together: for each rule the names of its fields, in any case.
        """
        self.places = {name: number for number, name in enumerate(columns)}
        self.groups = {
            frozenset(self.places[low] for name in names if (low := name.lower()) in self.places)
            for names in together
        }
        self.left = MOST_ADDED_ROWS
        self._compared: dict[frozenset[int], list[tuple[int, ...]]] = {}

    def of(self, event: Event) -> tuple[list[Cells], str]:
        """An event's rows, and what of its combinations is missing in them ("" for nothing)."""
        cells: list[Value | None] = [None] * len(self.places)
        places, several = self.places, set()
        if event.host:
            cells[places["computer"]] = event.host
        for name, value in event.fields.items():
            place = places.get(name.lower())
            if place is not None:
                cells[place] = value
                if type(value) is not str:
                    several.add(place)
        if (place := places.get(EVENT_TEXT)) is not None:
            cells[place] = whole_text(event)
        choices = {
            place: tuple(dict.fromkeys(cell))
            for place in sorted(several)
            if isinstance(cell := cells[place], tuple)
        }
        if not choices:
            return [tuple(cells)], ""  # type: ignore[arg-type]
        return self._several(cells, choices)

    def _several(
        self, cells: Sequence[Value | None], choices: Mapping[int, tuple[str, ...]]
    ) -> tuple[list[Cells], str]:
        single = [None if isinstance(cell, tuple) else cell for cell in cells]
        for place, values in choices.items():
            single[place] = values[0] if values else None
        longest = max(map(len, choices.values()))
        found = dict.fromkeys(
            _each_value(single, choices, min(longest, MOST_ROWS))
        )  # a rule on one field needs no more
        missing: list[int] = [p for p, values in choices.items() if len(values) > MOST_ROWS]
        several = frozenset(place for place, values in choices.items() if len(values) > 1)
        for group in self._together(several):
            size = math.prod(len(choices[place]) for place in group)
            if size > min(MOST_ROWS - len(found), self.left):
                missing += group
                continue
            self.left -= size
            found.update(dict.fromkeys(_combined(single, choices, group)))
        return list(found), self._complaint(missing, choices)

    def _together(self, several: frozenset[int]) -> list[tuple[int, ...]]:
        """Which of an event's fields with several values some rule compares together."""
        if several not in self._compared:
            shared = {group & several for group in self.groups}
            most = [g for g in shared if len(g) > 1 and not any(g < other for other in shared)]
            self._compared[several] = sorted(tuple(sorted(group)) for group in most)
        return self._compared[several]

    def _complaint(self, missing: Sequence[int], choices: Mapping[int, tuple[str, ...]]) -> str:
        if not missing:
            return ""
        names = list(self.places)
        listed = [f"{names[place]} ({len(choices[place])} values)" for place in sorted({*missing})]
        return (
            f"not every combination of {', '.join(listed)} was compared: it would take more than "
            f"{MOST_ROWS} rows an event or {MOST_ADDED_ROWS} in all; look at the record yourself"
        )


def whole_text(event: Event) -> str:
    """All values of an event, one a line."""
    values = event.fields.values()
    return "\n".join("\n".join(v) if isinstance(v, tuple) else v for v in values)


def _each_value(
    single: Sequence[str | None], choices: Mapping[int, tuple[str, ...]], count: int
) -> Iterator[Cells]:
    """Rows in which each of the first values of each field stands at least once."""
    row = list(single)
    for number in range(max(count, 1)):
        for place, values in choices.items():
            if number < len(values):
                row[place] = values[number]
        yield tuple(row)


def _combined(
    single: Sequence[str | None], choices: Mapping[int, tuple[str, ...]], group: Sequence[int]
) -> Iterator[Cells]:
    row = list(single)
    for values in itertools.product(*(choices[place] for place in group)):
        for place, value in zip(group, values, strict=True):
            row[place] = value
        yield tuple(row)
