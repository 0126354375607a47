"""Grafana Loki's own query engine, built from its Go module (`fetched.py`)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.engines.registry import prepared
from tests.shapes.loki import Document

#: Time of the first case's entry; the cases follow a millisecond apart.
BASE, STEP = 1_680_000_000_000_000_000, 1_000_000
SECOND = 1_000_000_000


class QueryFailed(Exception):
    """Loki refused a query, or a stage of it failed on a line."""


def program() -> Path:
    """The built program."""
    return prepared("loki") / "loki"


def ask(requests: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Answers of the program, one for each request.

    Raises:
        QueryFailed: any query has an error.
    """
    text = "\n".join(json.dumps(request) for request in requests)
    done = subprocess.run([program()], input=text, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for answer in answers:
        for name, result in answer["results"].items():
            if "error" in result:
                raise QueryFailed(f"{name}: {result['error']}")
    return answers


@cache
def version() -> str:
    """Of the Loki that is built in."""
    return str(ask([{}])[0]["version"])


def streams(entries: Iterable[tuple[int, Document]]) -> list[dict[str, Any]]:
    """Entries with their times, put into streams by their labels."""
    found: dict[str, dict[str, Any]] = {}
    for time, document in entries:
        key = json.dumps(dict(document.labels), sort_keys=True)
        stream = found.setdefault(key, {"labels": dict(document.labels), "entries": []})
        stream["entries"].append({"time": time, "line": document.line})
    return list(found.values())


def replay(
    documents: Mapping[int, list[Document]], queries: Mapping[str, str]
) -> dict[str, set[int]]:
    """Run log queries on the documents of all cases.

    Args:
        documents: case number -> its documents.
        queries: rule -> LogQL.

    Returns:
        Rule -> numbers of the cases that it matched.
    """
    entries = [(BASE + n * STEP, each) for n, found in documents.items() for each in found]
    answer = ask([{"streams": streams(entries), "queries": dict(queries)}])[0]
    found = {}
    for name, result in answer["results"].items():
        if result["kind"] != "log":
            raise QueryFailed(f"{name}: not a log query")
        found[name] = {(time - BASE) // STEP for time in result.get("entries", ())}
    return found


def rule_files(files: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Give files of rule groups to the loader of Loki's ruler.

    Args:
        files: name -> text.

    Returns:
        Name -> `rules`, each with the name and interval of its group, or `errors`.
    """
    found: dict[str, dict[str, Any]] = ask([{"rules": dict(files)}])[0]["rules"]
    return found


def fired(
    documents: Iterable[Document], queries: Mapping[str, str], after: int = SECOND
) -> dict[str, list[dict[str, str]]]:
    """Evaluate metric queries some time after documents that are all of one moment.

    Returns:
        Query -> labels of the samples of its vector.
    """
    entries = [(BASE, document) for document in documents]
    request = {"streams": streams(entries), "queries": dict(queries), "times": [BASE + after]}
    found = {}
    for name, result in ask([request])[0]["results"].items():
        if result["kind"] != "metric":
            raise QueryFailed(f"{name}: not a metric query")
        found[name] = [labels for vector in result.get("vectors", {}).values() for labels in vector]
    return found


Fired = dict[int, frozenset[str]]


def correlate(
    entries: list[tuple[int, Document]], queries: Mapping[str, str], times: Iterable[int]
) -> dict[str, Fired]:
    """Evaluate metric queries on entries at instants.

    Args:
        entries: times, in nanoseconds since 1970, and documents.
        queries: correlation -> LogQL.
        times: when to evaluate, in nanoseconds since 1970.

    Returns:
        Correlation -> time -> keys (the label `sigma_key`) of its vector, where it is not empty.
    """
    request = {"streams": streams(entries), "queries": dict(queries), "times": sorted(set(times))}
    found = {}
    for name, result in ask([request])[0]["results"].items():
        if result["kind"] != "metric":
            raise QueryFailed(f"{name}: not a metric query")
        found[name] = {
            int(time): frozenset(labels.get("sigma_key", "all") for labels in vector)
            for time, vector in result.get("vectors", {}).items()
        }
    return found
