"""What a correlation's commands behind its branches do with the rows, by Splunk's documentation.

No engine that is to be had runs `streamstats`, so this is a reading of the documentation, and no
proof on an engine: it shows that the chains and windows are right if Splunk does what it says
(https://help.splunk.com/en/splunk-enterprise/spl-search-reference, the page of each command). Where
the pages leave something open, the reading is the one that is worse for us:

* `stats` without `by` gives one row of no rows too; `streamstats` and `eventstats` none;
* a row without a `by` field belongs to no group: it is left out by `stats`, and left as it is by
  the others;
* `streamstats` takes rows in the order in which they come; a window of time ends at the row
  itself, and holds at most `max_stream_window` rows of all groups together (limits.conf: 10,000),
  with a window of time or without one;
* rows that compare equal may come out of `sort` in any order: here in the reverse of the order in
  which they went in;
* what is null makes a comparison neither true nor false, and `where` wants true;
* whether a window holds its very first moment is not said, so it is a parameter.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
#: limits.conf, [stats] max_stream_window.
MAX_STREAM_WINDOW = 10_000
AGGREGATION = re.compile(r"(\w+)(?:\((?:eval\((\w+)=(\d+)\)|(\w+))\))?(?: as (\w+))?(?: |$)")
STREAM = re.compile(r"streamstats(?: time_window=(\d+)s)? (.*?)(?: by (.*))?")
STATS = re.compile(r"(stats|eventstats) (.*?)(?: by (.*))?")
NAME = re.compile(r"\b(?!AND\b|OR\b|NOT\b|null\b)[A-Za-z_]\w*\b(?!\()")


class UnknownCommand(Exception):
    """A command that is not read here."""


def commands(search: str) -> list[str]:
    """The commands of a correlation behind its branches, without their bars.

    Raises:
        UnknownCommand: they do not begin with one that is read here.
    """
    found = re.search(r"\n\| (?=eventstats |sort |stats )", search)
    if not found:
        raise UnknownCommand("neither `eventstats`, `sort` nor `stats`")
    text = re.sub(r"```.*?```", "", search[found.end() :], flags=re.DOTALL)
    return text.strip().split("\n| ")


def run(
    rows: Sequence[Mapping[str, Any]],
    search: str,
    first_moment: bool,
    most: int = MAX_STREAM_WINDOW,
) -> list[Row]:
    """The rows that a correlation gives for those of its branches.

    Args:
        rows: with `_time` in seconds.
        search: the correlation, as compiled.
        first_moment: whether a window of N seconds holds what happened exactly N seconds before.
        most: the rows that a window of `streamstats` holds.

    Raises:
        UnknownCommand: a command that is not read here.
    """
    made: list[Row] = [dict(row) for row in rows]
    with closing(sqlite3.connect(":memory:")) as db:
        db.create_function("isnotnull", 1, lambda value: value is not None)
        for command in commands(search):
            made = _run(made, command, db, first_moment, most)
    return made


def _run(
    rows: list[Row], command: str, db: sqlite3.Connection, first_moment: bool, most: int
) -> list[Row]:
    if found := re.fullmatch(r"sort 0 ([\w ]+)", command):
        by = found[1].split()
        return sorted(reversed(rows), key=lambda row: [row[name] for name in by])
    if found := re.fullmatch(r"where (.*)", command):
        return [row for row in rows if _value(db, found[1], row)]
    if found := STREAM.fullmatch(command):
        seconds, text, by = found.groups()
        return list(_streamed(rows, seconds, text, by, first_moment, most))
    if found := STATS.fullmatch(command):
        return _counted(rows, *found.groups())
    if found := re.fullmatch(r"eval (\w+)=if\(([^,]+), ([^,]+), null\(\)\)", command):
        name, condition, body = found.groups()
        return [
            {**row, name: _value(db, body, row) if _value(db, condition, row) else None}
            for row in rows
        ]
    if re.fullmatch(r'eval (\w+=strftime\(\w+, "[^"]*"\)(, |$))+', command):
        made = re.findall(r'(\w+)=strftime\((\w+), "([^"]*)"\)', command)
        return [{**row, **{n: _shown(row[of], how) for n, of, how in made}} for row in rows]
    raise UnknownCommand(command)


def _value(db: sqlite3.Connection, expression: str, row: Row) -> Any:
    """An expression's value for a row, a field that is not there being null."""
    asked = {name: row.get(name) for name in NAME.findall(expression)}
    asking = NAME.sub(lambda found: f":{found[0]}", expression)
    return db.execute(f"SELECT {asking}", asked).fetchone()[0]


