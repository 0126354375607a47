"""Indicators of others into a table: read, judged by the checks, and merged; nothing is written.

A file is a MISP event, a STIX 2.1 bundle or CSV. It is a stranger's: what no check would take is
refused, each value with its reason, and the others go in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sigmapack.checks import lookups, rules
from sigmapack.content.limits import MOST_BUILT
from sigmapack.content.model import Content, Lookup, Problem, Row
from sigmapack.intake.offers import EXCHANGED, Offer

#: Rows that are only judged have lines beyond those of any table.
JUDGED = 10 * MOST_BUILT


@dataclass(frozen=True)
class Merged:
    """A table after an import, and what became of each value."""

    table: Lookup
    added: list[Offer] = field(default_factory=list)
    changed: list[Offer] = field(default_factory=list)
    known: int = 0
    """Values that some table has already."""
    refused: list[Problem] = field(default_factory=list)


class Unfit(Exception):
    """A table that takes no indicators; the text says why."""


def check(content: Content, name: str) -> Lookup:
    """The table of a name, which takes indicators.

    Raises:
        Unfit: there is no such table, or it is of a kind that nobody exchanges.
    """
    table = content.lookups.get(name)
    if table is None:
        raise Unfit(f"there is no table {name}: name one of {', '.join(sorted(content.lookups))}")
    if table.key not in EXCHANGED:
        kinds = ", ".join(sorted(EXCHANGED))
        raise Unfit(f"{name} is a table of {table.key}: an import is for {kinds}")
    return table


def replaced(content: Content, table: Lookup) -> Content:
    """The content with a table in place of the one of its name."""
    return replace(content, lookups={**content.lookups, table.name: table})


def merge(content: Content, name: str, offers: Iterable[Offer]) -> Merged:
    """A table with the values that are offered, sorted as the checks want it.

    A value that is there is left as it is, unless the same source offers it: then its dates and
    confidence are those of today, but never those of a row of the advisory.

    Args:
        content: has the table.
        name: of the table.
        offers: values of the table's kind, with what is known of them.

    Raises:
        Unfit: there is no such table, or it is of a kind that nobody exchanges.
    """
    table = check(content, name)
    known, result = 0, Merged(table)
    rows = {_key(table, row): row for row in table.rows}
    elsewhere = _elsewhere(content, table)
    offered = list(offers)
    wrong = _wrong(content, table, offered)
    for number, offer in enumerate(offered):
        row = Row(0, offer.row(table.columns))
        key = _key(table, row)
        if key in elsewhere:
            result.refused.append(offer.problem("duplicate", f"stands at {elsewhere[key]} already"))
        elif number in wrong:
            result.refused.append(offer.problem(*wrong[number]))
        elif key not in rows:
            rows[key] = row
            result.added.append(offer)
        elif (newer := _refreshed(rows[key], row)) is not None:
            rows[key] = newer
            result.changed.append(offer)
        else:
            known += 1
    ordered = sorted(rows.values(), key=lambda row: tuple(row.values.values()))
    numbered = tuple(Row(line, row.values) for line, row in enumerate(ordered, 2))
    return replace(result, table=replace(table, rows=numbered), known=known)


def text(table: Lookup) -> bytes:
    """A table as its file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([row.values[column] for column in table.columns] for row in table.rows)
    return out.getvalue().encode()


def header(table: Lookup) -> bytes:
    """How the file of a table begins."""
    return text(replace(table, rows=()))


def _wrong(content: Content, table: Lookup, offers: Sequence[Offer]) -> dict[int, tuple[str, str]]:
    """(code, reason) of each offer that a check of the tables refuses, by its number."""
    found = {n: ("value", offer.wrong) for n, offer in enumerate(offers) if offer.wrong}
    judged = [Row(JUDGED + n, offer.row(table.columns)) for n, offer in enumerate(offers)]
    alone = replace(table, rows=tuple(judged))
    # The zones, too, since they are what a vendor owns; their own rows are in order.
    others = {n: t for n, t in content.lookups.items() if t.key == "zone" and n != table.name}
    asked = replace(content, lookups={**others, table.name: alone})
    for problem in _judged(asked):
        if problem.path == table.path and problem.line >= JUDGED:
            found.setdefault(problem.line - JUDGED, (problem.code, problem.message))
    if content.own and any(rules.confidence(replaced(content, alone))):
        reason = f"confidence is low, and a rule of high severity reads {table.name}: use another"
        for number, offer in enumerate(offers):
            if offer.confidence == "low":
                found.setdefault(number, ("low-confidence", reason))
    return found


def _judged(content: Content) -> Iterator[Problem]:
    yield from lookups.values(content)
    yield from lookups.never(content)


def _elsewhere(content: Content, table: Lookup) -> dict[str, str]:
    """Where other tables of the kind have a value: no value stands twice."""
    return {
        row.values[other.key].lower(): f"{other.path}:{row.line}"
        for other in content.lookups.values()
        if other.key == table.key and other.name != table.name
        for row in other.rows
    }


def _key(table: Lookup, row: Row) -> str:
    return row.values[table.key].lower()


def _refreshed(old: Row, new: Row) -> Row | None:
    """The row with what its own source says of it now; None where nothing is new."""
    if old.values.get("source") != new.values.get("source") or old.values.get("advisory") == "yes":
        return None
    given = ("confidence", "first_seen", "last_seen", "valid_until")
    newer = {c: new.values[c] for c in given if c in old.values and new.values.get(c)}
    values = {**old.values, **newer}
    return Row(old.line, values) if values != old.values else None
