"""Run the compiled SQLite queries, correlations included, on events."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sigmapack.compiling import conversion
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.names import names as names_of
from sigmapack.compiling.product import Query
from sigmapack.content.correlation import PERIOD, read_correlation
from sigmapack.content.model import Content, LogSource, Refused, Rule
from sigmapack.events.files import UnreadableInput, check_file
from sigmapack.events.read import BadRecord, Event, read_events
from sigmapack.events.rows import EVENT_TEXT, Rows
from sigmapack.events.sources import met
from sigmapack.events.windows import channel_map
from sigmapack.matches import Match, Report
from sigmapack.targets.sqlite import TARGET, guard, quoted

#: SQLite's own limit of columns (SQLITE_MAX_COLUMN), less those of `META`.
MOST_FIELDS = 1_990

__all__ = ["Match", "Report", "replay"]

META = ("event_id", "timestamp", "logsource_product", "logsource_category", "logsource_service")


def replay(content: Content, files: Iterable[Path], findings: bool = False) -> Report:
    """Compile the content for SQLite and run it on the events of the files.

    Events are kept in a temporary database on disk, one row an event and log source, so that
    the size of the input is not bounded by memory. A file that turns out to be unreadable is noted,
    and the others are read.

    Args:
        content: what was read.
        files: of events.
        findings: whether to run findings, too, which say of a host what their rules say already.

    Raises:
        UnreadableInput: a file is not there, or none of the kind that holds events.
    """
    files = list(files)
    for path in files:
        check_file(path)
    kept = tuple(rule for rule in content.rules if findings or not rule.is_finding)
    content = replace(content, rules=kept)
    queries = list(compile_target(content, TARGET))
    report = Report(refused=[query for query in queries if query.outcome == "refused"])
    columns, queries = _columns(queries, report)
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        path = Path(folder) / "events.db"
        with closing(sqlite3.connect(path)) as db:
            _create(db, columns)
            rows = Rows(list(columns), _together(content))
            number = _load(db, rows, files, channel_map(content.sources), report)
        with closing(guard.guarded(path)) as db:
            for query in queries:
                if any(met(source, report.seen) for source in _sources(content, query.rule)):
                    _search(db, query, guard.seconds(number), report)
                else:
                    report.unseen.append(query.rule)
    report.matches.sort(key=lambda match: (match.file, match.record, match.rule.name))
    return report


def _columns(queries: Iterable[Query], report: Report) -> tuple[dict[str, str], list[Query]]:
    """Lower-case name -> name of every field that a query uses, and the queries that can run."""
    found = {"computer": "Computer"}
    kept = []
    for query in queries:
        rule = query.rule
        if not query.path:
            continue
        names = _correlation_fields(rule) if rule.is_correlation else list(names_of(rule))
        names += [EVENT_TEXT] if EVENT_TEXT in query.bare else []
        wider = found | {n.lower(): n for n in names if n.lower() not in (*META, *found)}
        if len(wider) > MOST_FIELDS:
            reason = f"a table of events has {MOST_FIELDS:,} fields, and other rules use them"
            report.refused.append(replace(query, outcome="refused", reason=reason, path=""))
            continue
        found = wider
        kept.append(query)
    return found, kept


def _correlation_fields(rule: Rule) -> list[str]:
    correlation = read_correlation(rule)
    mapped = [name for alias in correlation.aliases.values() for name in alias.values()]
    counted = correlation.value_field
    return [*correlation.group_by, *mapped, *([counted] if counted and counted != PERIOD else [])]


def _together(content: Content) -> Iterator[list[str]]:
    """The fields that are compared together: each rule's, with those that its correlations add."""
    by_name = content.by_name
    for rule in content.rules:
        if not rule.is_correlation:
            yield list(conversion.fields(rule))
            continue
        added = _correlation_fields(rule)
        members = read_correlation(rule).members if added else ()
        for member in members:
            known = by_name.get(member)
            yield [*added, *(conversion.fields(known) if known else ())]


def _sources(content: Content, rule: Rule) -> Iterator[LogSource]:
    """The log sources that a rule looks for, or the members of a correlation."""
    if not rule.is_correlation:
        yield rule.logsource
        return
    for member in read_correlation(rule).members:
        yield from _sources(content, content.by_name[member])


