"""Analytics rules of Sentinel on a simulated clock: what each of their runs returns.

A run is for a moment, which `now()` gives, and sees the events of the time before it that its rule
looks back over; it takes place five minutes later, so that what arrived meanwhile is there
(https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview). Runs are not told apart by
their clock but by their events, which are shifted, so that every run asks the very same query.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import yaml

from sigmapack.compiling.compile import compile_target
from sigmapack.content.load import load
from sigmapack.events.read import Event
from sigmapack.targets import discover
from tests.engines import corpus
from tests.engines.kusto.engine import INGESTED, Document, Row, run
from tests.shapes import sentinel

NOW = datetime(2023, 3, 29, 12, tzinfo=UTC)
#: Minutes between the moment that a run is for and its taking place.
DELAY = 5


@dataclass(frozen=True)
class Arrival:
    """Rows with the minutes at which they came to be, and arrived."""

    rows: Sequence[Document]
    at: float
    arrived: float


@cache
def rules() -> dict[str, dict[str, Any]]:
    """Analytics rules by name: of the pack, and what they are where no finding tells of them."""
    content = load(corpus.ROOT)
    target = discover()["sentinel"]
    queries = tuple(query for query in compile_target(content, target) if query.path)
    names = {query.rule.id: query.rule.name for query in queries}
    alone = tuple(query for query in queries if not query.rule.is_finding)
    files = [*target.package(content, alone), *target.package(content, queries)]
    found = [yaml.safe_load(f.data) for f in files if f.path.startswith("analytic_rules/")]
    return {names[rule["id"]]: rule for rule in found}


def minutes(text: str) -> int:
    return int(text[:-1]) * {"m": 1, "h": 60, "d": 1440}[text[-1]]


def event(rule: str) -> Event:
    """An event that a rule matches."""
    return next(c.event for c in corpus.cases() if c.rule == rule and c.kind == "match")


def rows(rule: str, **columns: str) -> list[Document]:
    """The rows of an event that a rule matches, with some columns changed."""
    made = sentinel.documents(event(rule))
    return [
        (table, {**row, **{n: v for n, v in columns.items() if n in row}}) for table, row in made
    ]


def raised(rule: str, arrivals: Sequence[Arrival], moments: Sequence[int]) -> list[list[Row]]:
    """What each run of a rule returns, by the minutes that the runs are for."""
    found = rules()[rule]
    text = re.sub(r"\bago\((\w+)\)", r"(now() - \1)", found["query"])
    text = text.replace("now()", f"datetime({stamp(0)})")
    back = minutes(found["queryPeriod"])
    jobs = []
    for moment in moments:
        seen: dict[int, list[Document]] = {}
        for number, each in enumerate(arrivals):
            if moment - back <= each.at <= moment and each.arrived <= moment + DELAY:
                times = {"TimeGenerated": stamp(each.at - moment)}
                times[INGESTED] = stamp(each.arrived - moment)
                seen[number] = [(table, {**row, **times}) for table, row in each.rows]
        jobs.append((seen, {rule: text}))
    return [answer[rule] for answer in run("sentinel", jobs)]


def stamp(offset: float) -> str:
    return (NOW + timedelta(minutes=offset)).strftime("%Y-%m-%dT%H:%M:%S.%f")
