"""What a correlation's commands behind its branches do with the rows, by Splunk's documentation.

No engine that is to be had runs `streamstats`, so this is a reading of the documentation, in SQL,
and no proof on an engine: it shows that the chains and windows are right if Splunk does what it
says (docs.splunk.com/Documentation/Splunk/latest/SearchReference/Streamstats, /Sort, /Where): rows
are taken one by one in the order of their time, a window of time ends at the row itself, and a row
without a `by` field belongs to no group. Whether a window holds its very first moment is not said,
so it is a parameter.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

#: An aggregation of streamstats -> SQL over the rows `b` of the window.
AGGREGATIONS = (
    (r"count as (\w+)", "count(*)"),
    (r"count\(eval\((\w+)=(\d+)\)\) as (\w+)", r"sum(b.\1 = \2)"),
    (r"dc\((\w+)\) as (\w+)", r"count(DISTINCT b.\1)"),
    (r"max\((\w+)\) as (\w+)", r"max(b.\1)"),
    (r"values\((\w+)\) as (\w+)", r"group_concat(DISTINCT b.\1)"),
)
STREAM = re.compile(r"streamstats(?: time_window=(\d+)s)? (.*?)(?: by (.*))?")


class UnknownCommand(Exception):
    """A command that is not read here."""


def commands(search: str) -> list[str]:
    """The commands of a correlation behind its branches, without their bars.

    Raises:
        UnknownCommand: the rows are not sorted by time first.
    """
    _, found, rest = search.partition("\n| sort 0 _time\n| ")
    if not found:
        raise UnknownCommand("no `sort 0 _time`")
    return rest.strip().split("\n| ")


def run(rows: Sequence[Mapping[str, Any]], search: str, first_moment: bool) -> list[dict[str, Any]]:
    """The rows that a correlation gives for those of its branches.

    Args:
        rows: with `_time` in seconds.
        search: the correlation, as compiled.
        first_moment: whether a window of N seconds holds what happened exactly N seconds before.

    Raises:
        UnknownCommand: a command that is not read here.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    ordered = sorted(rows, key=lambda row: row["_time"])
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE TABLE t0 (place INTEGER, {', '.join(names)})")
        marks = ", ".join("?" * (len(names) + 1))
        values = ([place, *map(row.get, names)] for place, row in enumerate(ordered))
        db.executemany(f"INSERT INTO t0 VALUES ({marks})", values)
        for number, command in enumerate(commands(search)):
            known = [column[1] for column in db.execute(f"PRAGMA table_info(t{number})")]
            body = _sql(command, known, first_moment).replace("{t}", f"t{number}")
            db.execute(f"CREATE TABLE t{number + 1} AS {body}")
        cursor = db.execute(f"SELECT * FROM t{number + 1}")
        shown = [column[0] for column in cursor.description]
        return [dict(zip(shown, row, strict=True)) for row in cursor]


def _sql(command: str, known: Iterable[str], first_moment: bool) -> str:
    if found := re.fullmatch(r"eval (\w+)=if\(([^,]+), ([^,]+), null\(\)\)", command):
        return _with(known, {found[1]: f"iif({found[2]}, {found[3]}, NULL)"})
    if found := STREAM.fullmatch(command):
        return _with(known, _stream(found, first_moment))
    if found := re.fullmatch(r"where (.*)", command):
        return f"SELECT * FROM {{t}} AS a WHERE {found[1]}"
    if found := re.fullmatch(r"stats min\(_time\).*?(?: by (.*))?", command):
        keys = (found[1] or "").replace(" ", ", ")
        grouped = f" GROUP BY {keys}" if keys else " HAVING count(*) > 0"
        return f"SELECT {keys or 'count(*) AS found'} FROM {{t}}{grouped}"
    raise UnknownCommand(command)


def _with(known: Iterable[str], made: Mapping[str, str]) -> str:
    """The rows with columns made or replaced."""
    kept = [f"a.{name}" for name in known if name not in made]
    new = [f"{body} AS {name}" for name, body in made.items()]
    return f"SELECT {', '.join([*kept, *new])} FROM {{t}} AS a"


def _stream(command: re.Match[str], first_moment: bool) -> dict[str, str]:
    """Columns of `streamstats`: each row's window ends with itself."""
    seconds, aggregations, keys = command.groups()
    conditions = ["b.place <= a.place", *(f"b.{key} = a.{key}" for key in (keys or "").split())]
    if seconds:
        conditions.append(f"b._time {'>=' if first_moment else '>'} a._time - {seconds}")
    made = {}
    rest = aggregations.strip()
    while rest:
        for pattern, body in AGGREGATIONS:
            if found := re.match(rf"{pattern}\s*", rest):
                select = found.expand(body)
                made[found[found.lastindex or 0]] = (
                    f"(SELECT {select} FROM {{t}} AS b WHERE {' AND '.join(conditions)})"
                )
                rest = rest[found.end() :]
                break
        else:
            raise UnknownCommand(f"streamstats {rest}")
    return made
