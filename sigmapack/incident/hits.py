"""Hits that a replay wrote earlier (`replay --json`), read again as what it found."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

from sigmapack.content.model import Content, Rule
from sigmapack.events.files import STDIN, UnreadableInput
from sigmapack.incident.searched import KEY, Log, Searched, Source
from sigmapack.matches import LEVELS, Match

#: How a file of hits begins; `Match.as_json` has its keys in this order.
OPENING = re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"(rule_id"\s*:|searched"\s*:\s*\{)')
HEAD = 256
#: What a hit of a rule has that is no correlation; of these the texts that it always has.
KEYS = {"rule_id", "rule", "title", "level", "file", "record", "timestamp", "host", "fields"}
TEXTS = ("rule_id", "rule", "title", "file")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")
#: Hits of one file, which are all held in memory.
MOST_HITS = 500_000
#: Characters of a line, as of a record of a log.
MOST_LINE = 4 * 1024 * 1024
SCHEMA = Path(__file__).with_name("hits.schema.json")


@dataclass(frozen=True)
class Hits:
    """The hits of a file, and what was searched for them; None where it does not say that."""

    path: Path
    matches: Sequence[Match]
    searched: Searched | None


def split(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Files of logs, and files of hits, which are told by how they begin."""
    logs: list[Path] = []
    hits: list[Path] = []
    for path in paths:
        (hits if OPENING.match(_head(path)) else logs).append(path)
    return logs, hits


def _head(path: Path) -> bytes:
    try:
        if path == STDIN:
            return cast(BufferedReader, sys.stdin.buffer).peek(HEAD)[:HEAD]
        if not path.is_file():  # a pipe, whose beginning would be lost
            return b""
        with path.open("rb") as file:
            return file.read(HEAD)
    except (OSError, AttributeError):
        return b""  # whoever reads it says why it cannot be read


def read(content: Content, path: Path) -> Hits:
    """The hits of a file.

    Args:
        content: whose rules are meant; a hit of another rule keeps what it says of it.
        path: of the file; `-` is standard input.

    Raises:
        UnreadableInput: a line is no hit, or there are too many.
    """
    matches: list[Match] = []
    found: Searched | None = None
    try:
        data = sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
    except OSError as error:
        raise UnreadableInput(path, f"cannot be read: {error.strerror}") from None
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        value = _value(path, number, line)
        if KEY in value:
            found = _searched(value[KEY])
        else:
            matches.append(_match(content, value))
        if len(matches) > MOST_HITS:
            raise UnreadableInput(path, f"more than {MOST_HITS} hits: split the file")
    return Hits(path, matches, found)


def _value(path: Path, number: int, line: bytes) -> dict[str, Any]:
    if len(line) > MOST_LINE:
        raise UnreadableInput(path, f"line {number} is longer than {MOST_LINE} bytes: no hit")
    try:
        value: dict[str, Any] = json.loads(line)
    except (ValueError, RecursionError):
        raise UnreadableInput(
            path, f"line {number} is no JSON: give what replay --json wrote"
        ) from None
    if not _plain(value) and not (validator := _validator()).is_valid(value):
        kind = "line" if isinstance(value, dict) and KEY in value else "hit"
        error = next(validator.evolve(schema=_schema(kind)).iter_errors(value))
        place = ".".join(map(str, error.absolute_path)) or "it"
        message = f"line {number} is no {kind} of replay --json: {place}: {error.message[:200]}"
        raise UnreadableInput(path, message)
    return value


def _plain(value: Any) -> bool:
    """Whether a line is a hit as nearly every one is: to ask the schema takes much longer."""
    return (
        isinstance(value, dict)
        and value.keys() == KEYS
        and all(type(value[key]) is str for key in TEXTS)
        and value["level"] in LEVELS
        and type(value["record"]) is int
        and value["record"] > 0
        and (value["host"] is None or type(value["host"]) is str)
        and (value["timestamp"] is None or _is_time(value["timestamp"]))
        and isinstance(value["fields"], dict)
        and all(type(each) is str for each in value["fields"].values())
    )


def _is_time(value: Any) -> bool:
    return type(value) is str and TIME.fullmatch(value) is not None


@cache
def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


@cache
def _schema(kind: str) -> Any:
    whole = json.loads(SCHEMA.read_text("utf-8"))
    return {"$defs": whole["$defs"], "$ref": f"#/$defs/{kind}"}


def _searched(value: dict[str, Any]) -> Searched:
    sources = [Source(**each) for each in value["sources"]]
    logs = [Log(**each) for each in value["logs"]]
    return Searched(**{**value, "sources": sources, "logs": logs})


def _match(content: Content, value: dict[str, Any]) -> Match:
    rule = content.by_name.get(value["rule_id"]) or content.by_name.get(value["rule"])
    if rule is None or rule.level != value["level"]:
        rule = _told(rule, value)
    records = tuple((each["file"], each["record"]) for each in value.get("records", ()))
    return Match(
        rule,
        value["file"],
        value["record"],
        value["timestamp"],
        value["host"],
        value["fields"],
        records,
    )


def _told(rule: Rule | None, value: dict[str, Any]) -> Rule:
    """The rule as a hit tells of it, where it is none of the content's, or has another level."""
    if rule is not None:
        return rule.with_document({**rule.document, "level": value["level"]})
    document = {"id": value["rule_id"], "name": value["rule"], "title": value["title"]}
    body: dict[str, Any] = {"correlation": {}} if "records" in value else {}
    return Rule("", {**document, "level": value["level"], **body})
