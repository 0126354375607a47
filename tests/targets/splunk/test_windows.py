"""Correlations over hand-made rows: what an alert counts, from when to when, and of whom.

The rows go through `tests/engines/spl/streams.py`, a reading of Splunk's documentation.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.engines.spl import streams
from tests.targets.splunk.shipped import queries

DAY = 86400


def fired(name: str, *rows: dict[str, Any], without: str = "") -> list[dict[str, Any]]:
    """What a correlation gives for rows, or what it would give without a part of it."""
    text = queries()[name].text
    assert without in text
    return streams.run(rows, text.replace(without, ""), first_moment=True)


def row(time: float, step: Any = 1, rule: Any = "one", **fields: Any) -> dict[str, Any]:
    return {"_time": time, "sigma_step": step, "sigma_rule": rule, **fields}


@pytest.mark.parametrize(
    ("name", "field", "whom"),
    [
        ("correlation_threecx_c2_domain_several_hosts", "dest", "abc"),
        ("correlation_threecx_c2_domain_several_clients", "src", "abcd"),
    ],
)
def test_several_is_silent_on_no_data_and_names_whom_it_counts(
    name: str, field: str, whom: str
) -> None:
    """Letter (a): `stats` without BY gave a row with count=0 every hour, without a host."""
    assert fired(name) == []
    seen = [row(n, **{field: who}, domain=f"{who}.example") for n, who in enumerate(whom)]
    assert fired(name, *seen[:-1]) == []
    (alert,) = fired(name, *seen)
    assert alert[field] == list(whom)
    assert alert["domain"] == [f"{who}.example" for who in whom]
    assert alert["event_count"] == len(whom)


def test_an_empty_site_is_silent() -> None:
    """Letter (a), for every correlation."""
    loud = {n for n, query in queries().items() if query.rule.is_correlation and fired(n)}
    assert loud == set()


def test_steps_of_one_second_are_taken_in_their_order() -> None:
    """Letter (i): rows of one moment came out of `sort 0 _time` in any order."""
    name = "correlation_threecx_verdict_then_exclusion"
    one, two = row(100, 1, dest="a"), row(100, 2, dest="a")
    assert len(fired(name, one, two)) == len(fired(name, two, one)) == 1
    text = queries()[name].text.replace("| sort 0 _time sigma_step", "| sort 0 _time")
    assert streams.run([one, two], text, first_moment=True) == []


def test_what_is_rare_is_not_pushed_out_by_what_is_frequent() -> None:
    """Letter (n): a window of `streamstats` holds 10,000 rows of all hosts together."""
    name = "correlation_threecx_affected_build_and_campaign_traffic"
    noise = [row(10 + n / 10, 1, dest=f"other-{n % 50}") for n in range(10_001)]
    rows = [row(0, 1, dest="a"), *noise, row(2 * DAY, 2, dest="a")]
    assert [alert["dest"] for alert in fired(name, *rows)] == ["a"]
    thinning = "\n| eventstats dc(sigma_step) as sigma_seen by dest\n| where sigma_seen >= 2"
    assert fired(name, *rows, without=thinning) == []


def test_a_chain_is_told_from_its_first_event_with_all_that_its_window_holds() -> None:
    """Letter (h): `first_time` was the last event's, `count` the firing rows', times numbers."""
    name = "correlation_threecx_macos_chain"
    start = 1_680_000_000
    (alert,) = fired(
        name,
        row(start, 1, "files", dest="mac", file_path="/lock"),
        row(start + 60, 2, "agent", dest="mac", process_path="/UpdateAgent", user="u"),
        row(start + 70, 3, "connects", dest="mac", domain="bad.example"),
    )
    assert alert["first_time"] == "2023-03-28T10:40:00+0000"
    assert alert["last_time"] == "2023-03-28T10:41:10+0000"
    assert alert["event_count"] == 3
    assert alert["sigma_rule"] == ["agent", "connects", "files"]
    told = {name: alert[name] for name in ("file_path", "process_path", "user", "domain")}
    assert told == {
        "file_path": ["/lock"],
        "process_path": ["/UpdateAgent"],
        "user": ["u"],
        "domain": ["bad.example"],
    }


def test_a_count_is_told_with_its_window() -> None:
    """Letter (h): a fourth lookup made it `count=2`, the firing rows."""
    rows = [row(n, dest="a", domain="bad.example", sigma_period=n) for n in range(4)]
    (alert,) = fired("correlation_threecx_blocked_retry_host", *rows)
    assert (alert["dest"], alert["event_count"], alert["domain"]) == ("a", 4, ["bad.example"])
