"""The stories of all correlations, one after the other on one line of time, and SQLite's verdict.

A story is a correlation's file of events, matches or near-misses. Between two stories lies more
than the longest span of any correlation: one run of an engine tells each by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from unittest.mock import patch

from sigmapack.checks.events import event_files
from sigmapack.content.correlation import read_correlation
from sigmapack.events.read import BadRecord, Event, read_events
from sigmapack.events.scan import Scan
from sigmapack.events.windows import ChannelMap, channel_map
from sigmapack.replay import replay
from tests.engines import corpus


@dataclass(frozen=True)
class Story:
    """A correlation's file of events, where they stand on the line, and by how much it is moved.

    It is moved by whole days, since hours may be counted by the clock.
    """

    rule: str
    kind: str
    path: Path
    positions: range
    moved: timedelta


def moment(event: Event) -> datetime:
    """When an event was."""
    assert event.timestamp, event
    return datetime.fromisoformat(event.timestamp.replace("Z", "+00:00")).astimezone(UTC)


def _read(path: Path, channels: ChannelMap) -> list[Event]:
    found = list(read_events(path, channels))
    assert not any(isinstance(event, BadRecord) for event in found), path
    return [event for event in found if isinstance(event, Event)]


@cache
def line() -> tuple[tuple[Story, ...], tuple[Event, ...]]:
    """The stories, and all their events in the order of their times."""
    pack = corpus.pack()
    correlations = [rule for rule in pack.rules if rule.is_correlation]
    apart = timedelta(seconds=2 * max(read_correlation(rule).seconds for rule in correlations))
    begins = datetime(2023, 1, 1, tzinfo=UTC)
    stories: list[Story] = []
    events: list[Event] = []
    for rule in correlations:
        for kind, path in event_files(pack, rule).items():
            if not path.is_file():
                continue  # a base has no events of its own
            own = sorted(_read(path, channel_map(pack.sources)), key=moment)
            moved = timedelta((begins - moment(own[0])).days + 1)
            positions = range(len(events), len(events) + len(own))
            stories.append(Story(rule.name, kind, path, positions, moved))
            events += _moved(own, moved)
            begins = moment(events[-1]) + apart
    return tuple(stories), tuple(events)


def _moved(events: list[Event], by: timedelta) -> Iterator[Event]:
    for event in events:
        text = (moment(event) + by).isoformat(timespec="milliseconds")
        yield replace(event, timestamp=text.replace("+00:00", "Z"))


@cache
def verdicts() -> Mapping[str, frozenset[int]]:
    """Correlation -> positions of the events on which what SQLite finds of it rests."""
    stories, events = line()
    moved = {story.path: story.moved for story in stories}

    def read(path: Path, channels: ChannelMap, scan: Scan, *more: object) -> Iterator[Event]:
        scan.skip()  # no bytes are looked at here, so any rule may match
        return _moved(_read(path, channels), moved[path])

    with patch("sigmapack.replay.store.scan_events", read):
        report = replay(corpus.pack(), moved, findings=True)
    places = {(event.file, event.record): position for position, event in enumerate(events)}
    found: dict[str, set[int]] = {}
    for match in report.matches:
        if match.rule.is_correlation:
            found.setdefault(match.rule.name, set()).update(places[at] for at in match.records)
    return {name: frozenset(positions) for name, positions in found.items()}
