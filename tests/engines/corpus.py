"""The events of the pack, and what the compiled SQLite queries say of each: the verdict to meet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from sigmapack.checks.events import event_files
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.correlation import read_correlation
from sigmapack.content.load import load
from sigmapack.content.model import Content
from sigmapack.events.read import BadRecord, Event, read_events
from sigmapack.events.windows import channel_map
from sigmapack.replay import replay
from sigmapack.targets import discover

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Case:
    """One event of the pack: which rule it was written for, and what it shows."""

    number: int
    rule: str
    kind: str
    note: str
    event: Event


@cache
def pack() -> Content:
    """The pack's own content, read once in a process."""
    return load(ROOT)


@cache
def content() -> Content:
    """The pack's own content, without its correlations."""
    rules = tuple(rule for rule in pack().rules if not rule.is_correlation)
    return replace(pack(), rules=rules)


@cache
def compiled(target: str) -> tuple[Query, ...]:
    """The pack as a target has it, compiled once in a process; refused queries too."""
    return tuple(compile_target(pack(), discover()[target]))


@cache
def files() -> tuple[tuple[str, str, Path], ...]:
    """(rule, kind, file) of every rule's events, in order."""
    return tuple(
        (rule.name, kind, path)
        for rule in content().rules
        for kind, path in event_files(content(), rule).items()
    )


@cache
def cases() -> tuple[Case, ...]:
    """Every event, read as `build.py replay` reads it."""
    return tuple(_cases())


def _cases() -> Iterator[Case]:
    channels = channel_map(content().sources)
    number = 0
    for rule, kind, path in files():
        notes = [json.loads(line)["_note"] for line in path.read_text("utf-8").splitlines()]
        for event in read_events(path, channels):
            assert not isinstance(event, BadRecord), event
            yield Case(number, rule, kind, notes[event.record - 1], event)
            number += 1


@cache
def verdicts() -> Mapping[str, frozenset[int]]:
    """Rule -> numbers of all cases that its compiled SQLite query matches, its own or others'."""
    place = {(case.event.file, case.event.record): case.number for case in cases()}
    report = replay(content(), [path for _, _, path in files()])
    found: dict[str, set[int]] = {rule.name: set() for rule in content().rules}
    for match in report.matches:
        found[match.rule.name].add(place[match.file, match.record])
    return {name: frozenset(numbers) for name, numbers in found.items()}


def queries(target: str, language: str) -> dict[str, Query]:
    """Rule -> its compiled query on a target and language, refused ones left out."""
    own = [q for q in compiled(target) if q.language == language and q.path]
    return {q.rule.name: q for q in own if not q.rule.is_correlation}


def findings(target: str, language: str) -> dict[str, Query]:
    """Finding -> its query in a language that selects single events."""
    own = [q for q in compiled(target) if q.language == language and q.path]
    return {q.rule.name: q for q in own if q.rule.is_finding}


def wanted(rule: str, compiled: Set[str]) -> frozenset[int]:
    """The cases of a rule; of a finding those of the rules that it gathers and that compiled."""
    if rule in verdicts():
        return verdicts()[rule]
    gathered = read_correlation(pack().by_name[rule]).members
    return frozenset().union(*(verdicts()[name] for name in gathered if name in compiled))


def differences(
    found: Mapping[str, set[int]], shown: set[int], waived: Mapping[str, str] | None = None
) -> list[str]:
    """Where an engine's verdict is not SQLite's, one line each.

    Args:
        found: rule -> numbers of the cases that the engine matched.
        shown: numbers of the cases of which the product has a document at all.
        waived: rules whose difference is known, with the reason.
    """
    lines = []
    for rule, numbers in sorted(found.items()):
        if rule in (waived or {}):
            continue
        right = wanted(rule, found.keys()) & shown
        for number in sorted(right ^ numbers):
            case = cases()[number]
            what = "missed" if number in right else "matched and should not"
            lines.append(f"{rule} {what}: {case.kind} of {case.rule}: {case.note}")
    return lines
