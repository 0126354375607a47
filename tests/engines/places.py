"""Where the values stand that a rule reads, in a record as it stands in its file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engines.changes import UNREAD
from tests.engines.corpus import Case, cases

Record = dict[str, Any]
Place = tuple[str | int, ...]

#: Fields that say what kind of event it is: with another value it is no event of the rule.
KIND = {"EventID", "Channel", "Provider_Name"}


@dataclass(frozen=True)
class Source:
    """An event as it stands in its file: its line, and what that says."""

    case: Case
    line: str
    record: Record


def sources(rule: str) -> list[Source]:
    found = []
    for case in cases():
        if case.rule == rule:
            line = Path(case.event.file).read_text("utf-8").splitlines()[case.event.record - 1]
            found.append(Source(case, line, json.loads(line)))
    return found


def unread(source: Source) -> Iterator[Place]:
    """Where fields stand that no rule reads; a change of them must change nothing."""
    for path, text in _leaves(source.record):
        if path[-1] in UNREAD and text:
            yield path


def _leaves(value: Any, path: Place = ()) -> Iterator[tuple[Place, str]]:
    """(where, text) of every text and number of a record, but not of its note."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("_note", "logsource", "System"):
                yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield path, str(value)


def read_by(source: Source, fields: Sequence[str]) -> Iterator[tuple[str, list[Place]]]:
    """(field, where its value stands) of the fields that a rule reads."""
    low = {name.lower(): value for name, value in source.case.event.fields.items()}
    for field in fields:
        value = low.get(field.lower())
        if value is None or field in KIND:
            continue
        whole = {value} if isinstance(value, str) else set(value)
        parts = set(value.split("\n")) if field == "Data" and isinstance(value, str) else set()
        seen: dict[str, list[Place]] = {}
        for path, text in _leaves(source.record):
            if text and text in whole | parts and path[-1] not in KIND:
                seen.setdefault(text, []).append(path)
        for paths in seen.values():
            yield field, paths


def write(record: Record, paths: Sequence[Place], value: str | None) -> None:
    """Write a value at its places; None takes it out."""
    for path in paths:
        inner: Any = record
        for step in path[:-1]:
            inner = inner[step]
        if value is None:
            del inner[path[-1]]
        elif isinstance(inner[path[-1]], int) and value.isdigit():
            inner[path[-1]] = int(value)
        else:
            inner[path[-1]] = value


def at(record: Record, path: Place) -> str:
    inner: Any = record
    for step in path:
        inner = inner[step]
    return str(inner)
