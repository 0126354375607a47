"""Scenarios: the records of their outlines, made into events that a product receives."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from sigmapack.content.load import read_sources
from sigmapack.events.read import BadRecord, Event, read_events
from sigmapack.events.windows import channel_map
from sigmapack.replay import replay
from tests.engines import corpus
from tests.operation.model import DAY, Scenario, Seen
from tests.operation.scenarios import contacts, sources, stories
from tests.operation.sensors import at
from tests.operation.site import START, Outline

OUTLINES = (*sources.OUTLINES, *contacts.OUTLINES, *stories.OUTLINES)


def _events(outlines: Sequence[Outline]) -> dict[tuple[int, int], tuple[Event, frozenset[str]]]:
    """(Place of the outline, of the draft) -> event, and the rules that it is an event of."""
    channels = channel_map(read_sources())
    with tempfile.TemporaryDirectory(prefix="operation-") as folder:
        paths = {place: Path(folder) / f"{place:03}.jsonl" for place in range(len(outlines))}
        events = {}
        for place, outline in enumerate(outlines):
            lines = [json.dumps(at(draft.record, draft.time)) for draft in outline.drafts]
            paths[place].write_text("".join(f"{line}\n" for line in lines), "utf-8")
            for number, event in enumerate(read_events(paths[place], channels)):
                assert not isinstance(event, BadRecord), event
                events[place, number] = event
        report = replay(corpus.content(), paths.values())
    matched: dict[tuple[int, int], set[str]] = {}
    for match in report.matches:
        matched.setdefault((int(Path(match.file).stem), match.record - 1), set()).add(
            match.rule.name
        )
    return {key: (event, frozenset(matched.get(key, ()))) for key, event in events.items()}


def scenarios_of(outlines: Sequence[Outline]) -> tuple[Scenario, ...]:
    """Outlines as scenarios; the events of all have numbers of their own."""
    events = _events(outlines)
    made = []
    number = 0
    for place, outline in enumerate(outlines):
        seen = []
        for position, draft in enumerate(outline.drafts):
            event, rules = events[place, position]
            arrives = draft.time + draft.late
            seen.append(
                Seen(number, event, draft.sensor, draft.time, arrives, draft.through, rules)
            )
            number += 1
        made.append(
            Scenario(
                outline.name,
                tuple(seen),
                START,
                START + outline.days * DAY,
                tuple(outline.findings),
                outline.most,
                outline.skips,
            )
        )
    return tuple(made)


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, made once in a process."""
    return scenarios_of(OUTLINES)
