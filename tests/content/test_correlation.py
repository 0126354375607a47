"""Correlation rules are read into steps, spans and groups."""

from __future__ import annotations

import pytest
from sigma.exceptions import SigmaError

from sigmapack.content.correlation import PERIOD, Correlation, read_correlation
from sigmapack.content.load import chained
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


def finding(name: str, key: str, *rules: str, **aliases: dict[str, str]) -> Rule:
    correlation = {
        "type": "event_count",
        "rules": list(rules),
        "group-by": [key],
        "aliases": aliases,
        "timespan": "1h",
        "condition": {"gte": 1},
    }
    return Rule(f"{name}.yml", {"title": name, "name": name, "correlation": correlation})


SEEN = finding("seen", "client", "a", "b", client={"a": "src_ip", "b": "id.orig_h"})


def chain(kind: str, *rules: str, **correlation: object) -> Rule:
    body = {"type": kind, "rules": list(rules), "group-by": ["client"], "timespan": "24h"}
    last = Rule("c.yml", {"title": "c", "correlation": {**body, **correlation}})
    return chained((SEEN, last))[-1]


def test_a_finding_stands_for_the_rules_that_it_gathers() -> None:
    found = read_correlation(chain("temporal", "seen", "z"))
    assert found.steps == (("a", "b"), ("z",))
    assert [found.field("client", name) for name in "abz"] == ["src_ip", "id.orig_h", "client"]


def test_to_count_findings_is_to_count_their_periods() -> None:
    """All: a contact that several sensors see is one contact.

    A browser's three queries, seen by three sensors, were nine.
    """
    found = read_correlation(chain("event_count", "seen", condition={"gte": 5}))
    assert (found.type, found.value_field, found.period) == ("value_count", PERIOD, 3600)
    assert (found.members, found.count) == (("a", "b"), 5)


def test_rules_are_counted_one_by_one_where_not_all_are_findings() -> None:
    found = read_correlation(chain("event_count", "seen", "z", condition={"gte": 5}))
    assert (found.type, found.period) == ("event_count", 0)


def test_a_finding_that_is_grouped_otherwise_is_refused() -> None:
    rule = chain("temporal", "seen", "z", **{"group-by": ["client", "user"]})
    with pytest.raises(Refused, match="seen is not grouped as the correlation of it is"):
        read_correlation(rule)


@pytest.mark.parametrize(
    ("condition", "right"), [({"gte": 1}, True), ({"gt": 0}, True), ({"gte": 2}, False)]
)
def test_a_finding_is_what_one_event_is_enough_for(condition: object, right: bool) -> None:
    correlation = {**SEEN.document["correlation"], "condition": condition}
    assert SEEN.with_document({**SEEN.document, "correlation": correlation}).is_finding is right
    assert not Rule("c.yml", {"title": "c", "detection": {}}).is_finding


def test_broken_correlation_is_an_error() -> None:
    with pytest.raises(SigmaError):
        read(type="sometimes", rules=["a"])
