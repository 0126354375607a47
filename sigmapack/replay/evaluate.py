"""Queries on the table of events, and what their rows say: matches."""

from __future__ import annotations

import math
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

from sigmapack.content.model import Rule
from sigmapack.events.sources import met
from sigmapack.events.watch import Ended, Watch
from sigmapack.matches import Match, Report
from sigmapack.replay import guard, tables
from sigmapack.replay.asking import Asking, record_of, strange
from sigmapack.replay.correlate import ask_correlations
from sigmapack.replay.plan import Plan, Step
from sigmapack.replay.store import ROW


def search(
    path: Path,
    plan: Plan,
    found: frozenset[str] | None,
    limit: float,
    report: Report,
    watch: Watch,
    files: Mapping[str, Path] | None = None,
) -> None:
    """Add the matches of a plan's rules to the report; one whose query does not run is refused.

    To compile a query takes SQLite longer than to run it on a few events. So those wait that can
    match nothing: their log source is not there, none of their needles was found, or one of the
    steps of a correlation has no match.

    Args:
        path: of the database.
        plan: what to run.
        found: the needles that some record has; None if that is not known.
        limit: seconds that each query may take.
        report: what was found so far.
        files: of the tables that queries ask, by name.
        watch: what can end it; then the rules that were not asked, or not to the end, are noted.
    """
    steps = sorted(plan.steps, key=lambda step: step.rule.is_correlation)
    singles = sum(not step.rule.is_correlation for step in steps)
    try:
        lower = guard.strangers(len(plan.columns)) if plan.most else None
        with (
            closing(guard.guarded(path, lower)) as db,
            closing(sqlite3.connect(path)) as places,
        ):
            tables.install(db, files or {})
            end = time.monotonic() + limit if plan.most else math.inf
            asking = Asking(db, places, limit, report, watch, plan.most, end)
            loud, marks = _ask_rules(asking, plan, steps[:singles], found)
            ask_correlations(asking, path, plan, steps[singles:], loud, marks)
    except Ended:
        report.not_run = [step.rule for step in steps[watch.rule :]]
    if report.parsed == report.events and not watch.ended:  # what was not parsed nobody knows
        report.unseen = list(_unseen(plan, report))


def _ask_rules(
    asking: Asking, plan: Plan, steps: Sequence[Step], found: frozenset[str] | None
) -> tuple[set[str], dict[int, str]]:
    """The names of the rules that match something, and the marks of rows for correlations."""
    loud: set[str] = set()
    marks: defaultdict[int, str] = defaultdict(str)
    members = {name for step in plan.steps for names in step.members for name in names}
    for number, step in enumerate(steps):
        asking.watch.rule = number
        rows = asking.rows(asking.db, step) if _possible(step, asking.report, found) else []
        names = {step.rule.name, step.rule.id} if rows else set()
        loud |= names
        if plan.marks and not members.isdisjoint(names):
            for row in rows:
                marks[row[ROW]] += step.mark
        with strange(asking, step):
            for match in _matches(asking, step, rows):  # one by one: it may be ended at any
                asking.report.matches.append(match)
    return loud, marks


def _possible(step: Step, report: Report, found: frozenset[str] | None) -> bool:
    """Whether a rule can match anything, as far as that can be told without its query."""
    if found is not None and any(map(found.isdisjoint, step.needles)):
        return False
    return met(step.rule.logsource, report.seen)


def _unseen(plan: Plan, report: Report) -> Iterator[Rule]:
    """The rules whose log source no event was of, and the correlations of only such rules."""
    lacking: set[str] = set()
    for step in plan.steps:
        if not step.rule.is_correlation and not met(step.rule.logsource, report.seen):
            lacking |= {step.rule.name, step.rule.id}
            yield step.rule
    for step in plan.steps:
        if step.rule.is_correlation and lacking.issuperset(chain(*step.members)):
            yield step.rule


def _matches(asking: Asking, step: Step, rows: list[dict[str, Any]]) -> Iterator[Match]:
    """One match for each event, with all values that its rows show.

    Raises:
        Ended: the watch ended it.
    """
    found: dict[int, dict[str, list[str]]] = {}
    for row in rows:
        low = {name.lower(): value for name, value in row.items()}
        shown = found.setdefault(row["event_id"], {name: [] for name in step.shown})
        for name in step.shown:
            value = low.get(name.lower())
            if value is not None and value not in shown[name]:
                shown[name].append(value)
    for number, shown in found.items():
        if asking.watch.ended:
            raise Ended
        file, record, timestamp, host = record_of(asking.places, number)
        fields = {k: v[0] if len(v) == 1 else v for k, v in shown.items() if v}
        yield Match(step.rule, file, record, timestamp, host, fields)
