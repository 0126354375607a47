"""What the values of the tables are, in the reader's language.

A translation stands in `sigma_rules/<language>.toml` under `[roles]`, by the English text, so that
a changed role has none until somebody writes one: a test wants each of the pack's. A row that a
site adds or imports keeps the words of its source. Values, sources and all else stay.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sigmapack.content.model import Lookup

ROLE = "role"


def roles(path: Path, section: str = "roles") -> dict[str, str]:
    """English text -> that of the language, of a file of translations; nothing without the file."""
    if not path.is_file():
        return {}
    found = tomllib.loads(path.read_text("utf-8")).get(section, {})
    return {k: v for k, v in found.items() if isinstance(v, str)}


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
