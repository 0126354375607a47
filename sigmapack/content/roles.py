"""What the values of the tables are, in the reader's language.

A translation stands in `sigma_rules/<language>.toml` under `[roles]`, by the English text, so that
a changed role has none until somebody writes one. Values, sources and all else stay.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from sigmapack.content.files import shown
from sigmapack.content.model import Lookup, Problem

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


def wrong(lookups: Mapping[str, Lookup], path: Path) -> Iterator[Problem]:
    """Roles of the tables that a file of translations lacks, and those that it has for none."""
    known = roles(path)
    there = {
        row.values[ROLE]: (table.path, row.line)
        for table in lookups.values()
        for row in reversed(table.rows)
        if row.values.get(ROLE)
    }
    for role, (place, line) in there.items():
        if role not in known:
            message = f"the role {role!r} has no translation: add it to [roles] of {shown(path)}"
            yield Problem(place, line, "translation", message)
    for role in known:
        if role not in there:
            message = f"[roles] translates {role!r}, which no table has: remove it"
            yield Problem(shown(path), 1, "translation", message)
