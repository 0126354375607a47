"""Events of the pack, changed a little: what a log may hold, or what an intruder may write.

Every rule gets the same number of mutants of its own events, matches and near-misses, chosen by a
seed that is the rule's name. One change is made to one field that the rule reads; what is left of
the number is filled with pairs of changes. Changes are made to the record as it stands in the
file, so that what the reader of events derives from it changes too.

Two letters are not written: U+017F and U+212A, which Unicode folds to `s` and `k`. DNS and Windows
do not, and engines differ; they cannot stand in a domain name or in what Windows compares.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sigmapack.compiling import conversion
from sigmapack.events.read import Event, read_events
from sigmapack.events.windows import channel_map
from tests.engines.corpus import Case, cases, content

EACH = 200
Record = dict[str, Any]
Path_ = tuple[str | int, ...]
Change = Callable[[random.Random, str], str | None]

#: Fields that say what kind of event it is: with another value it is no event of the rule.
KIND = {"EventID", "Channel", "Provider_Name"}
UNREAD = {"ProcessId", "src_port", "id.orig_p"}
NUMBERS = {"DestinationPort", "QueryStatus", "sc-status", "dst_port", *UNREAD}
ADDRESSES = {"DestinationIp", "answer", "answers", "dst_ip", "id.resp_h"}
HASHES = {"Hashes", "sha256", "md5", "sha1"}
FLAGS = {"Initiated", "Signed"}


@dataclass(frozen=True)
class Mutant:
    """A changed event of a rule: the note of the event it was, and what was changed."""

    rule: str
    note: str
    changes: tuple[str, ...]
    record: Record
    event: Event


def _insert(piece: str) -> Change:
    def change(rng: random.Random, value: str) -> str:
        place = rng.randrange(len(value) + 1)
        return value[:place] + piece + value[place:]

    return change


def _replace_one(piece: str) -> Change:
    def change(rng: random.Random, value: str) -> str | None:
        if not value:
            return None
        place = rng.randrange(len(value))
        return value[:place] + piece + value[place + 1 :]

    return change


def _swap(old: str, new: str) -> Change:
    return lambda rng, value: value.replace(old, new) if old in value else None


def _random_case(rng: random.Random, value: str) -> str:
    return "".join(rng.choice((c.lower(), c.upper())) for c in value)


def _drop_one(rng: random.Random, value: str) -> str | None:
    return _replace_one("")(rng, value)


def _digits(value: str) -> list[int]:
    """Where the digits of hashes stand, not those of the algorithms' names."""
    runs = re.finditer("[0-9A-Fa-f]{31,}", value)
    return [place for run in runs for place in range(*run.span())]


def _next_digit(rng: random.Random, value: str) -> str | None:
    if not (places := _digits(value)):
        return None
    place = rng.choice(places)
    return value[:place] + ("0" if value[place] != "0" else "1") + value[place + 1 :]


def _digit_less(rng: random.Random, value: str) -> str | None:
    if not (places := _digits(value)):
        return None
    place = rng.choice(places)
    return value[:place] + value[place + 1 :]


