"""No two rules of level high or critical fire on one event, but for a reason that is written down.

Tried are all events of the pack, those of correlations too. Left out are correlations and with them
findings, which rest on rules and say of a host what these say of events.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from sigmapack.replay import replay
from tests.conftest import ROOT
from tests.engines.corpus import content

STRONG = ("critical", "high")
Pair = frozenset[str]


@dataclass(frozen=True)
class Overlap:
    """An entry of the table: the general rule, those that fire beside it, and why."""

    rule: str
    beside: tuple[str, ...]
    reason: str

    @property
    def pairs(self) -> list[Pair]:
        return [frozenset({self.rule, name}) for name in self.beside]


@cache
def declared() -> tuple[Overlap, ...]:
    table = tomllib.loads(Path(__file__).with_name("overlaps.toml").read_text("utf-8"))
    assert set(table) == {"overlap"}
    return tuple(
        Overlap(entry.pop("rule"), tuple(entry.pop("with")), **entry) for entry in table["overlap"]
    )


@pytest.fixture(scope="module")
def found() -> Mapping[Pair, str]:
    """Pairs of strong rules that fire on one event -> the first such event."""
    rules = tuple(rule for rule in content().rules if rule.level in STRONG)
    files = sorted((ROOT / "tests" / "events").rglob("*.jsonl"))
    report = replay(replace(content(), rules=rules), files)
    assert report.bad == []
    fired: dict[tuple[str, int], set[str]] = {}
    for match in report.matches:
        fired.setdefault((match.file, match.record), set()).add(match.rule.name)
    pairs: dict[Pair, str] = {}
    for (file, record), names in sorted(fired.items()):
        for pair in combinations(sorted(names), 2):
            pairs.setdefault(frozenset(pair), f"{Path(file).name}:{record}")
    return pairs


def test_two_strong_rules_fire_on_one_event_for_a_reason_only(found: Mapping[Pair, str]) -> None:
    known = {pair for overlap in declared() for pair in overlap.pairs}
    told = {" and ".join(sorted(pair)): event for pair, event in found.items() if pair not in known}
    assert told == {}


def test_no_reason_is_left_over(found: Mapping[Pair, str]) -> None:
    left = [sorted(p) for overlap in declared() for p in overlap.pairs if p not in found]
    assert left == []


def test_every_reason_says_something_once() -> None:
    pairs = [pair for overlap in declared() for pair in overlap.pairs]
    assert len(pairs) == len(set(pairs))
    assert all(len(pair) == 2 for pair in pairs)
    assert all(overlap.reason.strip() for overlap in declared())
