"""What the values of the tables are, in the reader's language.

They are texts of the package, as `words` has them; `tests/content/test_words.py` wants each of the
pack's. A row that a site adds or imports keeps the words of its source. Values, sources and all
else stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sigmapack.content.model import Lookup

ROLE = "role"


def roles_in(known: Mapping[str, str], lookups: Mapping[str, Lookup]) -> dict[str, Lookup]:
    """Tables with their roles in a language; one that has no translation stays."""
    return {name: _table(known, table) for name, table in lookups.items()}


def _table(known: Mapping[str, str], table: Lookup) -> Lookup:
    if known.keys().isdisjoint(row.values.get(ROLE, "") for row in table.rows):
        return table
    rows = tuple(
        row._replace(values={**row.values, ROLE: known[row.values[ROLE]]})
        if row.values.get(ROLE) in known
        else row
        for row in table.rows
    )
    return replace(table, rows=rows)