def _shown(seconds: float | None, how: str) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime(how)


def _aggregations(text: str) -> dict[str, Callable[[Sequence[Row]], Any]]:
    """Name -> what it says of rows.

    Raises:
        UnknownCommand: an aggregation that is not read here.
    """
    made: dict[str, Callable[[Sequence[Row]], Any]] = {}
    place = 0
    while place < len(text):
        found = AGGREGATION.match(text, place)
        if not found:
            raise UnknownCommand(text[place:])
        function, field, value, name, made_name = found.groups()
        made[made_name or function] = _aggregation(function, field or name, value)
        place = found.end()
    return made


def _aggregation(
    function: str, field: str | None, value: str | None
) -> Callable[[Sequence[Row]], Any]:
    def values(rows: Sequence[Row]) -> list[Any]:
        """Those that are there, each of a field with several."""
        found = [row.get(str(field)) for row in rows]
        flat = [v for each in found for v in (each if isinstance(each, list) else [each])]
        return [each for each in flat if each is not None]

    if function == "count" and value:
        return lambda rows: sum(str(row.get(str(field))) == value for row in rows)
    if function == "count" and not field:
        return len
    if function == "dc" and field:
        return lambda rows: len(set(values(rows)))
    if function in ("min", "max") and field:
        best = min if function == "min" else max
        return lambda rows: best(values(rows), default=None)
    if function == "values" and field:
        return lambda rows: sorted(set(values(rows)), key=str)
    raise UnknownCommand(f"{function}({field})")


def _groups(rows: Sequence[Row], by: str | None) -> dict[tuple[Any, ...], list[int]]:
    """Group -> places of its rows; rows without a value belong to none."""
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        group = tuple(row.get(name) for name in (by or "").split())
        if None not in group:
            groups[group].append(place)
    return groups


def _counted(rows: list[Row], command: str, text: str, by: str | None) -> list[Row]:
    """`stats` and `eventstats`."""
    made = _aggregations(text)
    groups = _groups(rows, by)
    if command == "stats":
        if not by:
            return [{name: body(rows) for name, body in made.items()}]
        return [
            {
                **dict(zip(by.split(), group, strict=True)),
                **{name: body([rows[place] for place in own]) for name, body in made.items()},
            }
            for group, own in groups.items()
        ]
    told: dict[int, Row] = {}
    for own in groups.values():
        said = {name: body([rows[place] for place in own]) for name, body in made.items()}
        told.update((place, said) for place in own)
    return [{**row, **told.get(place, {})} for place, row in enumerate(rows)]


def _streamed(
    rows: list[Row],
    seconds: str | None,
    text: str,
    by: str | None,
    first_moment: bool,
    most: int,
) -> Iterator[Row]:
    """`streamstats`: each row's window ends with itself."""
    made = _aggregations(text)
    told: dict[int, Row] = {}
    for own in _groups(rows, by).values():
        begin = 0
        for number, place in enumerate(own):
            while own[begin] <= place - most or (
                seconds and _before(rows[own[begin]], rows[place], int(seconds), first_moment)
            ):
                begin += 1
            window = [rows[n] for n in own[begin : number + 1]]
            told[place] = {name: body(window) for name, body in made.items()}
    for place, row in enumerate(rows):
        yield {**row, **told.get(place, {})}


def _before(row: Row, last: Row, seconds: int, first_moment: bool) -> bool:
    """Whether a row is before the window that ends with another."""
    start = last["_time"] - seconds
    return bool(row["_time"] < start if first_moment else row["_time"] <= start)