ANY: Mapping[str, Change] = {
    "upper case": lambda rng, value: value.upper(),
    "lower case": lambda rng, value: value.lower(),
    "mixed case": _random_case,
    "empty": lambda rng, value: "",
}
TEXT: Mapping[str, Change] = {
    **ANY,
    "a final dot": lambda rng, value: value + ".",
    "two final dots": lambda rng, value: value + "..",
    "a subdomain": lambda rng, value: "cdn." + value,
    "three subdomains": lambda rng, value: "a.b-1.c_2." + value,
    "a lookalike before": lambda rng, value: "x" + value,
    "a lookalike after": lambda rng, value: value + "x",
    "a foreign parent": lambda rng, value: value + ".example.org",
    "a dot made a letter": _swap(".", "x"),
    "a longer build": lambda rng, value: value + "1",
    "slashes": _swap("\\", "/"),
    "backslashes twice": _swap("\\", "\\\\"),
    "no backslashes": _swap("\\", ""),
    "a final backslash": lambda rng, value: value + "\\",
    "a folder more": _swap("\\", "\\more\\"),
    "another drive": _swap("C:\\", "D:\\"),
    "a device path": lambda rng, value: "\\\\?\\" + value,
    "in double quotes": lambda rng, value: f'"{value}"',
    "in single quotes": lambda rng, value: f"'{value}'",
    "a double quote": _insert('"'),
    "a single quote": _insert("'"),
    "a backslash": _insert("\\"),
    "a percent": _insert("%"),
    "a percent in place": _replace_one("%"),
    "an underscore in place": _replace_one("_"),
    "an asterisk": _insert("*"),
    "an asterisk in place": _replace_one("*"),
    "a question mark": _insert("?"),
    "a question mark in place": _replace_one("?"),
    "a blank before": lambda rng, value: " " + value,
    "a blank after": lambda rng, value: value + " ",
    "two blanks": _swap(" ", "  "),
    "a letter less": _drop_one,
    "umlauts": _insert("\u00e4\u00d6"),
    "not of the basic plane": _insert("\U0001f4de"),
    "brackets": _insert("([{<>}])"),
    "signs of languages": _insert("|&;$^~`#"),
    "an entity": _insert("&amp;"),
    "before": lambda rng, value: "before " + value,
    "after": lambda rng, value: value + " after",
}
NUMBER: Mapping[str, Change] = {
    "one more": lambda rng, value: str(int(value) + 1) if value.isdigit() else None,
    "zero": lambda rng, value: "0",
    "a digit more": lambda rng, value: value + "1" if value.isdigit() else None,
}
ADDRESS: Mapping[str, Change] = {
    "of the documentation": lambda rng, value: f"192.0.2.{rng.randrange(1, 255)}",
    "a private one": lambda rng, value: f"10.{rng.randrange(256)}.4.{rng.randrange(1, 255)}",
    "IPv6": lambda rng, value: f"2001:db8::{rng.randrange(1, 65536):x}",
    "the sinkhole": lambda rng, value: "0.0.0.0",
}
#: Windows writes the results of a query as a list, each closed by a semicolon.
RESULTS: Mapping[str, Change] = {
    "of the documentation": lambda rng, value: f"::ffff:192.0.2.{rng.randrange(1, 255)};",
    "IPv6": lambda rng, value: f"2001:db8::{rng.randrange(1, 65536):x};",
    "the sinkhole": lambda rng, value: "::ffff:0.0.0.0;",
    "an alias": lambda rng, value: "type:  5 cdn.example.org;" + value,
    "empty": lambda rng, value: "",
}
FLAG: Mapping[str, Change] = {
    "the contrary": lambda rng, value: "false" if value == "true" else "true",
}
HASH: Mapping[str, Change] = {
    **ANY,
    "another digit": _next_digit,
    "a digit less": _digit_less,
}


def changes(field: str) -> Mapping[str, Change]:
    """What may happen to a field of this name."""
    if field == "QueryResults":
        return RESULTS
    kinds = ((NUMBERS, NUMBER), (ADDRESSES, ADDRESS), (HASHES, HASH), (FLAGS, FLAG))
    return next((found for names, found in kinds if field in names), TEXT)


@dataclass(frozen=True)
class Source:
    """An event as it stands in its file."""

    case: Case
    record: Record


def _sources(rule: str) -> list[Source]:
    found = []
    for case in cases():
        if case.rule == rule:
            line = Path(case.event.file).read_text("utf-8").splitlines()[case.event.record - 1]
            found.append(Source(case, json.loads(line)))
    return found


