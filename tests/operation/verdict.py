"""Whether the alerts of a scenario are right: who is named, when, how often, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.operation.model import MINUTE, Alert, Finding, Product, Scenario

#: What a site's own machines are called; other names in an alert are of the other side.
OWN = re.compile(r"10\.\d+\.\d+\.\d+|(ws|mac|srv|col)-[a-z0-9-]+(\.corp\.example)?")
#: Seconds from the arrival of the first evidence in which a finding has to be named: most rules
#: run hourly or more often. Where a run is left out, it is the run after.
WITHIN = 75 * MINUTE
LEFT_OUT = 60 * MINUTE


@dataclass(frozen=True)
class Verdict:
    """What was right and wrong in one scenario on one product.

    Attributes:
        expected: findings of which the product has a record.
        missed: findings that none names, or too late.
        wrong: alerts that name somebody who has nothing to do with it, or nobody.
        repeated: alerts of a rule that names a finding again though no new evidence arrived.
        most: alerts for one finding; for several, on average.
        delay: seconds from evidence to the first alert, the longest of all findings.
        alerts: all that are new, and do not join an open one.
        allowed: alerts for one finding, at most.
    """

    expected: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    repeated: tuple[str, ...]
    most: float
    delay: float
    alerts: int
    allowed: float

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong, by kind."""
        kinds = {"missed": self.missed, "wrong": self.wrong, "repeated": self.repeated}
        found = [kind for kind, listed in kinds.items() if listed]
        return (*found, *(["too many"] if self.most > self.allowed else []))


def judged(product: Product, scenario: Scenario, alerts: Sequence[Alert]) -> Verdict:
    """The verdict on a scenario's alerts; a finding that the product has no record of is no miss.

    Args:
        product: who raised them.
        scenario: what happened.
        alerts: what was raised, in the order of time.
    """
    found = {finding: evidence(product, scenario, finding) for finding in scenario.findings}
    arrivals = {finding: times for finding, times in found.items() if times}
    known = frozenset().union(*(finding.names for finding in arrivals))
    within = WITHIN + (LEFT_OUT if scenario.skips else 0)
    delays: dict[Finding, float] = {}
    for finding, times in arrivals.items():
        first = next((alert.time for alert in alerts if alert.named & finding.names), None)
        if first is not None and first - min(times) <= within:
            delays[finding] = first - min(times)
    right = [alert for alert in alerts if alert.named & known and not alert.joins]
    return Verdict(
        expected=len(arrivals),
        missed=tuple(min(finding.names) for finding in arrivals if finding not in delays),
        wrong=tuple(wrong(alerts, known)),
        repeated=tuple(repeated([a for a in alerts if not a.joins], arrivals)),
        most=round(len(right) / max(1, len(arrivals)), 2),
        delay=max(delays.values(), default=0.0),
        alerts=sum(not alert.joins for alert in alerts),
        allowed=scenario.most,
    )


def evidence(product: Product, scenario: Scenario, finding: Finding) -> list[float]:
    """When the evidence of a finding arrives that the product has a record of."""
    return [seen.arrives for seen in finding.evidence(scenario) if product.shows(seen)]


def wrong(alerts: Sequence[Alert], known: frozenset[str]) -> Iterator[str]:
    """Alerts that name nobody, or a machine of the site that nothing happened to."""
    for alert in alerts:
        others = {name for name in alert.named - known if OWN.fullmatch(name)}
        if others or not alert.named & known:
            yield f"{alert.rule}: {', '.join(sorted(others)) or 'nobody'}"


def repeated(alerts: Sequence[Alert], arrivals: dict[Finding, list[float]]) -> Iterator[str]:
    """Alerts of a later run of a rule on a finding, with no evidence since its last one on it."""
    last: dict[tuple[str, Finding], float] = {}
    for alert in alerts:
        named = [finding for finding in arrivals if alert.named & finding.names]
        old = [
            finding
            for finding in named
            if last.get((alert.rule, finding), alert.time) < alert.time
            and not any(last[alert.rule, finding] < at <= alert.time for at in arrivals[finding])
        ]
        if named and len(old) == len(named):
            yield f"{alert.rule}: {min(old[0].names)}"
        last |= {(alert.rule, finding): alert.time for finding in named}


def plain(name: object) -> str:
    """A name as it is compared: in lower case, without blanks; empty for what names nobody."""
    text = str(name if name is not None else "").strip().lower()
    return "" if text in {"-", "none", "null"} else text
