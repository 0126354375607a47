"""Events that fire a rule, and near-misses with the fields that decide."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sigmapack.checks.events import event_files
from sigmapack.content.model import Content, Rule

#: Events that are shown of a rule.
MOST_MATCHES, MOST_MISSES = 2, 3
#: What an event says of itself, and is no field of the log.
NOTE = "_note"
LONGEST = 200
#: Fields that are shown beside those that the rule looks at.
MOST_OTHERS = 5


class Shown(NamedTuple):
    """An event: what its author says of it, and its fields, of which some decide."""

    note: str
    fields: tuple[tuple[str, str, bool], ...]
    more: int
    """Fields that are not shown."""


def samples(
    content: Content, rule: Rule, fields: Iterable[str]
) -> tuple[tuple[Shown, ...], tuple[Shown, ...]]:
    """Some events that a rule matches, and some near-misses; none where there are no event files.

    A near-miss is shown beside the match that has most in common with it: what they differ in
    among the fields of the rule decides.

    Args:
        content: what was read; the pack's own has events.
        rule: one of it.
        fields: that the rule looks at.
    """
    if not _below(content, rule):
        return (), ()
    files = event_files(content, rule)
    return _chosen(files["match"], files["miss"], frozenset(name.lower() for name in fields))


@lru_cache(maxsize=1_000)  # clients have most in common
def _chosen(
    match: Path, miss: Path, looked_at: frozenset[str]
) -> tuple[tuple[Shown, ...], tuple[Shown, ...]]:
    matches, misses = _read(match), _read(miss)
    shown = tuple(_shown(each, {}, looked_at) for each in matches[:MOST_MATCHES])
    missed = [_shown(each, _nearest(each, matches), looked_at) for each in misses]
    telling = sorted(missed, key=lambda each: not any(mark for _, _, mark in each.fields))
    return shown, tuple(telling[:MOST_MISSES])


def _below(content: Content, rule: Rule) -> bool:
    try:
        event_files(content, rule)
    except ValueError:
        return False
    return True


def _read(path: Path) -> list[dict[str, str]]:
    """The events of a file, flat."""
    if not path.is_file():
        return []
    found = []
    for line in path.read_text("utf-8").splitlines():
        value = json.loads(line) if line.startswith("{") else None
        if isinstance(value, dict):
            found.append(_flat(value))
    return found


def _flat(value: Any, name: str = "") -> dict[str, str]:
    if isinstance(value, Mapping):
        found: dict[str, str] = {}
        for key, each in value.items():
            found |= _flat(each, f"{name}.{key}" if name else str(key))
        return found
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {name: text}


def _nearest(event: Mapping[str, str], matches: Iterable[dict[str, str]]) -> dict[str, str]:
    return max(matches, key=lambda each: len(event.items() & each.items()), default={})


def _shown(event: Mapping[str, str], near: Mapping[str, str], looked_at: frozenset[str]) -> Shown:
    rows, others = [], 0
    flat = {name: text for name, text in event.items() if name != NOTE}
    for name, text in flat.items():
        asked = name.rpartition(".")[2].lower() in looked_at
        others += not asked
        if not asked and others > MOST_OTHERS:
            continue
        short = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
        rows.append((name, short, bool(near) and near.get(name) != text and asked))
    return Shown(event.get(NOTE, ""), tuple(rows), len(flat) - len(rows))
