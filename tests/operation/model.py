"""What is operated: scenarios of events that arrive, rules that ship, alerts that are raised.

All times are seconds since 1970, UTC; a scenario's clock is simulated.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sigmapack.events.read import Event

MINUTE, HOUR, DAY = 60, 3600, 86400

Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Seen:
    """An event as one sensor has seen it.

    Attributes:
        number: its place among the events of all scenarios.
        event: as `build.py replay` reads it.
        sensor: who saw it, see `sensors`.
        time: when it happened.
        arrives: when the product has it.
        through: the machine that passed it on under its own name; empty for none.
        rules: names of the single-event rules that it is an event of, by the compiled SQLite.
    """

    number: int
    event: Event
    sensor: str
    time: float
    arrives: float
    through: str = ""
    rules: frozenset[str] = frozenset()

    @property
    def about(self) -> frozenset[str]:
        """The host or client that the event is about, by its names."""
        fields = self.event.fields
        known = (self.event.host, *(fields.get(name) for name in ("src_ip", "id.orig_h", "Source")))
        return frozenset(str(name).lower() for name in known if name)


@dataclass(frozen=True)
class Finding:
    """A host or client that has to be found.

    Attributes:
        names: any of these in an alert names it: host name, with and without domain, or address.
    """

    names: frozenset[str]

    def evidence(self, scenario: Scenario) -> tuple[Seen, ...]:
        """The events of a scenario that are about it and that a rule is for."""
        return tuple(seen for seen in scenario.seen if seen.rules and self.names & seen.about)


@dataclass(frozen=True)
class Scenario:
    """Events of a site over some time, and what a good product makes of them.

    Attributes:
        name: what the matrix calls it.
        seen: the events, in the order in which they were written.
        start: when the rules begin to run.
        end: when the clock stops.
        findings: whom the alerts have to name, and nobody else.
        most: alerts for one finding, at most; for several findings, on average.
        skips: whether the scheduler leaves out the first run of a rule that would have found it.
    """

    name: str
    seen: tuple[Seen, ...]
    start: float
    end: float
    findings: tuple[Finding, ...] = ()
    most: float = 3
    skips: bool = False


@dataclass(frozen=True)
class Shipped:
    """A scheduled rule as its package has it.

    Attributes:
        name: what an analyst sees.
        text: the query.
        every: seconds between runs; none where each event is looked at as it arrives.
        back: seconds that a run looks back, by the time of events.
        members: names of the rules that it is made of: its own, and those that it correlates.
        phase: seconds after a full interval at which runs start.
        delay: seconds from the moment that a run is for to its taking place.
        arrival: whether a run looks back by when events arrived instead.
        continuous: whether a run that is left out is made up for, when the next is due.
        settings: what the product's alerting reads besides, as it stands in the package.
    """

    name: str
    text: str
    every: int
    back: int
    members: frozenset[str]
    phase: int = 0
    delay: int = 0
    arrival: bool = False
    continuous: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def single(self) -> bool:
        """Whether it looks at each event by itself."""
        return len(self.members) == 1


@dataclass(frozen=True)
class Question:
    """What the engine is asked: a rule's query over the events that a run of it sees."""

    rule: Shipped
    seen: tuple[Seen, ...]
    time: float


@dataclass(frozen=True)
class Run:
    """One run of a rule: when it takes place, and the rows of its query."""

    time: float
    rows: Sequence[Row]


@dataclass(frozen=True)
class Alert:
    """What an analyst gets: from which rule, when, and whom it names.

    Attributes:
        rule: its name.
        time: when it is raised.
        named: hosts, clients and addresses, as `verdict.plain` writes them.
        joins: whether it is added to an alert or incident that is open already, and no new one.
    """

    rule: str
    time: float
    named: frozenset[str]
    joins: bool = False


class Product(Protocol):
    """How a product runs the rules of its package, and makes alerts of rows."""

    name: str

    @property
    def engine(self) -> str:
        """What runs the queries, with its version."""
        ...

    def rules(self) -> Sequence[Shipped]:
        """The scheduled rules that ship, those for hunting left out."""
        ...

    def shows(self, seen: Seen) -> bool:
        """Whether the product has any record of an event."""
        ...

    def state(self, rule: Shipped, seen: Sequence[Seen], time: float) -> Hashable:
        """What a run's rows depend on besides the events that it sees, as an age that it asks."""
        ...

    def rows(self, asked: Sequence[Question]) -> list[Sequence[Row]]:
        """The rows of each query over the events that its run sees."""
        ...

    def alerts(self, rule: Shipped, runs: Sequence[Run]) -> list[Alert]:
        """The alerts of a rule, by trigger, suppression, grouping and entities as documented."""
        ...
