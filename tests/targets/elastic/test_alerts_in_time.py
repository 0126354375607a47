"""Correlations run often enough, look back far enough, and say whom they are about, once.

The clock is made up. A run of Kibana at a time looks at events that were indexed by then, from
`from` on (https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule,
"Additional look-back time"), and its query cuts that further.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from sigmapack.content.correlation import PERIOD, read_correlation
from sigmapack.content.load import load
from sigmapack.targets.schedules import LATE
from tests.conftest import ROOT
from tests.targets.elastic.shipped import rules

CONTENT = load(ROOT)
SPANS = {
    rule.id: read_correlation(rule).seconds / 60
    for rule in CONTENT.rules
    if rule.is_correlation and not rule.is_finding
}
CORRELATED = [rule for rule in rules() if rule["rule_id"] in SPANS]
COUNTED = [rule for rule in CORRELATED if rule["type"] == "esql"]
UNITS = {"second": 1 / 60, "minute": 1, "hour": 60, "day": 1440}


def by_name(rule: dict[str, Any]) -> str:
    return str(rule["name"])


class Schedule(NamedTuple):
    """Minutes: between runs, that Kibana and the query look back, and where stretches end."""

    every: int
    back: int
    cut: float
    ends: list[float]
    length: float


def schedule(rule: dict[str, Any]) -> Schedule:
    """What a rule's JSON and its ES|QL say."""
    query = rule["query"]
    cut = re.search(r"@timestamp >= NOW\(\) - (\d+) (\w+?)s? ", query)
    assert cut
    ends = re.search(r"sigma_end = \[([\d, ]+)\]", query)
    length = re.search(r"sigma_age < sigma_end \+ (\d+)", query)
    whole = int(cut[1]) * UNITS[cut[2]]
    return Schedule(
        int(rule["interval"].removesuffix("m")),
        int(rule["from"].removeprefix("now-").removesuffix("m")),
        whole,
        [int(end) / 60 for end in ends[1].split(", ")] if ends else [0.0],
        int(length[1]) / 60 if length else whole,
    )


def is_seen(found: Schedule, first: float, last: float, late: float) -> bool:
    """Whether one of the runs has all of a group of events within one of its stretches."""
    start = int(last + late) // found.every
    for number in range(start, start + int(found.length // found.every) + 3):
        time = number * found.every
        if time < last + late or first < time - min(found.back, found.cut):
            continue
        if any(time - end - found.length < first and last <= time - end for end in found.ends):
            return True
    return False


@pytest.mark.parametrize("rule", CORRELATED, ids=by_name)
def test_a_correlation_runs_twice_in_its_span_and_looks_back_over_more(
    rule: dict[str, Any],
) -> None:
    """Elastic (c): rules of ten minutes to an hour ran hourly."""
    span = SPANS[rule["rule_id"]]
    every = int(rule["interval"].removesuffix("m"))
    assert every <= span / 2
    assert int(rule["from"].removeprefix("now-").removesuffix("m")) >= span + every + LATE


@pytest.mark.parametrize("rule", COUNTED, ids=by_name)
def test_what_happens_within_a_span_is_seen_by_a_run_though_late(rule: dict[str, Any]) -> None:
    """Elastic (c): an hourly run that cut at ten minutes saw 10 of 60, and nothing late."""
    found = schedule(rule)
    span = SPANS[rule["rule_id"]]
    assert found.length == span
    assert found.cut >= span + found.every + LATE
    for tenths in range(0, 10 * max(60, found.every), 7):
        for length in (0, span / 2, span * 3 / 4):
            for late in (0, LATE / 2, LATE):
                first = 2 * span + tenths / 10
                assert is_seen(found, first, first + length, late), (tenths, length, late)


@pytest.mark.parametrize("rule", COUNTED, ids=by_name)
def test_no_stretch_is_longer_than_the_span(rule: dict[str, Any]) -> None:
    found, span = schedule(rule), SPANS[rule["rule_id"]]
    assert not is_seen(found, 3 * span, 4 * span + 0.1, 0)


@pytest.mark.parametrize("rule", COUNTED, ids=by_name)
def test_an_alert_is_silent_for_as_long_as_its_events_are_looked_at(rule: dict[str, Any]) -> None:
    """Elastic (d): rules over 24 hours and 30 days alerted daily or hourly on the same events."""
    silent = rule["alert_suppression"]["duration"]
    assert silent["unit"] == "h"
    assert silent["value"] * 60 >= schedule(rule).cut


@pytest.mark.parametrize("rule", COUNTED, ids=by_name)
def test_an_alert_is_told_from_others_by_a_column_of_its_query(rule: dict[str, Any]) -> None:
    """Elastic (d): STATS dropped the suppression's key, and no alert said which hosts."""
    last = rule["query"][rule["query"].rindex("| STATS ") :]
    columns = set(re.findall(r"(?:^\| STATS|,|^) *([\w.]+) = ", last, re.MULTILINE))
    columns |= set(re.findall(r"^\| RENAME \w+ AS ([\w.]+)", last, re.MULTILINE))
    assert set(rule["alert_suppression"]["group_by"]) <= columns
    assert {"first_time", "last_time"} <= columns
    assert {"host.name", "source.ip"} & columns
    assert len(columns) >= 6, "the indicators that it rests on"


def test_a_rule_that_counts_contacts_counts_no_rows() -> None:
    """Elastic (e): Defend's request and result, Sysmon and the DNS client were four contacts."""
    counts = [
        rule.id
        for rule in CONTENT.rules
        if rule.is_correlation and read_correlation(rule).value_field == PERIOD
    ]
    found = [rule for rule in CORRELATED if rule["rule_id"] in counts]
    assert len(found) == 4
    for rule in found:
        assert rule["type"] == "esql"
        assert "periods = COUNT_DISTINCT(DATE_TRUNC(1 hour, @timestamp))" in rule["query"]
        assert "COUNT(*)" not in rule["query"]
