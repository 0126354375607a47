"""Correlation rules are read into steps, spans and groups."""

from __future__ import annotations

import pytest
from sigma.exceptions import SigmaError

from sigmapack.content.correlation import Correlation, read_correlation
from sigmapack.content.model import Refused, Rule


def read(**correlation: object) -> Correlation:
    document = {"title": "c", "correlation": {"timespan": "1h", "group-by": ["h"], **correlation}}
    return read_correlation(Rule("c.yml", document))


def test_extended_condition_becomes_steps_of_alternatives() -> None:
    found = read(type="temporal", rules=["a", "b", "c"], condition="(a or b) and c")
    assert (found.steps, found.members) == ((("a", "b"), ("c",)), ("a", "b", "c"))


def test_plain_temporal_needs_all_its_rules() -> None:
    found = read(type="temporal_ordered", rules=["a", "b"], timespan="30d")
    assert (found.steps, found.seconds) == ((("a",), ("b",)), 30 * 86400)


def test_count_is_one_step_with_its_threshold() -> None:
    found = read(type="event_count", rules=["a", "b"], condition={"gte": 5})
    assert (found.steps, found.operator, found.count) == ((("a", "b"),), "gte", 5)


def test_alias_names_the_field_of_each_member() -> None:
    aliases = {"client": {"a": "src_ip", "b": "id.orig_h"}}
    condition = {"gte": 3, "field": "client"}
    found = read(type="value_count", rules=["a", "b"], condition=condition, aliases=aliases)
    assert found.value_field == "client"
    assert [found.field("client", name) for name in ("a", "b", "c")] == [
        "src_ip",
        "id.orig_h",
        "client",
    ]


@pytest.mark.parametrize("condition", ["a and not b", "a or (b and c)"])
def test_condition_that_is_no_and_of_ors_is_refused(condition: str) -> None:
    with pytest.raises(Refused, match="AND of ORs"):
        read(type="temporal", condition=condition)


def test_some_of_the_rules_are_refused() -> None:
    with pytest.raises(Refused, match="only some"):
        read(type="temporal", rules=["a", "b", "c"], condition={"gte": 2})


def test_broken_correlation_is_an_error() -> None:
    with pytest.raises(SigmaError):
        read(type="sometimes", rules=["a"])
