"""Elastic's python-eql: the reference implementation of EQL by its authors.

AGPL, so it lives in an environment of its own in the cache and is only talked to.
A field with several values matches in Elasticsearch when one of them does; python-eql knows no such
fields, so an event becomes one for each combination of its values.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.engines.eql.fetched import VERSION
from tests.engines.registry import prepared

ENGINE = f"python-eql {VERSION}"
DRIVER = Path(__file__).with_name("driver.py")
#: Windows' FILETIME of 1970-01-01: python-eql counts in units of 100 ns from 1601.
EPOCH, SECOND = 11_644_473_600, 10_000_000

#: The condition of a step of a sequence.
STEP = re.compile(r"^\s*\[(.*)\](?: by .*?)?(?: with runs=\d+)?$", re.MULTILINE)

Document = Mapping[str, Any]
Documents = Mapping[int, Sequence[Document]]


class QueryFailed(Exception):
    """python-eql does not take a query, or fails on an event."""


def program() -> Path:
    """The Python of an environment with python-eql."""
    return prepared("eql") / "bin" / "python"


def nested(document: Document) -> dict[str, Any]:
    """A document with objects in place of dotted names."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        place = found
        *parents, last = name.split(".")
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return found


def single(document: Document) -> Iterator[dict[str, Any]]:
    """The document once for each combination of the values of its lists."""
    lists = {name: value for name, value in document.items() if isinstance(value, list)}
    for values in itertools.product(*lists.values()):
        yield nested({**document, **dict(zip(lists, values, strict=True))})


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """What the driver says."""
    command = [str(program()), "-I", str(DRIVER)]
    text = json.dumps(request)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def ask(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, list[list[int]]]]:
    """For each group of queries and events, query -> the event numbers of its matches.

    Raises:
        QueryFailed: a query cannot be read or run.
    """
    answers = []
    for group in answer({"groups": groups})["groups"]:
        for name, found in group.items():
            if "error" in found:
                raise QueryFailed(f"{name}: {found['error']}")
        answers.append({name: found["matches"] for name, found in group.items()})
    return answers


def group(documents: Documents, queries: Mapping[str, str]) -> dict[str, Any]:
    """A group of plain queries and the documents of cases."""
    events = [
        {"number": number, "time": EPOCH * SECOND, "document": one}
        for number, own in documents.items()
        for document in own
        for one in single(document)
    ]
    return {"queries": dict(queries), "events": events}


def replay(documents: Documents, queries: Mapping[str, str]) -> dict[str, set[int]]:
    """Run plain queries on the documents of all cases: rule -> numbers of the cases it matched."""
    (found,) = ask([group(documents, queries)])
    return {name: {number for hit in hits for number in hit} for name, hits in found.items()}


Entries = Sequence[tuple[float, Document]]


def sequences(entries: Entries, query: str) -> list[list[int]]:
    """Matches of a sequence, as places among the entries; see `all_sequences`."""
    (found,) = all_sequences([(entries, query)])
    return found


def all_sequences(asked: Sequence[tuple[Entries, str]]) -> list[list[list[int]]]:
    """Matches of sequences, each on its own entries, as places among them.

    An event that had to be split is not to count twice: it is given as that combination of its
    values which is right for most steps.

    Args:
        asked: each the entries, (seconds since 1970, document) in the order of their time, and EQL.

    Raises:
        QueryFailed: one is no sequence.
    """
    split = [[list(single(document)) for _, document in entries] for entries, _ in asked]
    groups = [tried(own, query) for own, (_, query) in zip(split, asked, strict=True)]
    chosen = []
    for hits, own, (entries, query) in zip(ask(groups), split, asked, strict=True):
        right = Counter(number for found in hits.values() for hit in found for number in hit)
        numbers = itertools.count()
        events = [
            {"number": place, "time": int((EPOCH + time) * SECOND), "document": best}
            for place, ((time, _), forms) in enumerate(zip(entries, own, strict=True))
            for best in [max(forms, key=lambda one: right[next(numbers)])]
        ]
        chosen.append({"queries": {"query": query}, "events": events})
    return [found["query"] for found in ask(chosen)]


def tried(split: Sequence[Sequence[Document]], query: str) -> dict[str, Any]:
    """A group of a sequence's steps, and all combinations of its events' values.

    Raises:
        QueryFailed: it is no sequence.
    """
    steps = dict(enumerate(STEP.findall(query)))
    if not steps:
        raise QueryFailed(f"no sequence: {query}")
    numbers = itertools.count()
    events = [
        {"number": next(numbers), "time": EPOCH * SECOND, "document": one}
        for own in split
        for one in own
    ]
    return {"queries": {str(n): step for n, step in steps.items()}, "events": events}
