"""Correlations of what rules matched: swept where that can be, else asked by their queries."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sigmapack.compiling.sql import quoted
from sigmapack.content.model import Rule
from sigmapack.events.watch import Ended
from sigmapack.matches import Match
from sigmapack.replay import guard
from sigmapack.replay.asking import Asking, record_of, strange
from sigmapack.replay.plan import Plan, Step
from sigmapack.replay.store import ROW, marked
from sigmapack.replay.sweep import Group, Hit, Member, Sweep, columns, hit, listed, runs


def ask_correlations(
    asking: Asking,
    path: Path,
    plan: Plan,
    steps: Sequence[Step],
    loud: set[str],
    marks: Mapping[int, str],
) -> None:
    due = [step for step in steps if not any(map(loud.isdisjoint, step.members))]
    if not due:
        return
    first = asking.watch.rule + 1
    swept = _swept(asking, [step.sweep for step in due if step.sweep], marks)
    asked = [step for step in due if not step.sweep]
    place = marked(path, plan, marks) if plan.marks and asked else path
    lower = guard.strangers(len(plan.columns)) if plan.most else None
    with closing(guard.guarded(place, lower)) as other:
        for number, step in enumerate(steps, first):
            asking.watch.rule = number
            if asking.watch.ended:
                raise Ended
            if step.sweep and step in due:
                found = runs(step.sweep, swept[step.sweep])
                asking.report.matches += _run_matches(asking.places, step.rule, found)
            elif step in due:
                rows = asking.rows(other, step)
                with strange(asking, step):
                    asking.report.matches += _run_matches(asking.places, step.rule, _runs(rows))


#: The time of an event in seconds, as pySigma's correlations have it, to the millisecond.
SECONDS = "ROUND((julianday(timestamp) - 2440587.5) * 86400000) / 1000.0"


def _swept(
    asking: Asking, sweeps: Iterable[Sweep], marks: Mapping[int, str]
) -> dict[Sweep, list[Hit]]:
    """For each sweep the hits of its rules, read in one pass.

    Raises:
        Ended: the watch ended it.
    """
    found: dict[Sweep, list[Hit]] = {sweep: [] for sweep in sweeps}
    members: defaultdict[str, list[tuple[Sweep, Member]]] = defaultdict(list)
    for sweep in found:
        for member in sweep.members:
            members[member.mark].append((sweep, member))
    own = {row: [mark for mark in listed(text) if mark in members] for row, text in marks.items()}
    names = columns(found)
    for (row, event, seconds), fields in _marked_rows(asking.places, own, names):
        if asking.watch.ended:
            raise Ended
        for sweep, member in (pair for mark in own[row] for pair in members[mark]):
            if made := hit(sweep, member, event, seconds, fields):
                found[sweep].append(made)
    return found


def _marked_rows(
    db: sqlite3.Connection, marks: Mapping[int, Sequence[str]], names: Sequence[str]
) -> Iterator[tuple[tuple[int, int, float | None], dict[str, Any]]]:
    """Rows that have marks: number, event and time, and fields, of which texts in small letters."""
    db.execute("CREATE TEMP TABLE chosen (chosen INTEGER PRIMARY KEY)")
    chosen = ((row,) for row, each in marks.items() if each)
    db.executemany("INSERT INTO chosen VALUES (?)", chosen)
    low = (f"CASE typeof({n}) WHEN 'text' THEN lower({n}) ELSE {n} END" for n in map(quoted, names))
    selected = ", ".join([ROW, "event_id", SECONDS, *low])
    query = f"SELECT {selected} FROM temp.chosen JOIN main.logs ON chosen = {ROW}"
    for row, event, seconds, *values in db.execute(query):
        yield (row, event, seconds), dict(zip(names, values, strict=True))


def _runs(rows: list[dict[str, Any]]) -> Iterator[tuple[Group, set[int]]]:
    """The rows of a correlation's query: groups, and the events of windows that share some."""
    found: dict[str, list[set[int]]] = {}
    for row in sorted(rows, key=lambda row: (row["group_keys"], row["occurrence_time"])):
        evidence = {int(item.partition(":")[2]) for item in json.loads(row["event_ids"])}
        group = found.setdefault(row["group_keys"], [])
        if group and group[-1] & evidence:
            group[-1] |= evidence
        else:
            group.append(evidence)
    for keys, group in found.items():
        yield from ((json.loads(keys), evidence) for evidence in group)


def _run_matches(
    db: sqlite3.Connection, rule: Rule, found: Iterable[tuple[Group, set[int]]]
) -> Iterator[Match]:
    """One match for each group and run of windows that share records."""
    for group, evidence in found:
        places = sorted((record_of(db, n) for n in evidence), key=lambda p: (p[2] or "", p))
        file, record, timestamp, host = places[-1]
        fields = {k: str(v) for k, v in group.items()}
        rests = tuple((place[0], place[1]) for place in places)
        yield Match(rule, file, record, timestamp, host, fields, rests)
