"""SQLite: a connection on which a stranger's query can read events, and nothing else.

The authorizer is asked while a statement is compiled, for everything that it would do
(https://www.sqlite.org/c3ref/set_authorizer.html); limits and the progress handler stop what would
fill memory or never end (https://www.sqlite.org/security.html, "Untrusted SQL Inputs").
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from sigmapack.compiling import functions
from sigmapack.content.model import Refused
from sigmapack.events.watch import Ended, Watch

Row = tuple[Any, ...]

ALLOWED = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    }
)
#: Functions that reach beyond the database; those of the shell are there in case it is built in.
FORBIDDEN = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})
#: What a statement may be at most. The pack's longest has 78,000 bytes.
LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1_000_000,
    # Of a text that a query makes, such as the list of a window's events.
    sqlite3.SQLITE_LIMIT_LENGTH: 64 * 2**20,
    # SQLite's own default, which pySigma's backend keeps to by groups of alternatives.
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 1_000,
    # A field is a column, and no pack looks at so many.
    sqlite3.SQLITE_LIMIT_COLUMN: 2_000,
    # A correlation has a SELECT for each of its rules.
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 500,
    # Half of the default of 50,000: what a pattern costs grows with its length times the value's.
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 25_000,
    # A tenth of a program's instructions by default: the pack's longest query has 612,000.
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
#: Of a stranger's SQL, bytes of one value (a window with 400,000 events), and columns beside those
#: of the fields: the pack's correlations have ten of their own.
LONGEST_CELL, OWN = 4 * 2**20, 50
#: Bytes of a number of a row, and of the row itself.
CELL = 64
#: Instructions between two looks at the clock: some hundred microseconds.
STEPS = 10_000
#: Seconds for a rule, and more for each row of events: generous, since a busy machine and many hits
#: in one window of a correlation are no attack; it is for what would never end.
SECONDS, SECONDS_A_ROW = 600.0, 0.01


class Guarded(sqlite3.Connection):
    """A connection that knows until when its statement may run."""

    end = math.inf
    watch = Watch()

    def late(self) -> bool:
        """Whether the time is over, or somebody ended it."""
        return self.watch.ended or time.monotonic() > self.end


def seconds(rows: int) -> float:
    """How long a rule's query may take on so many rows of events."""
    return SECONDS + SECONDS_A_ROW * rows


def guarded(path: Path, lower: Mapping[int, int] | None = None) -> Guarded:
    """A connection to a database that is there, which can only read it.

    Args:
        path: of a database that nobody writes to any more.
        lower: limits below `LIMITS`.
    """
    # A compiled query of ours takes megabytes, and each runs once.
    place = f"{path.resolve().as_uri()}?mode=ro"
    db = sqlite3.connect(place, uri=True, factory=Guarded, cached_statements=0)
    for category, most in {**LIMITS, **(lower or {})}.items():
        db.setlimit(category, most)
    functions.install(db, db.late)
    # Its table is declared at the first use, which the authorizer would take for a new table.
    db.execute("SELECT count(*) FROM json_each('[]'), json_tree('[]')").fetchall()
    db.set_authorizer(_authorized)
    return db


def strangers(fields: int) -> dict[int, int]:
    """Limits for SQL that a stranger wrote, so that one row is below a gigabyte.

    Args:
        fields: columns of the table of events.
    """
    return {sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_CELL, sqlite3.SQLITE_LIMIT_COLUMN: fields + OWN}


def _authorized(action: int, first: str | None, second: str | None, *rest: str | None) -> int:
    """Whether a statement may do something; a function's name is the second argument."""
    named = (second or "").lower() if action == sqlite3.SQLITE_FUNCTION else ""
    allowed = action in ALLOWED and named not in FORBIDDEN
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def rows(
    db: sqlite3.Connection,
    query: str,
    limit: float,
    watch: Watch | None = None,
    most: int | None = None,
) -> tuple[list[str], list[Row]]:
    """The columns and rows that a query gives.

    Args:
        db: of `guarded`.
        query: one statement, without the comment above it.
        limit: seconds that it may take.
        watch: what can end it.
        most: bytes that its rows may have, where a stranger wrote it.

    Raises:
        Refused: SQLite does not take it, it takes too long, or its rows are too many.
        Ended: the watch ended it.
    """
    clock = cast(Guarded, db)
    clock.end, clock.watch = time.monotonic() + limit, watch or Watch()
    db.set_progress_handler(clock.late, STEPS)
    try:
        cursor = db.execute(query)
        found = cursor.fetchall() if most is None else _few(cursor, most)
    except sqlite3.Error as error:
        if clock.watch.ended:
            raise Ended from None
        if clock.late():
            raise Refused(
                f"its query takes longer than {limit:,.0f} seconds: replay fewer events at once, "
                "or leave the rule out"
            ) from None
        raise Refused(f"SQLite does not run its query: {error}") from None
    except (MemoryError, ValueError, OverflowError) as error:
        raise Refused(f"SQLite cannot hold its query: {error or 'no memory'}") from None
    finally:
        db.set_progress_handler(None, 0)
        clock.end = math.inf
    return [column[0] for column in cursor.description or ()], found


def _few(cursor: sqlite3.Cursor, most: int) -> list[Row]:
    """The rows of a stranger's query, which may give the same for ever.

    Raises:
        Refused: they have more bytes.
    """
    found: list[Row] = []
    left = most
    for row in cursor:
        left -= sum(len(cell) if isinstance(cell, str | bytes) else CELL for cell in row) + CELL
        if left < 0:
            raise Refused(f"its rows have more than {most:,} bytes")
        found.append(row)
    return found