def _create(db: sqlite3.Connection, columns: Mapping[str, str]) -> None:
    fields = ", ".join(f"{quoted(name)} TEXT COLLATE NOCASE" for name in columns.values())
    source = ", ".join(f"{name} TEXT COLLATE NOCASE" for name in META[2:])
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute(f"CREATE TABLE logs (event_id INTEGER, timestamp TEXT, {source}, {fields})")
    db.execute(
        "CREATE TABLE records (event_id INTEGER PRIMARY KEY, file TEXT, record INTEGER, "
        "timestamp TEXT, host TEXT)"
    )


def _load(
    db: sqlite3.Connection,
    rows: Rows,
    files: Iterable[Path],
    channels: Mapping[tuple[str, int | None], tuple[LogSource, ...]],
    report: Report,
) -> int:
    """Write the events, and say how many rows they are."""
    for path in files:
        report.files += 1
        events, unreadable = report.events, report.unreadable
        try:
            for item in read_events(path, channels):
                if isinstance(item, BadRecord):
                    report.add_bad(item)
                else:
                    report.events += 1
                    report.seen.update(item.logsource)
                    _insert(db, rows, report.events, item, report)
        except UnreadableInput as error:
            report.unread.append(error)
            continue
        if report.events == events and report.unreadable > unreadable:
            report.unread.append(UnreadableInput(path, "none of its records can be read"))
    db.commit()
    number_of_rows: int = db.execute("SELECT count(*) FROM logs").fetchone()[0]
    return number_of_rows


def _insert(db: sqlite3.Connection, rows: Rows, number: int, event: Event, report: Report) -> None:
    """Keep an event: one row a log source, and one a combination of its multi-valued fields."""
    name = event.file.encode("utf-8", "backslashreplace").decode()  # no surrogates in SQLite
    place = (number, name, event.record, event.timestamp, event.host)
    db.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?)", place)
    made, missing = rows.of(event)
    if missing:
        report.add_partial(BadRecord(event.file, event.record, missing))
    marks = ", ".join("?" * (len(META) + len(rows.places)))
    sources = _merged(event.logsource)
    lines = ((number, event.timestamp, *source, *row) for source in sources for row in made)
    db.executemany(f"INSERT INTO logs VALUES ({marks})", lines)


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


def _search(db: sqlite3.Connection, query: Query, limit: float, report: Report) -> None:
    """Add a rule's matches to the report; a rule whose query does not run is refused there."""
    try:
        report.matches += list(_run(db, query, limit))
    except Refused as error:
        report.refused.append(replace(query, outcome="refused", reason=str(error), path=""))


def _run(db: sqlite3.Connection, query: Query, limit: float) -> Iterator[Match]:
    names, found_rows = guard.rows(db, query.bare, limit)
    rows = [dict(zip(names, row, strict=True)) for row in found_rows]
    if query.rule.is_correlation:
        yield from _correlation_matches(db, query.rule, rows)
        return
    wanted = conversion.fields(query.rule)
    found: dict[int, dict[str, list[str]]] = {}
    for row in rows:
        low = {name.lower(): value for name, value in row.items()}
        shown = found.setdefault(row["event_id"], {name: [] for name in wanted})
        for name in wanted:
            value = low.get(name.lower())
            if value is not None and value not in shown[name]:
                shown[name].append(value)
    for number, shown in found.items():
        file, record, timestamp, host = _record(db, number)
        fields = {k: v[0] if len(v) == 1 else v for k, v in shown.items() if v}
        yield Match(query.rule, file, record, timestamp, host, fields)


def _record(db: sqlite3.Connection, number: int) -> tuple[str, int, str | None, str | None]:
    sql = "SELECT file, record, timestamp, host FROM records WHERE event_id = ?"
    row: tuple[str, int, str | None, str | None] = db.execute(sql, (number,)).fetchone()
    return row


def _correlation_matches(
    db: sqlite3.Connection, rule: Rule, rows: list[dict[str, Any]]
) -> Iterator[Match]:
    """One match for each group and run of windows that share records."""
    runs: dict[str, list[set[int]]] = {}
    for row in sorted(rows, key=lambda row: (row["group_keys"], row["occurrence_time"])):
        evidence = {int(item.partition(":")[2]) for item in json.loads(row["event_ids"])}
        group = runs.setdefault(row["group_keys"], [])
        if group and group[-1] & evidence:
            group[-1] |= evidence
        else:
            group.append(evidence)
    for keys, group in runs.items():
        for evidence in group:
            places = sorted((_record(db, n) for n in evidence), key=lambda p: (p[2] or "", p))
            file, record, timestamp, host = places[-1]
            fields = {k: str(v) for k, v in json.loads(keys).items()}
            rests = tuple((place[0], place[1]) for place in places)
            yield Match(rule, file, record, timestamp, host, fields, rests)
