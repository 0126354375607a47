"""Loki's alerts, operated: who is named, when, how often, and nobody else."""

from __future__ import annotations

import json

import pytest

from sigmapack.events.read import Event
from tests.operation import cells
from tests.operation.made import scenarios
from tests.operation.model import HOUR, MINUTE, Run, Seen, Shipped
from tests.operation.products.loki import Loki, taken

pytestmark = pytest.mark.engines("loki")
PRODUCT = Loki()


@pytest.mark.parametrize("scenario", cells.NAMES)
def test_every_finding_is_raised_once_and_in_time(scenario: str) -> None:
    cells.check(PRODUCT, scenario)


def test_what_was_found_is_noted() -> None:
    noted = json.loads(cells.record(PRODUCT).read_text("utf-8"))
    assert [cell["scenario"] for cell in noted["cells"]] == cells.NAMES and noted["engine"]


def alerted(minutes: list[int], **settings: str) -> list[int]:
    """When a rule alerts that runs every five minutes and has a series at some of them."""
    rule = Shipped("rule", "", 5 * MINUTE, HOUR, frozenset(), settings=settings)
    runs = [Run(minute * MINUTE, [{"Computer": "a"}]) for minute in minutes]
    return [int(alert.time // MINUTE) for alert in PRODUCT.alerts(rule, runs)]


def test_a_series_is_one_alert_until_an_evaluation_lacks_it() -> None:
    assert alerted([5, 10, 15]) == [5]
    assert alerted([5, 10, 20, 25]) == [5, 20]


def test_an_alert_is_pending_and_kept_as_its_rule_says() -> None:
    assert alerted([5, 10, 15, 30, 35, 40], **{"for": "10m"}) == [15, 40]
    assert alerted([5, 20], keep_firing_for="5m") == [5, 20]
    assert alerted([5, 20], keep_firing_for="10m") == [5]


@pytest.mark.parametrize(
    ("name", "late", "expected"),
    [("one proxy", 59, 1), ("one proxy", 61, 0), ("Sysmon alone", 90, 1)],
)
def test_an_entry_an_hour_behind_its_stream_is_refused(name: str, late: int, expected: int) -> None:
    """A proxy's stream is never silent; that of a host's channel is."""
    (seen,) = next(each for each in scenarios() if each.name == name).seen
    moved = Seen(seen.number, seen.event, seen.sensor, seen.time, seen.time + late * MINUTE)
    assert len(list(taken([moved]))) == expected


def test_an_entry_behind_a_newer_one_of_its_own_stream_is_refused() -> None:
    (seen,) = next(each for each in scenarios() if each.name == "Sysmon alone").seen
    event: Event = seen.event
    newer = Seen(1, event, seen.sensor, seen.time + 2 * HOUR, seen.time + 2 * HOUR)
    older = Seen(2, event, seen.sensor, seen.time, seen.time + 3 * HOUR)
    assert len(list(taken([older, newer]))) == 1
