"""Files of indicators: which format one is, and the values of one kind that it offers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sigmapack.content.files import depth, shown, text_of
from sigmapack.content.limits import DEEPEST, MOST_BUILT, MOST_LOOKUP
from sigmapack.content.model import Problem
from sigmapack.intake import misp, stix
from sigmapack.intake.offers import Offer, day, normal, note

#: What a column of a CSV may be called besides the kind, for the value itself.
VALUE = ("value", "indicator")


class Unreadable(Exception):
    """A file that is none of the three formats; `problem` says why, with its place."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def offers(path: Path, kind: str, source: str, confidence: str, valid_until: str) -> list[Offer]:
    """The values of a kind that a file offers, each once: what it says of itself goes first.

    Args:
        path: of the file.
        kind: `domain`, `url`, `ip` or `hash`.
        source: of values that name none.
        confidence: of values that have none.
        valid_until: of values that have none.

    Raises:
        Unreadable: it cannot be read, or has more values than a table may have rows.
    """
    found: dict[str, Offer] = {}
    for number, offer in enumerate(_read(path, kind)):
        if number >= MOST_BUILT:
            raise _unreadable(path, "too-large", f"offers more than {MOST_BUILT} values")
        filled = replace(
            offer,
            value=normal(kind, offer.value),
            source=offer.source or source,
            confidence=offer.confidence or confidence,
            valid_until=offer.valid_until or valid_until,
        )
        for lacking, option in (("source", "--source"), ("confidence", "--confidence")):
            if not getattr(filled, lacking) and not filled.wrong:
                filled = replace(filled, wrong=f"has no {lacking}: give one by {option}")
        found.setdefault(filled.value, filled)
    return list(found.values())


def _read(path: Path, kind: str) -> Iterator[Offer]:
    problems: list[Problem] = []
    text = text_of(path, problems, MOST_LOOKUP)
    if text is None:
        raise Unreadable(problems[0])
    name = shown(path)
    if not text.lstrip().startswith(("{", "[")):
        yield from _rows(path, text, kind)
        return
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise _unreadable(path, "json", f"is no JSON: {reason}", _line(error)) from error
    if depth(data) > DEEPEST:
        raise _unreadable(path, "json", f"has more than {DEEPEST} collections in one another")
    if isinstance(data, dict) and data.get("type") == "bundle":
        yield from stix.offers(data, name, text, kind)
    elif events := misp.events(data):
        yield from misp.offers(events, name, text, kind)
    else:
        raise _unreadable(path, "format", "is no MISP event, STIX bundle or CSV")


def _rows(path: Path, text: str, kind: str) -> Iterator[Offer]:
    """The rows of a CSV whose columns are called as those of our tables."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        columns = [name.strip().lower() for name in reader.fieldnames or ()]
        named = [column for column in (kind, *VALUE) if column in columns]
        if not named:
            raise _unreadable(path, "format", f"has no column {kind}, {' or '.join(VALUE)}")
        reader.fieldnames = columns
        for row in reader:
            cells = {name: note(cell) for name, cell in row.items() if isinstance(name, str)}
            yield Offer(
                shown(path),
                reader.line_num,
                kind,
                row[named[0]] or "",
                role=cells.get("role", ""),
                platform=cells.get("platform", ""),
                confidence=cells.get("confidence", ""),
                source=cells.get("source", ""),
                first_seen=day(cells.get("first_seen")),
                last_seen=day(cells.get("last_seen")),
                valid_until=day(cells.get("valid_until")),
                file_name=cells.get("file_name", ""),
            )
    except csv.Error as error:
        raise _unreadable(path, "csv", str(error), reader.reader.line_num or 1) from error


def _line(error: Exception) -> int:
    return error.lineno if isinstance(error, json.JSONDecodeError) else 1


def _unreadable(path: Path, code: str, message: str, line: int = 1) -> Unreadable:
    return Unreadable(Problem(shown(path), line, code, message, True))
