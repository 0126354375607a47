"""Questions in ES|QL, asked of one Elasticsearch server.

A query costs most while it is planned, so the runs of a rule share one: each has its own copy of
the events that it sees, as old as they are in that run and at the same minute of the hour, and its
number is a group of every STATS. Runs that see nothing are asked the query as it stands, because a
STATS without groups makes a row of nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Sequence
from datetime import UTC, datetime

from tests.engines.elasticsearch.engine import OWNER, index_of, load, rows, server
from tests.engines.opensearch.engine import Server
from tests.operation import packages
from tests.operation.model import HOUR, Question, Row, Seen, Shipped
from tests.operation.products.ecs import read, stored
from tests.operation.site import START
from tests.shapes.ecs import Document
from tests.shapes.opensearch import without_wildcard

SUFFIX = "default"
#: A full hour, which all runs are moved to.
NOW = START
#: Rows that ES|QL gives at most, if asked for.
MOST = 10_000
FROM = re.compile(r"^FROM (.+)$", re.MULTILINE)
ENDS = re.compile(r"sigma_end = \[([\d, ]+)\]")
LENGTH = re.compile(r"sigma_age < sigma_end \+ (\d+)")


def spoken(text: str, phase: float, indices: Iterable[str]) -> str:
    """A query with its clock set, as all runs at one minute of the hour are asked it.

    It reads the index of indicators, and those of its own that have events: each costs a plan, and
    one without events adds nothing.
    """
    (patterns,) = FROM.findall(text)
    read_from = ", ".join([*sorted(indices), patterns.rpartition(", ")[2]])
    text = FROM.sub(f"FROM {read_from}", text)
    return text.replace("NOW()", f'TO_DATETIME("{stamp(NOW + phase)}")')


def grouped(text: str) -> str:
    """A query whose groups are also told apart by the run."""
    first, *commands = text.rstrip().split("\n| ")
    made = [
        (
            command.replace("\n  BY ", f"\n  BY {OWNER}, ")
            if "\n  BY " in command
            else f"{command}\n  BY {OWNER}"
        )
        if command.startswith("STATS ")
        else command
        for command in commands
    ]
    return "\n| ".join([first, *made, f"LIMIT {MOST}"])


def stamp(time: float) -> str:
    """A time as documents have it."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds")


def shown(question: Question) -> dict[int, list[Document]]:
    """The documents that a run sees and its rule reads, as old as they are for it."""
    shift = NOW + question.time % HOUR - question.time
    (patterns,) = FROM.findall(question.rule.text)
    return {
        seen.number: [
            {**document, "@timestamp": stamp(seen.time + shift)}
            for _, document in stored(seen)
            if read(document, patterns.split(", "))
        ]
        for seen in question.seen
    }


def stretches(rule: Shipped, seen: Sequence[Seen], time: float) -> Hashable:
    """The events of each stretch of time that a run looks at; see `windows`.

    Which stretch is which makes no difference: the last command of a query makes one row of all of
    them, and an empty one has no part in it.
    """
    ends, length = ENDS.search(rule.text), LENGTH.search(rule.text)
    assert ends and length, rule.text
    ages = {each.number: max(0, int(time - each.time)) for each in seen}
    found = [
        frozenset(n for n, age in ages.items() if int(end) <= age < int(end) + int(length[1]))
        for end in ends[1].split(", ")
    ]
    return frozenset(each for each in found if each)


def prepare(running: Server) -> None:
    """Make the index of indicators, as the package says: it maps every field that a query names."""
    files = packages.shipped("elastic")
    text = files["indicator_index_template.json"].decode().replace('"flattened"', '"object"')
    running.request("PUT", "/_index_template/threecx", without_wildcard(json.loads(text)))
    running.request("POST", "/_bulk?refresh=true", files["indicators/ioc_domains.ndjson"])


def ask(asked: Sequence[Question]) -> list[Sequence[Row]]:
    """The rows of each question, not more than a rule's alerts in one run."""
    documents = {str(place): shown(question) for place, question in enumerate(asked)}
    together: dict[tuple[str, float], list[str]] = {}
    found: list[list[Row]] = [[] for _ in asked]
    with server() as running:
        prepare(running)
        load(running, SUFFIX, documents)
        for place, question in enumerate(asked):
            if any(documents[str(place)].values()):
                key = (question.rule.text, question.time % HOUR)
                together.setdefault(key, []).append(str(place))
            else:
                found[place] = [*rows(running, spoken(question.rule.text, 0, ()), str(place))]
        for (text, phase), places in together.items():
            own = [each for p in places for made in documents[p].values() for each in made]
            indices = {index_of(document, SUFFIX) for document in own}
            for row in rows(running, grouped(spoken(text, phase, indices)), *places, most=MOST):
                found[int(row.pop(OWNER))].append(row)
    limits: list[int] = [question.rule.settings["max_signals"] for question in asked]
    return [each[:limit] for each, limit in zip(found, limits, strict=True)]
