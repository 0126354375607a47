"""Lookups that the resolvers of clouds log in tables of their own are seen as those of others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sigmapack.events.read import Event
from tests.engines import corpus
from tests.engines.kusto.engine import replay
from tests.engines.kusto.test_sensors import queries
from tests.shapes.microsoft import Document
from tests.shapes.sentinel import cloud

pytestmark = pytest.mark.engines("duckdb-kql")

SOURCE = "any/dns"


@pytest.mark.parametrize(
    ("made", "answers"), [(cloud.azure, False), (cloud.amazon, True)], ids=["azure", "amazon"]
)
def test_a_rule_says_the_same_of_a_clouds_resolver(
    made: Callable[[Event], list[Document]], answers: bool
) -> None:
    """Only that a filter answered is unknown where a log has no answers."""
    asked = {q.rule.name: q.text for q in queries() if q.rule.logsource.key == SOURCE}
    cases = [case for case in corpus.cases() if case.event.logsource[0].key == SOURCE]
    rows = {case.number: own for case in cases if (own := made(case.event))}
    assert len(asked) == 3 and len(rows) > len(cases) * 0.8
    lost = corpus.differences(replay("sentinel", rows, asked), set(rows))
    blocked = "net_dns_threecx_c2_domain_blocked missed: "
    assert [line for line in lost if answers or not line.startswith(blocked)] == []
    assert bool(lost) != answers
