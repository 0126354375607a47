"""Correlations: sequences of EQL, counts and steps of ES|QL."""

from __future__ import annotations

import pytest

from tests.targets.elastic.sample import compiled, correlated
from tests.targets.sample import CORRELATION, LOOKUPS, MakeContent, rule


def test_eql_orders_steps_in_a_sequence_within_the_span(make_content: MakeContent) -> None:
    text = correlated(make_content, "temporal_ordered")["eql"].text
    head, first, second = text.splitlines()[-3:]
    assert head == "sequence by host.name with maxspan=30m"
    assert first.startswith("  [any where (((?winlog.channel")
    assert 'dns.question.name : "b.example"' in second


def test_eql_counts_events_by_runs(make_content: MakeContent) -> None:
    text = correlated(make_content, "event_count", "    condition: {gte: 5}")["eql"].text
    assert text.rstrip().endswith("] with runs=5")
    more = correlated(make_content, "event_count", "    condition: {gt: 5}")["eql"].text
    assert more.rstrip().endswith("] with runs=6")
    fewer = correlated(make_content, "event_count", "    condition: {lt: 5}")["eql"]
    assert "not fewer" in fewer.reason


@pytest.mark.parametrize(
    ("kind", "condition", "why"),
    [
        ("temporal", "", "in order"),
        ("value_count", "    condition: {field: Image, gte: 3}", "distinct values"),
    ],
)
def test_eql_refuses_what_no_sequence_says(
    make_content: MakeContent, kind: str, condition: str, why: str
) -> None:
    found = correlated(make_content, kind, condition)
    assert why in found["eql"].reason
    assert "correlates none" in found["lucene"].reason


def test_esql_correlations_look_back_over_their_span_without_bins(
    make_content: MakeContent,
) -> None:
    text = correlated(make_content, "event_count", "    condition: {gte: 5}")["esql"].text
    assert "BUCKET" not in text.upper()
    assert "| WHERE @timestamp >= NOW() - 51 minutes AND (" in text
    assert "sigma_end = [0, 420, 840, 1260]\n" in text
    assert "| WHERE sigma_age >= sigma_end AND sigma_age < sigma_end + 1800\n" in text
    assert "| STATS event_count = COUNT(*),\n" in text
    assert "  BY sigma_end, sigma_computer\n| WHERE event_count >= 5\n" in text
    assert text.rstrip().endswith("| RENAME sigma_computer AS host.name")


def test_esql_wants_every_step_and_their_order(make_content: MakeContent) -> None:
    text = correlated(make_content, "temporal")["esql"].text
    assert "step_2 = COUNT(CASE(sigma_step_2, 1, NULL))" in text
    assert "| WHERE step_1 > 0 AND step_2 > 0" in text
    ordered = correlated(make_content, "temporal_ordered")["esql"].text
    assert "first_step = MIN(CASE(sigma_step_1, @timestamp, NULL))" in ordered
    assert "last_step = MAX(CASE(sigma_step_2, @timestamp, NULL))" in ordered
    assert "| WHERE first_step <= last_step" in ordered


def test_esql_counts_distinct_values(make_content: MakeContent) -> None:
    one = rule("one", "s: {QueryName: a.example}\ncondition: s", LOOKUPS, n=1)
    two = rule("two", "s: {QueryName: b.example}\ncondition: s", LOOKUPS, n=2)
    condition = "    condition: {field: QueryName, gte: 3}"
    text = CORRELATION.format(type="value_count", rules="one, two", span="30m", condition=condition)
    found = compiled(make_content(one=one, two=two, three=text))["correlated", "esql"].text
    assert "sigma_value = TO_LOWER(dns.question.name)" in found
    assert "value_count = COUNT_DISTINCT(sigma_value)" in found
    assert "| WHERE value_count >= 3" in found
