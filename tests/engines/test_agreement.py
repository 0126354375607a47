"""On changed events, the oracle says what SQLite says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from sigmapack.events.read import Event
from tests.engines import oracle
from tests.engines.agreement import disagreements, numbered
from tests.engines.corpus import content, queries

pytestmark = pytest.mark.engines("tenzir")


def by_oracle(events: Mapping[str, Sequence[Event]]) -> dict[str, list[bool | None]]:
    texts = {name: query.text for name, query in queries("sigma", "sigma").items()}
    places = numbered(events)
    own = {rule: texts[rule] for rule in events}
    found = oracle.matches(own, [event for *_, event in places])
    verdict: dict[str, list[bool | None]] = {rule: [] for rule in events}
    for number, (rule, _, _) in enumerate(places):
        verdict[rule].append(number in found[rule])
    return verdict


def test_the_oracle_agrees() -> None:
    assert disagreements(by_oracle, [rule.name for rule in content().rules]) == []
