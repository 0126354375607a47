"""Which switches feed which rules: by log source, event ids, and the fields that events have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sigmapack.collection import naming
from sigmapack.collection.sysmon.needs import needs
from sigmapack.collection.sysmon.schema import LINUX, WINDOWS, Product
from sigmapack.collection.table import Switch, Table
from sigmapack.collection.terms import IS, Asked, Term
from sigmapack.content.model import Content, Problem, Rule

SENSORS: Mapping[str, Product] = {"windows": WINDOWS, "linux": LINUX}
CODE = "no-collection"


class Unfit(Exception):
    """Rules of the pack for whose logs nothing says what to switch on."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Fed:
    """A switch with the rules that it feeds, by name."""

    switch: Switch
    rules: tuple[Rule, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(naming.name(rule) for rule in self.rules)


def fed(content: Content, table: Table, asked: Asked) -> list[Fed]:
    """The switches that feed any rule, in the order of the table."""
    by_sensor = {
        name: {rule.id for need in needs(content, product, asked) for rule, _ in need.rules}
        for name, product in SENSORS.items()
    }
    found = []
    for switch in table.switches:
        rules = {
            rule.id: rule
            for rule in content.detections
            if rule.id in by_sensor.get(switch.sensor, ())
            or (switch.feeds(rule.logsource.key) and _fits(switch, asked[rule.path, rule.name]))
        }
        found.append(Fed(switch, tuple(sorted(rules.values(), key=lambda rule: rule.name))))
    return [one for one in found if one.rules]


def unfed(content: Content, found: list[Fed]) -> Iterator[Rule]:
    """The rules that no switch feeds."""
    ids = {rule.id for one in found for rule in one.rules}
    for rule in content.detections:
        if rule.id not in ids:
            yield rule


def problem(rule: Rule) -> Problem:
    """What is to be done for a rule that no switch feeds."""
    message = (
        f"nothing says what to switch on for {rule.logsource.key} with what this rule asks for: "
        "add a [[switch]] to sigmapack/collection/sources.toml"
    )
    return Problem(rule.path, rule.line("logsource"), CODE, message)


def _fits(switch: Switch, found: tuple[Term, ...]) -> bool:
    """Whether the events of a switch can fulfil any alternative of a rule."""
    return any(_suits(switch, term) for term in found)


def _suits(switch: Switch, term: Term) -> bool:
    fields = {ask.field for ask in term}
    numbers = {
        value for ask in term if ask.field == "EventID" and ask.how == IS for value in ask.values
    }
    if switch.ids and numbers and numbers.isdisjoint(map(str, switch.ids)):
        return False
    return fields.isdisjoint(switch.lacks) and (
        not switch.asks or not fields.isdisjoint(switch.asks)
    )
