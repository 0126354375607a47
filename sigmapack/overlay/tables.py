"""A client's rows: added to the pack's tables, withdrawn from them, and tables of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from sigmapack.content.model import Lookup, Problem, Row
from sigmapack.overlay.client import Client
from sigmapack.overlay.marking import above


class RowChange(NamedTuple):
    """A row that a client has besides the pack's, or has not."""

    table: str
    value: str
    change: str
    reason: str


def merged(
    tables: Mapping[str, Lookup], client: Client, problems: list[Problem]
) -> tuple[dict[str, Lookup], list[RowChange]]:
    """The tables of a client, and the rows in which they are not the pack's."""
    found = dict(tables)
    changes: list[RowChange] = []
    for name, own in (client.lookups or {}).items():
        if name not in found:
            found[name] = own
            changes += [RowChange(name, row.values[own.key], "added", own.path) for row in own.rows]
        elif own.columns != found[name].columns:
            message = (
                f"columns are to be those of the pack's table: {', '.join(found[name].columns)}"
            )
            problems.append(Problem(own.path, 1, "client", message))
        else:
            found[name] = _with(found[name], own, changes, problems)
    _withdraw(found, client, changes, problems)
    ceiling = client.settings.get("tlp")
    for name, table in found.items():
        if ceiling and "tlp" in table.columns:
            high = [row for row in table.rows if above(row.values["tlp"], ceiling)]
            found[name] = _without(table, high)
            reason = f"above TLP:{ceiling.upper()}"
            changes += [RowChange(name, r.values[table.key], "withdrawn", reason) for r in high]
    return found, changes


def _with(table: Lookup, own: Lookup, changes: list[RowChange], problems: list[Problem]) -> Lookup:
    known = set(map(str.lower, table.values()))
    for row in own.rows:
        value = row.values[own.key]
        if value.lower() in known:
            message = f"{value} is in the pack's table already: remove the row"
            problems.append(Problem(own.path, row.line, "client", message))
        known.add(value.lower())
        changes.append(RowChange(table.name, value, "added", own.path))
    return replace(table, rows=(*table.rows, *own.rows))


def _withdraw(
    tables: dict[str, Lookup], client: Client, changes: list[RowChange], problems: list[Problem]
) -> None:
    for number, entry in enumerate(client.settings.get("withdrawn", ())):
        table = tables.get(entry["table"])
        if table is None:
            message = f"there is no table {entry['table']!r} (has: {', '.join(sorted(tables))})"
            problems.append(client.problem("client", message, "withdrawn", number, "table"))
            continue
        gone = [r for r in table.rows if r.values[table.key].lower() == entry["value"].lower()]
        if not gone:
            message = f"{entry['value']!r} is no value of {table.name}: remove the entry"
            problems.append(client.problem("client", message, "withdrawn", number, "value"))
        tables[table.name] = _without(table, gone)
        changes += [
            RowChange(table.name, row.values[table.key], "withdrawn", entry["reason"])
            for row in gone
        ]


def _without(table: Lookup, gone: list[Row]) -> Lookup:
    return replace(table, rows=tuple(row for row in table.rows if row not in gone))
