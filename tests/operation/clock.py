"""The simulated clock: which runs a rule makes, and what each of them sees.

A run that sees the same events of its rule as an earlier one gives the same rows and is not asked
again; which events are those of a rule is what its compiled SQLite says, on which all engines agree
(`tests/engines`). The engine gets all events of the window, the others too; a window without any of
the rule's own is asked once, over those of all scenarios. So 35 days cost no more than what happens
in them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.operation.model import DAY, Alert, Product, Question, Run, Scenario, Seen, Shipped


def times(rule: Shipped, scenario: Scenario) -> Iterator[float]:
    """The moments that the runs of a rule are for: at the same phase of every interval.

    One without an interval runs whenever an event of its own arrives.
    """
    if not rule.every:
        yield from sorted({seen.arrives for seen in own(rule, scenario.seen)})
        return
    first = scenario.start - scenario.start % rule.every + rule.phase
    while first <= scenario.end:
        yield first
        first += rule.every


def visible(rule: Shipped, scenario: Scenario, time: float) -> tuple[Seen, ...]:
    """The events that have arrived and whose time lies in the window of a run."""
    return tuple(
        seen
        for seen in scenario.seen
        if seen.arrives <= time + rule.delay
        and time - rule.back <= (seen.arrives if rule.arrival else seen.time) <= time
    )


def own(rule: Shipped, seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """The events that are of the rule, or of those that it correlates."""
    return tuple(each for each in seen if each.rules & rule.members)


@dataclass(frozen=True)
class Plan:
    """The runs of one rule in one scenario, each with the place of its question."""

    scenario: Scenario
    rule: Shipped
    runs: tuple[tuple[float, int], ...]


def planned(
    product: Product, scenario: Scenario, asked: list[Question], nothing: dict[str, int]
) -> Iterator[Plan]:
    """Each rule's runs; what has to be asked is added to the questions, each once.

    Args:
        product: who runs them.
        scenario: what happens meanwhile.
        asked: all questions so far.
        nothing: rule -> the place of the question what it says of others' events.
    """
    for rule in product.rules():
        places: dict[Hashable, int] = {}
        runs: list[tuple[float, int]] = []
        skips = scenario.skips
        late = 0
        for time in times(rule, scenario):
            found = visible(rule, scenario, time)
            mine = own(rule, found)
            if mine and skips:
                skips = False
                if not rule.continuous:
                    continue
                late = rule.every
            if not mine and runs:
                continue
            key = (tuple(seen.number for seen in mine), mine and product.state(rule, mine, time))
            if not mine and scenario.seen:
                places[key] = nothing[rule.name]
            elif key not in places:
                places[key] = len(asked)
                asked.append(Question(rule, found, time))
            runs.append((time + rule.delay + late, places[key]))
            late = 0
        yield Plan(scenario, rule, tuple(runs))


def others(rule: Shipped, scenarios: Sequence[Scenario]) -> Question:
    """What a rule says of the events of all scenarios that are not of its own."""
    seen = [each for scenario in scenarios if len(scenario.seen) < 100 for each in scenario.seen]
    time = scenarios[0].start + DAY
    return Question(rule, tuple(each for each in seen if not each.rules & rule.members), time)


def operate(product: Product, scenarios: Sequence[Scenario]) -> dict[str, list[Alert]]:
    """The alerts that a product raises in each scenario, in the order of time.

    All queries of all scenarios go to the engine at once: starting one costs more than asking it.
    """
    asked = [others(rule, scenarios) for rule in product.rules()]
    nothing = {question.rule.name: place for place, question in enumerate(asked)}
    plans = [plan for each in scenarios for plan in planned(product, each, asked, nothing)]
    rows = product.rows(asked)
    alerts: dict[str, list[Alert]] = {}
    for plan in plans:
        runs = [Run(time, rows[place]) for time, place in plan.runs]
        alerts.setdefault(plan.scenario.name, []).extend(product.alerts(plan.rule, runs))
    return {
        name: sorted(found, key=lambda alert: (alert.time, alert.rule, sorted(alert.named)))
        for name, found in alerts.items()
    }
