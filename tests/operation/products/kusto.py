"""What Sentinel and Defender share: questions in KQL, asked of duckdb-kql all at once.

Events keep their ages and not their times: each run is for the same moment, so that every run asks
the very same text, which is translated once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from tests.engines.kusto.engine import INGESTED, NUMBER, Document, run
from tests.operation.model import Question, Row, Seen
from tests.operation.verdict import plain

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def stamp(seconds: float) -> str:
    """A time so many seconds after the moment that all runs are for."""
    return (NOW + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")


def spoken(text: str) -> str:
    """A query with its clock set to that moment."""
    text = re.sub(r"\bago\((\w+)\)", r"(now() - \1)", text)
    return text.replace("now()", f"datetime({stamp(0)})")


def ask(
    product: str,
    asked: Sequence[Question],
    documents: Callable[[Seen], list[Document]],
    column: str,
) -> list[Sequence[Row]]:
    """The rows of each question.

    What looks at each event by itself is asked of all runs' events at once, each as old as it is in
    its run; the rows say whose they are.

    Args:
        product: `sentinel` or `defender`.
        asked: queries, each with the events that its run sees.
        documents: what the product stores of an event.
        column: which has the time of an event.
    """
    stored = cache(documents)
    jobs: list[tuple[dict[int, list[Document]], dict[str, str]]] = []
    whose: dict[str, list[int]] = {}
    single: dict[str, int] = {}
    for place, question in enumerate(asked):
        rows = [aged(stored(seen), seen, question.time, column) for seen in question.seen]
        alone = question.rule.single and "summarize" not in question.rule.text
        name = question.rule.name if alone else str(place)
        if name not in single:
            single[name] = len(jobs)
            jobs.append(({}, {name: spoken(question.rule.text)}))
            whose[name] = []
        held = jobs[single[name]][0]
        for each in rows:
            if each:
                held[len(whose[name])] = each
                whose[name].append(place)
    found: list[list[Row]] = [[] for _ in asked]
    for answer in run(product, jobs):
        for name, listed in answer.items():
            for row in listed:
                place = int(name) if name.isdigit() else whose[name][row[NUMBER]]
                found[place].append(row)
    return list(found)


def aged(rows: Sequence[Document], seen: Seen, time: float, column: str) -> list[Document]:
    """The rows of an event as old as it is in a run."""
    times = {column: stamp(seen.time - time), INGESTED: stamp(seen.arrives - time)}
    return [(table, {**row, **times} if column in row else row) for table, row in rows]


def named(row: Row, columns: Sequence[str]) -> frozenset[str]:
    """The names of an alert's hosts and addresses."""
    return frozenset({plain(row.get(column)) for column in columns} - {""})
