"""LogScale's alerts and searches, operated: who is named, when, how often, and nobody else."""

from __future__ import annotations

import json

import pytest

from tests.operation import cells
from tests.operation.made import scenarios
from tests.operation.model import DAY, HOUR, MINUTE, Run, Shipped
from tests.operation.products.cql import parsed
from tests.operation.products.logscale import LogScale, schedule

PRODUCT = LogScale()


@pytest.mark.parametrize("scenario", cells.NAMES)
def test_every_finding_is_raised_once_and_in_time(scenario: str) -> None:
    cells.check(PRODUCT, scenario)


def test_what_was_found_is_noted() -> None:
    noted = json.loads(cells.record(PRODUCT).read_text("utf-8"))
    assert [cell["scenario"] for cell in noted["cells"]] == cells.NAMES and noted["engine"]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("36 * * * *", (HOUR, 36 * MINUTE)),
        ("15 17 * * *", (DAY, 17 * HOUR + 15 * MINUTE)),
        ("3-59/6 * * * *", (6 * MINUTE, 3 * MINUTE)),
    ],
)
def test_a_cron_expression_is_read(cron: str, expected: tuple[int, int]) -> None:
    assert schedule(cron) == expected


def test_what_is_beyond_the_limit_of_a_minute_is_lost() -> None:
    rule = Shipped("rule", "", 0, 0, frozenset({"one"}), settings={"triggerLimit": 2})
    runs = [Run(second, [{"named": {"a"}}]) for second in (0.0, 1.0, 2.0, 61.0)]
    assert [alert.time for alert in PRODUCT.alerts(rule, runs)] == [0.0, 1.0, 61.0]


BRANCH = """  x
  | sigma_step := {step} | sigma_rule := "{rule}"
  | sigma_key_0 := lower(windows.Computer);
"""
DOMAIN = "dns_query_win_threecx_c2_domain"


def query(rest: str, *branches: tuple[int, str]) -> str:
    made = "".join(BRANCH.format(step=step, rule=rule) for step, rule in branches)
    return (
        f"case {{\n{made}}}\n| groupBy([sigma_key_0], function=[count(as=event_count)])\n{rest}\n"
    )


@pytest.mark.parametrize(
    ("rest", "branches", "rows"),
    [
        ("| event_count >= 1", [(1, DOMAIN)], 1),
        ("| event_count >= 2", [(1, DOMAIN)], 0),
        # The first branch that an event matches is its.
        ("| steps = 2", [(1, DOMAIN), (2, DOMAIN)], 0),
        # A field that is not there passes no comparison.
        ("| test(first_2 <= last_1)", [(1, DOMAIN)], 0),
        ("| test(last_ingested > end() - 60000)", [(1, DOMAIN)], 1),
        ("| test(last_ingested > end() - 5000)", [(1, DOMAIN)], 0),
    ],
)
def test_a_correlation_is_read_as_it_stands(
    rest: str, branches: list[tuple[int, str]], rows: int
) -> None:
    seen = next(each for each in scenarios() if each.name == "Sysmon alone").seen
    found = list(parsed(query(rest, *branches)).rows(seen, seen[0].arrives + 10))
    assert found == [{"ws-0001.corp.example"}][:rows]


def test_a_query_of_another_form_is_not_guessed_at() -> None:
    for rest in ("| event_count >= 1\n| sort(event_count)", ""):
        with pytest.raises(AssertionError):
            parsed(query(rest, (1, DOMAIN)))
