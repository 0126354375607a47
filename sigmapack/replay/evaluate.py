"""Queries on the table of events, and what their rows say: matches."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from itertools import chain
from typing import Any

from sigmapack.content.model import Refused, Rule
from sigmapack.events.sources import met
from sigmapack.events.watch import Ended, Watch
from sigmapack.matches import Match, NotRun, Report
from sigmapack.replay import guard
from sigmapack.replay.plan import Plan, Step

Place = tuple[str, int, str | None, str | None]


def search(
    db: sqlite3.Connection,
    plan: Plan,
    found: frozenset[str] | None,
    limit: float,
    report: Report,
    watch: Watch,
) -> None:
    """Add the matches of a plan's rules to the report; one whose query does not run is refused.

    To compile a query takes SQLite longer than to run it on a few events. So those wait that can
    match nothing: their log source is not there, none of their needles was found, or one of the
    steps of a correlation has no match.

    Args:
        db: of `guard.guarded`.
        plan: what to run.
        found: the needles that some record has; None if that is not known.
        limit: seconds that each query may take.
        report: what was found so far.
        watch: what can end it; then the rules that were not asked, or not to the end, are noted.
    """
    silent: set[str] = set()
    steps = sorted(plan.steps, key=lambda step: step.rule.is_correlation)
    for number, step in enumerate(steps):
        watch.rule = number
        before = len(report.matches)
        if _possible(step, report, found, silent):
            try:
                for match in _run(db, step, limit, watch):
                    report.matches.append(match)
            except Refused as error:
                report.refused.append(NotRun(step.rule, str(error)))
                continue
            except Ended:
                report.not_run = [step.rule for step in steps[number:]]
                return
        if len(report.matches) == before:
            silent |= {step.rule.name, step.rule.id}
    if report.parsed == report.events:  # of records that were not parsed nobody knows
        report.unseen = list(_unseen(plan, report))


def _possible(step: Step, report: Report, found: frozenset[str] | None, silent: set[str]) -> bool:
    """Whether a step can match anything, as far as that can be told without its query."""
    if step.rule.is_correlation:
        return not any(silent.issuperset(members) for members in step.members)
    if found is not None and step.needles and found.isdisjoint(step.needles):
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


def _run(db: sqlite3.Connection, step: Step, limit: float, watch: Watch) -> Iterator[Match]:
    """The matches of a step.

    Raises:
        Refused: its query does not run.
        Ended: the watch ended it.
    """
    if watch.ended:
        raise Ended
    names, found_rows = guard.rows(db, step.sql, limit, watch)
    rows = [dict(zip(names, row, strict=True)) for row in found_rows]
    if step.rule.is_correlation:
        yield from _correlation_matches(db, step.rule, rows)
        return
    found: dict[int, dict[str, list[str]]] = {}
    for row in rows:
        low = {name.lower(): value for name, value in row.items()}
        shown = found.setdefault(row["event_id"], {name: [] for name in step.shown})
        for name in step.shown:
            value = low.get(name.lower())
            if value is not None and value not in shown[name]:
                shown[name].append(value)
    for number, shown in found.items():
        if watch.ended:
            raise Ended
        file, record, timestamp, host = _record(db, number)
        fields = {k: v[0] if len(v) == 1 else v for k, v in shown.items() if v}
        yield Match(step.rule, file, record, timestamp, host, fields)


def _record(db: sqlite3.Connection, number: int) -> Place:
    sql = "SELECT file, record, timestamp, host FROM records WHERE event_id = ?"
    row: Place = db.execute(sql, (number,)).fetchone()
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
