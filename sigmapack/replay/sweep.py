"""Correlations over what their rules matched, in one pass over the time of each group.

The shipped SQL asks for every event which others lie in its window, and gives all of them each
time: for a host with 10,000 hits that is 100,000,000 pairs. Here a window moves over the sorted
hits, and windows that share events are one match from the start. What is found is the same, which
`tests/replay/test_sweep.py` holds for events of chance.

The semantics are those of pySigma's SQLite backend (2.0.0, `sigma/backends/sqlite/correlation.py`):
a window ends at each hit and is as long as the timespan, both ends included.
"""

from __future__ import annotations

import json
import math
import operator
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, product
from typing import Any, NamedTuple

#: The kinds that are swept; of others the SQL is asked.
KINDS = ("event_count", "value_count", "temporal", "temporal_ordered")
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "neq": operator.ne,
}


class Member(NamedTuple):
    """A rule of a correlation: the mark of its hits, its step, and what fields are called there.

    `slot` is the number of what counts as one in an order: alternatives of a step whose fields are
    called alike.
    """

    mark: str
    step: int
    slot: int
    groups: tuple[str, ...]
    value: str


class Sweep(NamedTuple):
    """What is looked for: kind, span in seconds, condition, and the rules."""

    kind: str
    seconds: int
    operator: str
    limit: float
    period: int
    """Seconds of the periods that are counted in place of a value; 0 where a value is."""
    group_by: tuple[str, ...]
    members: tuple[Member, ...]


class Hit(NamedTuple):
    """An event that a member matched: its group, time in seconds, number, and what is counted."""

    group: tuple[object, ...]
    time: float
    event: int
    step: int
    slot: int
    value: object


Group = Mapping[str, object]


def runs(sweep: Sweep, hits: Iterable[Hit]) -> Iterator[tuple[Group, set[int]]]:
    """Groups with the events of each run of windows that share events, in order.

    Args:
        sweep: what is looked for.
        hits: in any order; one event may have several.
    """
    by_group: defaultdict[tuple[object, ...], list[Hit]] = defaultdict(list)
    for hit in hits:
        by_group[hit.group].append(hit)
    named = [(dict(zip(sweep.group_by, key, strict=True)), own) for key, own in by_group.items()]
    found = _ordered if sweep.kind == "temporal_ordered" else _counted
    for group, own in sorted(named, key=lambda pair: _text(pair[0])):
        own.sort(key=lambda hit: hit.time)
        for events in found(sweep, own):
            yield group, events


def _text(group: Group) -> str:
    return json.dumps(group, separators=(",", ":"), ensure_ascii=False)


def _counted(sweep: Sweep, hits: Sequence[Hit]) -> Iterator[set[int]]:
    """Runs of a count, or of steps in any order: windows are ranges of the sorted hits."""
    steps = len({member.step for member in sweep.members})
    holds, limit = COMPARE[sweep.operator], sweep.limit
    counted = _COUNTED[sweep.kind]
    seen: Counter[object] = Counter()
    first = begin = end = 0  # the run is hits[begin:end]
    place = 0
    while place < len(hits):
        time = hits[place].time
        while place < len(hits) and hits[place].time == time:
            _count(seen, counted(hits[place]), 1)
            place += 1
        while hits[first].time < time - sweep.seconds:
            _count(seen, counted(hits[first]), -1)
            first += 1
        fits = len(seen) == steps if sweep.kind == "temporal" else holds(len(seen), limit)
        if fits:
            if first >= end:
                if end:
                    yield {hit.event for hit in hits[begin:end]}
                begin = first
            end = place
    if end:
        yield {hit.event for hit in hits[begin:end]}


_COUNTED: Mapping[str, Callable[[Hit], object]] = {
    "event_count": operator.attrgetter("event"),
    "value_count": operator.attrgetter("value"),
    "temporal": operator.attrgetter("step"),
}


def _count(seen: Counter[object], value: object, by: int) -> None:
    if value is None:
        return
    seen[value] += by
    if not seen[value]:
        del seen[value]


def _ordered(sweep: Sweep, hits: Sequence[Hit]) -> Iterator[set[int]]:
    """Runs of steps in their order: of each window the first hit of each step after the last."""
    slots: defaultdict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        slots[hit.slot].append(hit)
    times = {slot: [hit.time for hit in own] for slot, own in slots.items()}
    steps: defaultdict[int, dict[int, None]] = defaultdict(dict)
    for member in sweep.members:
        steps[member.step][member.slot] = None
    ways = [way for way in product(*steps.values()) if all(slot in times for slot in way)]
    run: set[int] = set()
    for time, _ in groupby(hits, key=lambda hit: hit.time):
        window: set[int] = set()
        for way in ways:
            chosen = _first(way, times, time - sweep.seconds, time)
            for slot, (low, high) in zip(way, chosen, strict=False):
                window.update(hit.event for hit in slots[slot][low:high])
        if run and window and run.isdisjoint(window):
            yield run
            run = set()
        run |= window
    if run:
        yield run


def _first(
    way: Sequence[int], times: Mapping[int, Sequence[float]], start: float, end: float
) -> list[tuple[int, int]]:
    """Where the hits of each step are, each at the first time after the one before; or nothing."""
    found: list[tuple[int, int]] = []
    for number, slot in enumerate(way):
        own = times[slot]
        low = bisect_right(own, start) if number else bisect_left(own, start)
        if low == len(own) or own[low] > end:
            return []
        start = own[low]
        found.append((low, bisect_right(own, start, low)))
    return found


def listed(marks: str) -> list[str]:
    """The marks of a row, each once: `|3||5|` has two."""
    return list(dict.fromkeys(f"|{each}|" for each in marks.strip("|").split("||")))


def columns(sweeps: Iterable[Sweep]) -> list[str]:
    """The names of all fields that sweeps group by or count, each once."""
    names: dict[str, None] = {}
    for member in (member for sweep in sweeps for member in sweep.members):
        names.update(dict.fromkeys(member.groups))
        names.update(dict.fromkeys([member.value] if member.value else []))
    return list(names)


def hit(
    sweep: Sweep, member: Member, event: int, time: float | None, fields: Mapping[str, Any]
) -> Hit | None:
    """A row as a hit; None where it has no time, or lacks a field of its group.

    Args:
        sweep: what is looked for.
        member: whose mark the row has.
        event: its number.
        time: in seconds since 1970.
        fields: its values by name; texts in small letters.
    """
    group = tuple(fields[name] for name in member.groups)
    if time is None or None in group:
        return None
    value = fields[member.value] if member.value else None
    if sweep.period:
        value = int(math.floor(time) / sweep.period)  # as SQLite divides, towards 0
    return Hit(group, time, event, member.step, member.slot, value)
