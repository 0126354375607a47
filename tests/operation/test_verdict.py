"""The verdict on alerts is no kinder than an analyst: made-up products raise made-up alerts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import pytest

from tests.operation.clock import operate, times
from tests.operation.made import scenarios
from tests.operation.model import HOUR, MINUTE, Alert, Question, Row, Run, Scenario, Seen, Shipped
from tests.operation.verdict import judged

RULE = "dns_query_win_threecx_c2_domain"


class Ideal:
    """A product whose rule finds each event once, and alerts as a test says."""

    name = "ideal"
    engine = "none"

    def __init__(self, back: int = HOUR, arrival: bool = False, repeats: bool = False) -> None:
        self.rule = Shipped("rule", "", 15 * MINUTE, back, frozenset({RULE}), arrival=arrival)
        self.repeats = repeats
        self.asked: list[Question] = []

    def rules(self) -> Sequence[Shipped]:
        return [self.rule]

    def shows(self, seen: Seen) -> bool:
        return seen.sensor == "sysmon"

    def state(self, rule: Shipped, seen: Sequence[Seen], time: float) -> Hashable:
        return ()

    def rows(self, asked: Sequence[Question]) -> list[Sequence[Row]]:
        self.asked = list(asked)
        return [
            [
                {"number": seen.number, "host": seen.event.host}
                for seen in each.seen
                if RULE in seen.rules and self.shows(seen)
            ]
            for each in asked
        ]

    def alerts(self, rule: Shipped, runs: Sequence[Run]) -> list[Alert]:
        found: dict[int, Alert] = {}
        for run in runs:
            for row in run.rows:
                key = len(found) if self.repeats else row["number"]
                found.setdefault(key, Alert(rule.name, run.time, frozenset({row["host"].lower()})))
        return list(found.values())


def scenario(name: str) -> Scenario:
    return next(each for each in scenarios() if each.name == name)


def verdict(product: Ideal, name: str) -> tuple[str, ...]:
    own = scenario(name)
    return judged(product, own, operate(product, [scenario("empty site"), own])[name]).faults


@pytest.mark.parametrize("name", ["Sysmon alone", "one click", "5 minutes late", "empty site"])
def test_one_alert_on_the_host_in_time_is_right(name: str) -> None:
    assert verdict(Ideal(), name) == ()


def test_an_event_that_arrives_after_the_window_is_missed_unless_it_goes_by_arrival() -> None:
    assert verdict(Ideal(), "90 minutes late") == ("missed",)
    assert verdict(Ideal(arrival=True), "90 minutes late") == ()


def test_a_rule_that_looks_back_no_further_than_its_interval_misses_after_a_skipped_run() -> None:
    assert verdict(Ideal(back=15 * MINUTE), "a skipped run") == ("missed",)
    assert verdict(Ideal(), "a skipped run") == ()


def test_a_run_that_is_made_up_for_sees_what_it_would_have_seen_but_later() -> None:
    own = scenario("a skipped run")
    product = Ideal(back=15 * MINUTE)
    product.rule = replace(product.rule, continuous=True)
    late = judged(product, own, operate(product, [own])[own.name])
    assert (late.faults, late.alerts) == ((), 1)
    assert 15 * MINUTE < late.delay <= 30 * MINUTE


def test_the_same_event_in_every_run_is_repeated() -> None:
    assert verdict(Ideal(repeats=True), "Sysmon alone") == ("repeated", "too many")


def test_nothing_that_the_product_has_no_record_of_is_expected() -> None:
    own = scenario("one resolver")
    assert judged(Ideal(), own, []).expected == 0


def test_an_alert_on_another_machine_or_on_nobody_is_wrong() -> None:
    own = scenario("Sysmon alone")
    host = min(own.seen[0].about)
    for names in ({host, "srv-0001"}, {"203.0.113.9"}, set()):
        alert = Alert("rule", own.seen[0].arrives + 60, frozenset(names))
        assert "wrong" in judged(Ideal(), own, [alert]).faults
    # The address of the other side is no machine of the site.
    alert = Alert("rule", own.seen[0].arrives + 60, frozenset({host, "203.0.113.9"}))
    assert judged(Ideal(), own, [alert]).faults == ()


def test_every_rule_is_asked_of_an_empty_site_and_of_events_that_are_none_of_its_own() -> None:
    product = Ideal()
    operate(product, scenarios())
    assert any(not question.seen for question in product.asked)
    others = product.asked[0].seen
    assert len(others) > 100 and not any(RULE in seen.rules for seen in others)


def test_a_window_ends_at_the_moment_that_a_run_is_for() -> None:
    product = Ideal()
    own = scenario("on a window's edge")
    operate(product, [own])
    for question in product.asked[1:]:
        for seen in question.seen:
            assert question.time - HOUR <= seen.time <= question.time
            assert seen.arrives <= question.time


def test_a_rule_without_an_interval_runs_when_an_event_of_its_own_arrives() -> None:
    own = scenario("one click")
    arrivals = {seen.arrives for seen in own.seen if RULE in seen.rules}
    assert list(times(Shipped("rule", "", 0, 0, frozenset({RULE})), own)) == sorted(arrivals)
    assert list(times(Shipped("rule", "", 0, 0, frozenset()), own)) == []
