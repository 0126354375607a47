"""Splunk's searches, operated: who is named, when, how often, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.operation import cells
from tests.operation.made import scenarios
from tests.operation.model import Run, Shipped
from tests.operation.products import savedsearches
from tests.operation.products.splunk import Splunk, stored

pytestmark = pytest.mark.engines("teragrep")
PRODUCT = Splunk()


@pytest.mark.parametrize("scenario", cells.NAMES)
def test_every_finding_is_raised_once_and_in_time(scenario: str) -> None:
    cells.check(PRODUCT, scenario)


def test_what_was_found_is_noted() -> None:
    noted = json.loads(cells.record(PRODUCT).read_text("utf-8"))
    assert [cell["scenario"] for cell in noted["cells"]] == cells.NAMES and noted["engine"]


@pytest.mark.parametrize(
    ("cron", "every", "phase"),
    [("3-59/5 * * * *", 300, 180), ("38 * * * *", 3600, 2280), ("16 23 * * *", 86400, 83760)],
)
def test_a_schedule_is_read(cron: str, every: int, phase: int) -> None:
    assert savedsearches.schedule(cron) == (every, phase)


@pytest.mark.parametrize("cron", ["*/5 * * * *", "7-59/7 * * * *", "1 2 * * 1"])
def test_a_schedule_that_is_not_read_is_an_error(cron: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        savedsearches.schedule(cron)


def test_a_window_is_read() -> None:
    times = {"dispatch.earliest_time": "-25m@m", "dispatch.latest_time": "now"}
    assert savedsearches.window({**times, "search": "x"}) == (1500, 0, None)
    indexed = {**times, "dispatch.index_earliest": "-15m@m", "dispatch.latest_time": "+60m"}
    assert savedsearches.window({**indexed, "search": "x"}) == (1500, 3600, 900)
    with pytest.raises(AssertionError):
        savedsearches.window({**times, "search": "index=x earliest=-1h"})


def raised(settings: Mapping[str, str], *runs: tuple[float, list[dict[str, Any]]]) -> list[Any]:
    """When made-up runs of a search alert, and on whom."""
    (rule, *_) = [each for each in PRODUCT.rules() if each.settings["alert.digest_mode"] == "0"]
    made = {**rule.settings, "alert.suppress.fields": "src", **settings}
    own = Shipped(rule.name, rule.text, 300, 900, rule.members, settings=made)
    found = PRODUCT.alerts(own, [Run(time, rows) for time, rows in runs])
    return [(alert.time, sorted(alert.named)) for alert in found]


def test_a_machine_is_silent_for_the_period_and_another_is_not() -> None:
    a, b = {"src": "a"}, {"src": "b"}
    runs: list[tuple[float, list[dict[str, Any]]]] = [(0, [a, a]), (60, [a, b]), (120, [a])]
    assert raised({"alert.suppress.period": "2m"}, *runs) == [(0, ["a"]), (60, ["b"]), (120, ["a"])]
    assert len(raised({"alert.suppress": "0"}, *runs)) == 5


def test_a_result_without_the_machine_is_never_silent() -> None:
    assert raised({}, (0, [{}]), (60, [{}])) == [(0, []), (60, [])]


def test_a_run_alerts_on_so_many_results_only() -> None:
    rows = [{"src": f"ws-{number}"} for number in range(700)]
    assert [len(raised({}, (0, rows))), len(raised({}, (0, rows), (60, rows)))] == [500, 700]


def test_a_collector_is_named_where_a_search_does_not_say_whom_to_take() -> None:
    row = {"src": "ws-1", "orig_host": "col-01"}
    taken = "action.notable.param.extract_assets"
    assert raised({taken: '["src"]'}, (0, [row])) == [(0, ["ws-1"])]
    assert raised({taken: ""}, (0, [row])) == [(0, ["col-01", "ws-1"])]


def test_what_is_forwarded_has_the_collector_as_its_host() -> None:
    (scenario,) = [each for each in scenarios() if each.name == "forwarded events"]
    for seen in scenario.seen:
        (document,) = stored(seen)
        assert (document["host"], document["Computer"]) == (seen.through, seen.event.host)
