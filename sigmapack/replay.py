"""Run the compiled SQLite queries, correlations included, on events."""

from __future__ import annotations

import itertools
import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from sigmapack.compiling import conversion
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.names import names as names_of
from sigmapack.compiling.product import Query
from sigmapack.content.correlation import PERIOD, read_correlation
from sigmapack.content.model import Content, LogSource, Refused, Rule
from sigmapack.events.fields import Value
from sigmapack.events.read import BadRecord, Event, read_events
from sigmapack.events.windows import channel_map
from sigmapack.targets.sqlite import TARGET, guard, quoted

#: Rows that one event with several multi-valued fields may become; more are cut off.
MOST_ROWS = 64

#: SQLite's own limit of columns (SQLITE_MAX_COLUMN), less those of `META`.
MOST_FIELDS = 1_990

META = ("event_id", "timestamp", "logsource_product", "logsource_category", "logsource_service")


@dataclass(frozen=True)
class Match:
    """A rule that matched: on one record, or for a correlation on the records it lists."""

    rule: Rule
    file: str
    record: int
    timestamp: str | None
    host: str | None
    fields: Mapping[str, str | list[str]]
    records: tuple[tuple[str, int], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The object of `--json`: the keys that users may rely on."""
        data: dict[str, Any] = {
            "rule_id": self.rule.id,
            "rule": self.rule.name,
            "title": self.rule.title,
            "level": self.rule.level,
            "file": self.file,
            "record": self.record,
            "timestamp": self.timestamp,
            "host": self.host,
            "fields": dict(self.fields),
        }
        if self.rule.is_correlation:
            data["records"] = [{"file": file, "record": record} for file, record in self.records]
        return data


@dataclass
class Report:
    """What a replay found: matches, records that could not be read, rules that could not run."""

    matches: list[Match] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)
    refused: list[Query] = field(default_factory=list)
    events: int = 0
    files: int = 0


def replay(content: Content, files: Iterable[Path], findings: bool = False) -> Report:
    """Compile the content for SQLite and run it on the events of the files.

    Events are kept in a temporary database on disk, one row an event and log source, so that
    the size of the input is not bounded by memory.

    Args:
        content: what was read.
        files: of events.
        findings: whether to run findings, too, which say of a host what their rules say already.

    Raises:
        UnreadableInput: a file cannot be opened.
    """
    kept = tuple(rule for rule in content.rules if findings or not rule.is_finding)
    content = replace(content, rules=kept)
    queries = list(compile_target(content, TARGET))
    report = Report(refused=[query for query in queries if query.outcome == "refused"])
    columns, queries = _columns(queries, report)
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        path = Path(folder) / "events.db"
        with closing(sqlite3.connect(path)) as db:
            _create(db, columns)
            rows = _load(db, columns, files, channel_map(content.sources), report)
        with closing(guard.guarded(path)) as db:
            for query in queries:
                _search(db, query, guard.seconds(rows), report)
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
    columns: Mapping[str, str],
    files: Iterable[Path],
    channels: Mapping[tuple[str, int | None], tuple[LogSource, ...]],
    report: Report,
) -> int:
    """Write the events, and say how many rows they are."""
    marks = ", ".join("?" * (len(META) + len(columns)))
    places = {low: number for number, low in enumerate(columns)}
    for path in files:
        report.files += 1
        for item in read_events(path, channels):
            if isinstance(item, BadRecord):
                report.bad.append(item)
                continue
            report.events += 1
            number = report.events
            name = item.file.encode("utf-8", "backslashreplace").decode()  # no surrogates in SQLite
            place = (number, name, item.record, item.timestamp, item.host)
            db.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?)", place)
            db.executemany(f"INSERT INTO logs VALUES ({marks})", _rows(number, item, places))
    db.commit()
    number_of_rows: int = db.execute("SELECT count(*) FROM logs").fetchone()[0]
    return number_of_rows


def _rows(number: int, event: Event, places: Mapping[str, int]) -> Iterator[tuple[Any, ...]]:
    """An event's rows: one a log source, and one a combination of its multi-valued fields."""
    cells: list[Value | None] = [None] * len(places)
    several = False
    if event.host:
        cells[places["computer"]] = event.host
    for name, value in event.fields.items():
        place = places.get(name.lower())
        if place is not None:
            cells[place] = value
            several = several or isinstance(value, tuple)
    for logsource in _merged(event.logsource):
        for combination in _combinations(cells) if several else (cells,):
            yield (number, event.timestamp, *logsource, *combination)


def _combinations(cells: Sequence[Value | None]) -> Iterable[Sequence[str | None]]:
    """One value a cell, in every combination; an empty list is none."""
    choices = [(cell or (None,)) if isinstance(cell, tuple) else (cell,) for cell in cells]
    return itertools.islice(itertools.product(*choices), MOST_ROWS)


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
