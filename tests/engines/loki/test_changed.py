"""On changed events, every LogQL query says what SQLite says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from sigmapack.events.read import Event
from tests.engines.agreement import disagreements
from tests.engines.corpus import queries
from tests.engines.loki.engine import replay
from tests.shapes.loki import documents

pytestmark = pytest.mark.engines("loki")


def by_loki(events: Mapping[str, Sequence[Event]]) -> dict[str, list[bool | None]]:
    texts = {name: query.text for name, query in queries("loki", "logql").items()}
    verdict: dict[str, list[bool | None]] = {}
    for rule, own in events.items():
        found = {number: documents(event) for number, event in enumerate(own)}
        shown = {number: own for number, own in found.items() if own}
        hits = replay(shown, {rule: texts[rule]})[rule]
        verdict[rule] = [number in hits if number in shown else None for number in range(len(own))]
    return verdict


def test_loki_agrees() -> None:
    assert disagreements(by_loki, sorted(queries("loki", "logql"))) == []
