"""One verdict of all engines on changed events: what they disagree on, made small and printed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from sigmapack.events.read import Event
from sigmapack.replay import replay
from tests.engines.corpus import content
from tests.engines.mutations import Mutant, mutants, read
from tests.engines.places import Record

#: Rule -> events, to rule -> for each event whether the engine's query of that rule matches it;
#: None for an event that the product has no document of.
Ask = Callable[[Mapping[str, Sequence[Event]]], Mapping[str, Sequence[bool | None]]]

#: Disagreements that are made small and printed for one rule.
SHOWN = 3


def sqlite(records: Mapping[str, Sequence[Record]]) -> dict[str, list[bool]]:
    """What the compiled SQLite queries say of the records of each rule."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        files = []
        for rule, own in records.items():
            path = Path(folder) / f"{rule}.jsonl"
            path.write_text("".join(json.dumps(record) + "\n" for record in own), "utf-8")
            files.append(path)
        wanted = tuple(rule for rule in content().rules if rule.name in records)
        report = replay(replace(content(), rules=wanted), files)
    found = {rule: [False] * len(own) for rule, own in records.items()}
    for match in report.matches:
        if match.rule.name == Path(match.file).stem:
            found[match.rule.name][match.record - 1] = True
    return found


@cache
def verdicts() -> Mapping[str, Sequence[bool]]:
    """What the compiled SQLite queries say of every mutant of each rule."""
    names = [rule.name for rule in content().rules]
    return sqlite({name: [mutant.record for mutant in mutants(name)] for name in names})


def numbered(events: Mapping[str, Sequence[Event]]) -> list[tuple[str, int, Event]]:
    """(rule, place among its events, event) of all rules' events."""
    return [(rule, n, event) for rule, own in events.items() for n, event in enumerate(own)]


def disagreements(
    ask: Ask, rules: Sequence[str], known: Callable[[Mutant], str | None] = lambda mutant: None
) -> list[str]:
    """What an engine says otherwise than SQLite of the mutants of the rules, made small.

    Args:
        ask: the engine.
        rules: those that have a query there.
        known: the reason why the engine may differ on a mutant, None for no reason.
    """
    answers = ask({rule: [mutant.event for mutant in mutants(rule)] for rule in rules})
    lines = []
    for rule in rules:
        pairs = zip(mutants(rule), answers[rule], verdicts()[rule], strict=True)
        wrong = [m for m, own, right in pairs if own not in (None, right) and not known(m)]
        wrong.sort(key=lambda mutant: len(mutant.changes))
        lines += [_line(mutant, ask) for mutant in wrong[:SHOWN]]
        if len(wrong) > SHOWN:
            lines.append(f"{rule}: {len(wrong) - SHOWN} more")
    return lines


def _line(mutant: Mutant, ask: Ask) -> str:
    record = smallest(mutant, ask)
    (right,) = sqlite({mutant.rule: [record]})[mutant.rule]
    what = "missed" if right else "matched and should not"
    text = json.dumps(record, ensure_ascii=False)
    return f"{mutant.rule} {what} ({'; '.join(mutant.changes)}): {text}"


def smallest(mutant: Mutant, ask: Ask) -> Record:
    """The mutant's record without every field that the disagreement does not need."""
    record = {key: value for key, value in mutant.record.items() if key != "_note"}
    while True:
        tries = list(_smaller(record))
        wrong = _disagree(mutant.rule, tries, ask)
        if True not in wrong:
            return record
        record = tries[wrong.index(True)]


def _smaller(record: Record) -> Iterator[Record]:
    """The record with one field, or a half of a long text, less; at any depth."""
    for key, value in record.items():
        yield {name: inner for name, inner in record.items() if name != key}
        if isinstance(value, dict):
            yield from ({**record, key: inner} for inner in _smaller(value))
        if isinstance(value, str) and len(value) > 8:
            for part in (value[: len(value) // 2], value[len(value) // 2 :]):
                yield {**record, key: part}


def _disagree(rule: str, tries: Sequence[Record], ask: Ask) -> list[bool]:
    """For each record whether the engine and SQLite differ on it."""
    events = read(tries)
    kept = [number for number, event in enumerate(events) if event is not None]
    found = [False] * len(tries)
    try:
        own = ask({rule: [event for event in events if event is not None]})[rule]
    except Exception:  # a record that the shape of the product does not take is no smaller one
        return found
    right = sqlite({rule: [tries[number] for number in kept]})[rule]
    for number, one, other in zip(kept, own, right, strict=True):
        found[number] = one not in (None, other)
    return found
