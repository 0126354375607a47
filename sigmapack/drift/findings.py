"""How an item stands in a product, and what of it was edited."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

SAME, EDITED, MISSING, EXTRA, OFF = "same", "edited", "missing", "extra", "off"
#: All that may be said of an item; whatever is not the first is drift.
STATES = (SAME, EDITED, MISSING, EXTRA, OFF)
#: Lines of a difference that are told, and characters of one: a query may be one line of 100,000.
MOST_LINES, LONGEST_LINE = 12, 160
#: Characters shown before the first that differs.
BEFORE = 40


class Edit(NamedTuple):
    """A field that is not as it was shipped; empty where one of the two has none."""

    field: str
    shipped: str
    deployed: str

    def lines(self) -> list[str]:
        """The lines that differ, after `-` as shipped and after `+` as deployed."""
        old, new = self.shipped.split("\n"), self.deployed.split("\n")
        if len(old) == len(new) == 1:
            return [
                f"{mark}{part}" for mark, part in zip("-+", _around(old[0], new[0]), strict=True)
            ]
        made = difflib.unified_diff(old, new, lineterm="", n=0)
        lines = [line for line in made if not line.startswith(("---", "+++", "@@"))]
        more = len(lines) - MOST_LINES
        shown = [_cut(line) for line in lines[:MOST_LINES]]
        return [*shown, f"... {more} more lines"] if more > 0 else shown


def _around(old: str, new: str) -> tuple[str, str]:
    """Two lines from a little before where they first differ."""
    pairs = enumerate(zip(old, new, strict=False))
    first = next((place for place, (a, b) in pairs if a != b), min(len(old), len(new)))
    start = max(0, first - BEFORE) if max(len(old), len(new)) > LONGEST_LINE else 0
    lead = "..." if start else ""
    return _cut(lead + old[start:]), _cut(lead + new[start:])


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}..."


@dataclass(frozen=True)
class Finding:
    """One item of a product, and how it stands there."""

    product: str
    kind: str
    key: str
    name: str
    states: tuple[str, ...]
    """One of `STATES`, or edited and off."""
    edits: tuple[Edit, ...] = ()
    enabled: bool | None = None
    place: str = ""
    """The export that has it."""


@dataclass
class Drift:
    """All items of the products of which there was an export."""

    findings: list[Finding] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Files of folders and archives that are no exports."""

    def counts(self) -> dict[str, int]:
        """How many findings are of each state."""
        return {state: sum(state in one.states for one in self.findings) for state in STATES}

    def drifted(self, ignored: Iterable[str] = ()) -> bool:
        """Whether anything is not as shipped, but for the states that are ignored."""
        fine = {SAME, *ignored}
        return any(not fine.issuperset(one.states) for one in self.findings)
