"""Every finding of Sentinel's rules is raised once, in time, under the name of its host."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.engines.kusto.clock import Arrival, minutes, raised, rows, rules
from tests.engines.kusto.engine import NUMBER

pytestmark = pytest.mark.engines("duckdb-kql")

HOST = "correlation_threecx_beacon_host"
LOOKUP = "dns_query_win_threecx_c2_domain"
SEVERAL = "correlation_threecx_c2_domain_several_hosts"


def lookup(host: str, at: float, late: float = 1) -> Arrival:
    """A host's lookup of a campaign domain, and how many minutes later it arrived."""
    return Arrival(rows(LOOKUP, Computer=host, Dvc=host, DvcHostname=host), at, at + late)


def names(found: list[list[dict[str, object]]]) -> list[list[str]]:
    return [sorted(str(row["Device"]).lower() for row in each) for each in found]


def test_an_event_is_in_one_run_whenever_it_arrived() -> None:
    """Sentinel (f). Runs look back further than their interval: an event was in up to 26."""
    every = minutes(rules()[LOOKUP]["queryFrequency"])
    arrivals = [lookup(f"pc{at}", at, late) for at in range(60, 120, 4) for late in (0.5, 4, 9)]
    found = raised(LOOKUP, arrivals, range(0, 180 + every, every))
    seen = Counter(row[NUMBER] for each in found for row in each)
    assert seen == Counter(range(len(arrivals)))


def test_a_condition_that_goes_on_is_raised_once() -> None:
    """Sentinel (f). An hour's run over 26 hours raised five lookups 24 times."""
    arrivals = [lookup("pc1.corp.example", 240 * n) for n in range(8)]
    found = raised(HOST, arrivals, range(900, 1800, 60))
    assert [each for each in names(found) if each] == [["pc1"]]
    # Five lookups within a day, at the exact distance.
    slow = raised(HOST, [lookup("pc1", 360 * n) for n in range(7)], range(1380, 2280, 60))
    assert [each for each in names(slow) if each] == [["pc1"]]


def test_a_condition_that_holds_by_what_came_late_is_raised() -> None:
    """Sentinel (f). Not the last event makes the news: the third of five arrives after all."""
    arrivals = [lookup("pc1", at) for at in (10, 70, 190, 250)] + [lookup("pc1", 130, late=200)]
    assert names(raised(HOST, arrivals, range(240, 480, 60))) == [[], [], ["pc1"], []]


def test_of_several_hosts_each_is_named_and_a_further_one_by_itself() -> None:
    """Sentinel (h). One row named one host, or none: the others were not in any alert."""
    arrivals = [lookup(f"pc{n}.corp.example", 10 * n) for n in (1, 2, 3)] + [lookup("pc4", 600)]
    found = raised(SEVERAL, arrivals, range(60, 780, 60))
    assert [each for each in names(found) if each] == [["pc1", "pc2", "pc3"], ["pc4"]]
    rule = rules()[SEVERAL]
    assert rule["eventGroupingSettings"] == {"aggregationKind": "AlertPerResult"}
    grouping = rule["incidentConfiguration"]["groupingConfiguration"]
    assert grouping["enabled"] and grouping["matchingMethod"] == "AnyAlert"
    (host,) = [e for e in rule["entityMappings"] if e["entityType"] == "Host"]
    assert host["fieldMappings"] == [{"identifier": "HostName", "columnName": "Device"}]
    assert names(raised(SEVERAL, arrivals[:2], [60])) == [[]]


def test_an_alert_says_what_it_rests_on() -> None:
    """Sentinel: a correlation's alert carries the entities and indicators that it rests on."""
    arrivals = [lookup("pc1", 60 * n) for n in range(5)]
    ((row,),) = raised(HOST, arrivals, [300])
    assert row["Indicators"] == rows(LOOKUP)[0][1]["DnsQuery"]
    assert row["Rules"] == LOOKUP
    details = rules()[HOST]["customDetails"]
    assert {details["Indicators"], details["Rules"], details["Key"]} <= set(row)
    for entity in rules()[HOST]["entityMappings"]:
        assert {field["columnName"] for field in entity["fieldMappings"]} <= set(row)
