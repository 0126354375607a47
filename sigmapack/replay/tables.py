"""Tables of host names that are too long for a query: their names in a file, asked by a function.

A name matches as `content/kinds.py` says of a domain: itself and what ends with it behind a dot, in
any case, with or without the final dot; where a field holds a request's host, before a port, too.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sigmapack.content import limits
from sigmapack.content.kinds import KINDS
from sigmapack.content.model import Content, Lookup

#: What a row of such a table may be: a scan finds it as it stands, and no wildcard is in it.
NAME = re.compile(r"[A-Za-z0-9_.-]{4,253}")
LONGEST = 253
#: Forms in which a query has each name (`kinds.forms`).
FORMS = 4
#: What marks a table among needles, none of which has such a sign.
MARK = "\0"
#: The functions that ask for a name, and for a host that may have a port.
LISTED, LISTED_HOST = "listed", "listed_host"


class Table(NamedTuple):
    """A table: its name, the name of its file, and how many names it has.

    `names` are there where it was just made; they stand in the file as well.
    """

    name: str
    file: str
    rows: int
    names: tuple[str, ...] = ()

    @property
    def needle(self) -> str:
        """What stands for all of its names among needles."""
        return MARK + self.name


def large(content: Content) -> tuple[Table, ...]:
    """The tables of host names that rules cannot have written into their queries."""
    return tuple(_table(t) for t in content.lookups.values() if _is_large(t))


def _is_large(lookup: Lookup) -> bool:
    return (
        KINDS.get(lookup.key) == "domain"
        and len(lookup.rows) * FORMS > limits.MOST_INLINE
        and all(NAME.fullmatch(row.values[lookup.key]) for row in lookup.rows)
    )


def _table(lookup: Lookup) -> Table:
    names = tuple(sorted({name.lower() for name in lookup.values()}))
    key = hashlib.sha256("\n".join(names).encode()).hexdigest()
    return Table(lookup.name, f"{key}.db", len(names), names)


def write(table: Table, path: Path) -> None:
    """Write the names of a table that was just made into a file that is not there."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("BEGIN")
        db.execute("CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID")
        db.executemany("INSERT INTO names VALUES (?)", ((name,) for name in table.names))
        db.execute("COMMIT")


def read(path: Path) -> list[str]:
    """The names in a file, in order."""
    with closing(_opened(path)) as db:
        return [name for (name,) in db.execute("SELECT name FROM names ORDER BY name")]


def install(db: sqlite3.Connection, files: Mapping[str, Path]) -> None:
    """Let the statements of a connection ask whether a table has a name.

    Args:
        db: the connection.
        files: of the tables, by their names.
    """
    opened: dict[str, sqlite3.Connection] = {}

    def asked(table: str, value: object, host: bool) -> bool | None:
        if value is None:
            return None
        if table not in opened:
            opened[table] = _opened(files[table])
        sql = "SELECT 1 FROM names WHERE name = ?"
        names = endings(str(value), host)
        return any(opened[table].execute(sql, (name,)).fetchone() for name in names)

    db.create_function(LISTED, 2, lambda table, value: asked(table, value, False))
    db.create_function(LISTED_HOST, 2, lambda table, value: asked(table, value, True))


def endings(value: str, host: bool) -> Iterator[str]:
    """What a table could have of a value, in lower case.

    Args:
        value: of a field.
        host: whether a port may stand behind the name.
    """
    low = value.encode("utf-8", "replace").lower().decode()  # ASCII letters only, as LIKE has it
    ends = [len(low)]
    if low.endswith("."):
        ends.append(len(low) - 1)
    if host:
        ends += [found.start() for found in re.finditer(":", low)]
    for end in ends:
        start = max(0, end - LONGEST - 1, low.rfind(":", 0, end) + 1)  # no name has a colon
        if not start:
            yield low[:end]
        for dot in re.finditer(r"\.", low[start:end]):
            yield low[start + dot.end() : end]


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
