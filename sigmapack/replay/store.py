"""The events of a replay as a table: one row an event, log source and combination of values."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sigmapack.compiling.sql import quoted
from sigmapack.content.model import LogSource
from sigmapack.events.files import UnreadableInput
from sigmapack.events.read import BadRecord, Event, scan_events
from sigmapack.events.records import Passed
from sigmapack.events.rows import Rows
from sigmapack.events.scan import Scan
from sigmapack.events.watch import Stopped, Watch, size_of, total
from sigmapack.events.windows import ChannelMap
from sigmapack.events.workers import Workers
from sigmapack.matches import Report
from sigmapack.replay import guard
from sigmapack.replay.plan import Plan

SOURCE = ("logsource_product", "logsource_category", "logsource_service")
#: The number of a row.
ROW = "sigma_row"
META = (ROW, "event_id", "timestamp", *SOURCE)
#: Rows that are handed to SQLite at once.
BATCH = 1_000
#: Bytes of all files from which on processes are worth their start.
LARGE = 8 * 2**20


class Store:
    """Writes events into the tables `logs`, which queries ask, and `records`, where they stand."""

    def __init__(self, path: Path, columns: Sequence[str], rows: Rows) -> None:
        """Make the database.

        Args:
            path: of a file that is not there.
            columns: names of the fields.
            rows: makes rows of events, with a cell for each column.
        """
        self.db = sqlite3.connect(path, isolation_level=None)
        self.rows = rows
        self.number = 0
        """Rows of `logs` so far."""
        self._logs: list[tuple[int | str | None, ...]] = []
        self._records: list[tuple[int, str, int, str | None, str | None]] = []
        _quick(self.db)
        self.db.execute("BEGIN")
        self.db.execute(_table(columns))
        self.db.execute(
            "CREATE TABLE records (event_id INTEGER PRIMARY KEY, file TEXT, record INTEGER, "
            "timestamp TEXT, host TEXT)"
        )
        marks = ", ".join("?" * (len(META) + len(columns)))
        self._insert = f"INSERT INTO logs VALUES ({marks})"

    def add(self, number: int, event: Event) -> str:
        """Keep an event under its number; what of its combinations is missing ("" for nothing)."""
        name = event.file.encode("utf-8", "backslashreplace").decode()  # no surrogates in SQLite
        self._records.append((number, name, event.record, event.timestamp, event.host))
        made, missing = self.rows.of(event)
        for source in _merged(event.logsource):
            self._logs += [(None, number, event.timestamp, *source, *row) for row in made]
        if len(self._logs) >= BATCH:
            self._write()
        return missing

    def _write(self) -> None:
        self.db.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)", self._records)
        self.db.executemany(self._insert, self._logs)
        self.number += len(self._logs)
        self._records, self._logs = [], []

    def finish(self, watch: Watch) -> bool:
        """Finish the tables, with an index of log sources: a rule looks at those of its own.

        Returns:
            Whether the tables can be asked: the watch may end it.
        """
        self.db.set_progress_handler(lambda: watch.ended, guard.STEPS)
        try:
            self._write()
            self.db.execute(f"CREATE INDEX sources ON logs ({', '.join(SOURCE)})")
            self.db.execute("COMMIT")
        except sqlite3.OperationalError:
            if not watch.ended:
                raise
        return not watch.ended

    def close(self) -> None:
        """Close the database; what was not finished is lost."""
        self.db.close()


def marked(path: Path, plan: Plan, marks: Mapping[int, str]) -> Path:
    """A database with the rows that rules matched, in `logs` again, with a column of their marks.

    Args:
        path: of the whole database, in whose folder it is made.
        plan: names the columns.
        marks: the marks of the rows that have some, by number.
    """
    made = path.with_name("marked.db")
    with closing(sqlite3.connect(made, isolation_level=None)) as db:
        _quick(db)
        db.execute("ATTACH ? AS events", (str(path),))
        db.execute("BEGIN")
        db.execute(_table([*plan.columns, plan.marks]))
        db.execute(f"CREATE TEMP TABLE marks ({ROW} INTEGER PRIMARY KEY, marks TEXT)")
        db.executemany("INSERT INTO marks VALUES (?, ?)", sorted(marks.items()))
        db.execute(
            f"INSERT INTO main.logs SELECT every.*, marks FROM marks JOIN events.logs AS every "
            f"USING ({ROW}) ORDER BY {ROW}"
        )
        db.execute("COMMIT")
    return made


def _quick(db: sqlite3.Connection) -> None:
    """Nothing is lost with a database that is made again by the next replay."""
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")


def _table(columns: Sequence[str]) -> str:
    fields = ", ".join(f"{quoted(name)} TEXT COLLATE NOCASE" for name in columns)
    source = ", ".join(f"{name} TEXT COLLATE NOCASE" for name in SOURCE)
    return (
        f"CREATE TABLE main.logs ({ROW} INTEGER PRIMARY KEY, event_id INTEGER, timestamp TEXT, "
        f"{source}, {fields})"
    )


class Reading(NamedTuple):
    """How files are read into the tables."""

    channels: ChannelMap
    scan: Scan | None
    year: int | None
    watch: Watch
    workers: Workers | None


def fill(store: Store, files: Sequence[Path], how: Reading, report: Report) -> None:
    """Read the files into the tables; a file that turns out to be unreadable is noted.

    Where the watch stops it, the files that were not read, or not wholly, are noted.
    """
    watch = how.watch
    watch.size = total(files)
    if how.workers and (watch.size or 0) >= LARGE:
        how.workers.start()
    for number, path in enumerate(files):
        report.files += 1
        events, unreadable, begun = report.events, report.unreadable, watch.read
        try:
            _read(store, path, how, report)
        except (UnreadableInput, Stopped) as error:
            if isinstance(error, UnreadableInput) and not watch.stopping:
                report.unread.append(error)
                continue
            report.partly_read = path if watch.read > begun else None
            report.not_read = list(files[number + bool(report.partly_read) :])
            report.files -= not report.partly_read
            break
        # Of an archive not all is read, and some twice.
        watch.read = begun + (size_of(path) or watch.read - begun)
        if report.events == events and report.unreadable > unreadable:
            report.unread.append(UnreadableInput(path, "none of its records can be read"))
    report.bytes = watch.read


def _read(store: Store, path: Path, how: Reading, report: Report) -> None:
    """Read one file.

    Raises:
        UnreadableInput: it cannot be read.
        Stopped: the watch stopped it.
    """
    watch = how.watch
    cut: list[BadRecord] = []
    for item in scan_events(path, *how):
        if watch.ended:
            raise Stopped
        if isinstance(item, BadRecord):
            # Once reading has stopped, the last complaints are of the record that it cut off.
            cut.append(item)
            if watch.stopping:
                continue
        if cut:
            _told(cut, report)
        if isinstance(item, Passed):
            report.events += item.many
            if item.span:
                report.add_span(str(path), (), *item.span)
        elif not isinstance(item, BadRecord):
            report.events += 1
            report.parsed += 1
            report.seen.update(item.logsource)
            if item.timestamp:
                report.add_span(item.file, item.logsource, item.timestamp, item.timestamp)
            if missing := store.add(report.events, item):
                report.add_partial(BadRecord(item.file, item.record, missing))
        watch.records = report.events
    _told(cut, report)


def _told(bad: list[BadRecord], report: Report) -> None:
    for record in bad:
        report.add_bad(record)
    bad.clear()


@cache
def _merged(logsources: tuple[LogSource, ...]) -> list[tuple[str | None, ...]]:
    """Fewest rows: a category and a service of the same product share one."""
    merged: list[tuple[str | None, ...]] = []
    for product in dict.fromkeys(source.product for source in logsources):
        own = [source for source in logsources if source.product == product]
        categories = dict.fromkeys(s.category for s in own if s.category)
        services = dict.fromkeys(s.service for s in own if s.service)
        merged += [(product, c, s) for c in categories or (None,) for s in services or (None,)]
    return merged