def _leaves(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
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


def _places(source: Source, fields: Sequence[str]) -> Iterator[tuple[str, list[Path_]]]:
    """(field, where its value stands) of the fields that a rule reads."""
    low = {name.lower(): value for name, value in source.case.event.fields.items()}
    for field in fields:
        value = low.get(field.lower())
        if value is None or field in KIND:
            continue
        whole = {value} if isinstance(value, str) else set(value)
        parts = set(value.split("\n")) if field == "Data" and isinstance(value, str) else set()
        seen: dict[str, list[Path_]] = {}
        for path, text in _leaves(source.record):
            if text and text in whole | parts and path[-1] not in KIND:
                seen.setdefault(text, []).append(path)
        for paths in seen.values():
            yield field, paths


def _set(record: Record, paths: Sequence[Path_], value: str | None) -> None:
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


def _get(record: Record, path: Path_) -> str:
    inner: Any = record
    for step in path:
        inner = inner[step]
    return str(inner)


Step = tuple[str, str, tuple[Path_, ...]]


def _steps(source: Source, fields: Sequence[str]) -> list[Step]:
    """(field, name of the change, where) of all changes that can be made to an event."""
    found: list[Step] = []
    for path in _unread(source):
        found += [(str(path[-1]), name, (path,)) for name in changes(str(path[-1]))]
    for field, paths in _places(source, fields):
        found += [(field, name, tuple(paths)) for name in changes(field)]
        if not any(isinstance(path[-1], int) for path in paths):
            found.append((field, "missing", tuple(paths)))
    return found


def _unread(source: Source) -> Iterator[Path_]:
    """Where fields stand that no rule reads; a change of them must change nothing."""
    for path, text in _leaves(source.record):
        if path[-1] in UNREAD and text:
            yield path


def _apply(record: Record, step: Step, rng: random.Random) -> bool:
    """Make one change; False where it changes nothing."""
    field, name, paths = step
    if name == "missing":
        _set(record, paths, None)
        return True
    old = _get(record, paths[0])
    new = changes(field)[name](rng, old)
    if new is None or new == old:
        return False
    _set(record, paths, new)
    return True


def _records(rule: str, fields: Sequence[str]) -> Iterator[tuple[Source, tuple[str, ...], Record]]:
    """(event, changes, record) without end: single changes first, then pairs."""
    rng = random.Random(rule)
    sources = _sources(rule)
    singles = [(source, step) for source in sources for step in _steps(source, fields)]
    rng.shuffle(singles)
    for source, step in singles[: EACH * 3 // 4]:
        record = copy.deepcopy(source.record)
        if _apply(record, step, rng):
            yield source, (f"{step[0]}: {step[1]}",), record
    while True:
        source, first = rng.choice(singles)
        second = rng.choice(_steps(source, fields))
        record = copy.deepcopy(source.record)
        if set(first[2]) & set(second[2]) and (
            first[0] in ADDRESSES or "missing" in (first[1], second[1])
        ):
            continue  # the first change would be lost, or nothing be left to change
        if _apply(record, first, rng) and _apply(record, second, rng):
            yield source, tuple(f"{field}: {name}" for field, name, _ in (first, second)), record


def read(records: Sequence[Record]) -> list[Event | None]:
    """Records as the reader of events reads them; None for what is no event any more."""
    with TemporaryDirectory(prefix="mutants-") as folder:
        path = Path(folder) / "events.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
        found = list(read_events(path, channel_map(content().sources)))
    return [event if isinstance(event, Event) else None for event in found]


@cache
def mutants(rule: str) -> tuple[Mutant, ...]:
    """The mutants of one rule: `EACH` of them, with the same records in every run."""
    (own,) = (each for each in content().rules if each.name == rule)
    made = _records(rule, conversion.fields(own))
    found: list[Mutant] = []
    while len(found) < EACH:
        batch = [next(made) for _ in range(EACH - len(found))]
        events = read([record for *_, record in batch])
        for (source, names, record), event in zip(batch, events, strict=True):
            if event is not None:
                found.append(Mutant(rule, source.case.note, names, record, event))
    return tuple(found)
