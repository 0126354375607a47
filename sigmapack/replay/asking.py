"""Queries on the table of events: what they are asked with, and where a record stands."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sigmapack.content.model import Refused
from sigmapack.events.watch import Ended, Watch
from sigmapack.matches import NotRun, Report
from sigmapack.replay import guard
from sigmapack.replay.plan import Step

#: A record's file and number, time and host.
Place = tuple[str, int, str | None, str | None]


class Asking(NamedTuple):
    """What queries are asked with, and where their answers go.

    For our own question of where a record stands, asked for each, there is a connection that keeps
    it compiled.
    """

    db: sqlite3.Connection
    places: sqlite3.Connection
    limit: float
    report: Report
    watch: Watch
    most: int | None = None
    """Bytes that the rows of a query may have, where a stranger wrote it."""
    end: float = math.inf
    """When the time of all queries is over, where strangers wrote them."""

    def rows(self, db: sqlite3.Connection, step: Step) -> list[dict[str, Any]]:
        """What a query gives; a rule whose query does not run is refused.

        Raises:
            Ended: the watch ended it.
        """
        if self.watch.ended:
            raise Ended
        try:
            limit = max(0.0, min(self.limit, self.end - time.monotonic()))
            names, found = guard.rows(db, step.sql, limit, self.watch, self.most)
        except Refused as error:
            self.report.refused.append(NotRun(step.rule, str(error)))
            return []
        return [dict(zip(names, row, strict=True)) for row in found]


@contextmanager
def strange(asking: Asking, step: Step) -> Iterator[None]:
    """Refuse a stranger's query whose rows do not name events; of ours it is a fault that shows."""
    try:
        yield
    except (
        LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError,
        sqlite3.Error,
    ):  # fmt: skip
        if asking.most is None:
            raise
        asking.report.refused.append(NotRun(step.rule, "its rows do not name the events found"))


def record_of(db: sqlite3.Connection, number: int) -> Place:
    sql = "SELECT file, record, timestamp, host FROM records WHERE event_id = ?"
    row: Place = db.execute(sql, (number,)).fetchone()
    return row
