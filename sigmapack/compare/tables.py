"""Rows of the lookups of two builds: added, removed, or said otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sigmapack.deployed.shipped import Table

#: Columns that say what is known of a value, and that no rule matches.
ABOUT = frozenset(
    {
        "role", "platform", "confidence", "source", "first_seen", "last_seen", "valid_until",
        "advisory",
    }
)  # fmt: skip

Row = Mapping[str, str]


@dataclass(frozen=True)
class TableChange:
    """A lookup of which the builds have other rows; each value is that of the first column."""

    name: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]
    """Values of which other columns changed, with the names of these."""

    @property
    def matched(self) -> bool:
        """Whether anything changed that a rule matches."""
        altered = (name for _, columns in self.changed for name in columns)
        return bool(self.added or self.removed) or not ABOUT.issuperset(altered)

    @property
    def lessened(self) -> bool:
        """Whether something may be found no more."""
        altered = (name for _, columns in self.changed for name in columns)
        return bool(self.removed) or not ABOUT.issuperset(altered)


def compare_tables(before: Mapping[str, Table], after: Mapping[str, Table]) -> list[TableChange]:
    """The lookups that differ, by name."""
    none = Table("", ("value",), ())
    found = [
        _change(name, before.get(name, none), after.get(name, none))
        for name in sorted({*before, *after})
    ]
    return [one for one in found if one.added or one.removed or one.changed]


def _change(name: str, before: Table, after: Table) -> TableChange:
    old, new = _rows(before), _rows(after)
    changed = []
    for value in new:
        columns = _columns(old[value], new[value]) if value in old else ()
        if columns:
            changed.append((value, columns))
    return TableChange(
        name,
        added=tuple(value for value in new if value not in old),
        removed=tuple(value for value in old if value not in new),
        changed=tuple(changed),
    )


def _rows(table: Table) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in table.rows:
        found[row[0]].append(dict(zip(table.columns, row, strict=True)))
    return dict(found)


def _columns(before: list[Row], after: list[Row]) -> tuple[str, ...]:
    """The columns in which the rows of one value differ."""
    names = dict.fromkeys(name for row in (*before, *after) for name in row)
    return tuple(
        name
        for name in names
        if sorted(row.get(name, "") for row in before) != sorted(row.get(name, "") for row in after)
    )
