"""Events of the pack, changed a little: see `changes`.

Every rule gets the same number of mutants of its own events, matches and near-misses, chosen by a
seed that is the rule's name. One change is made to one field that the rule reads; what is left of
the number is filled with pairs of changes. Changes are made to the record as it stands in the
file, so that what the reader of events derives from it changes too.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sigmapack.compiling import conversion
from sigmapack.events.read import Event, read_events
from sigmapack.events.windows import channel_map
from tests.engines.changes import ADDRESSES, changes
from tests.engines.corpus import content
from tests.engines.places import Place, Record, Source, at, read_by, sources, unread, write

EACH = 200


@dataclass(frozen=True)
class Mutant:
    """A changed event of a rule: the note of the event it was, and what was changed."""

    rule: str
    note: str
    changes: tuple[str, ...]
    record: Record
    event: Event


Step = tuple[str, str, tuple[Place, ...]]


def _steps(source: Source, fields: Sequence[str]) -> list[Step]:
    """(field, name of the change, where) of all changes that can be made to an event."""
    found: list[Step] = []
    for path in unread(source):
        found += [(str(path[-1]), name, (path,)) for name in changes(str(path[-1]))]
    for field, paths in read_by(source, fields):
        found += [(field, name, tuple(paths)) for name in changes(field)]
        if not any(isinstance(path[-1], int) for path in paths):
            found.append((field, "missing", tuple(paths)))
    return found


def _apply(record: Record, step: Step, rng: random.Random) -> bool:
    """Make one change; False where it changes nothing."""
    field, name, paths = step
    if name == "missing":
        write(record, paths, None)
        return True
    old = at(record, paths[0])
    new = changes(field)[name](rng, old)
    if new is None or new == old:
        return False
    write(record, paths, new)
    return True


def _records(rule: str, fields: Sequence[str]) -> Iterator[tuple[Source, tuple[str, ...], Record]]:
    """(event, changes, record) without end: single changes first, then pairs."""
    rng = random.Random(rule)
    events = sources(rule)
    steps = {source.case.number: _steps(source, fields) for source in events}
    singles = [(source, step) for source in events for step in steps[source.case.number]]
    rng.shuffle(singles)
    for source, step in singles[: EACH * 3 // 4]:
        record = json.loads(source.line)
        if _apply(record, step, rng):
            yield source, (f"{step[0]}: {step[1]}",), record
    while True:
        source, first = rng.choice(singles)
        second = rng.choice(steps[source.case.number])
        record = json.loads(source.line)
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
