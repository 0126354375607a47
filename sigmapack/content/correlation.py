"""Read a Sigma correlation rule into `Correlation`: steps of alternatives, span, grouping.

A correlation may refer to findings, which are correlations themselves ("correlation rules can refer
to other correlation rules"): a finding stands for any of the rules that it gathers, grouped as it
groups them. To count findings is to count the periods, as long as their span, in which there are
any: a browser asks for three records of a name, and three sensors see it, and that is one contact.

Specification: Sigma correlation rules 2.1 (https://sigmahq.io/docs/meta/correlations.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionItem,
    CorrelationConditionOR,
    SigmaCorrelationRule,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)

from sigmapack.content.model import Refused, Rule

#: Counted by value: the period in which an event lies.
PERIOD = "@period"


@dataclass(frozen=True)
class Correlation:
    """A Sigma correlation rule, read: every step is a set of alternatives of which one must occur.

    Specification: https://sigmahq.io/docs/meta/correlations.html (types, timespan, group-by,
    aliases, extended conditions). `temporal` steps may come in any order.
    """

    rule: Rule
    type: str
    steps: tuple[tuple[str, ...], ...]
    span: str
    seconds: int
    group_by: tuple[str, ...]
    aliases: Mapping[str, Mapping[str, str]]
    operator: str
    count: int
    value_field: str | None
    """The field whose values are counted; `PERIOD` where it is the time."""
    period: int = 0
    """Seconds of what is counted by `PERIOD`."""

    @property
    def members(self) -> tuple[str, ...]:
        """The names of all rules referred to, in order, each once."""
        return tuple(dict.fromkeys(name for step in self.steps for name in step))

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that it groups by or counts, in the events of any rule."""
        mapped = [name for alias in self.aliases.values() for name in alias.values()]
        counted = self.value_field
        return (*self.group_by, *mapped, *([counted] if counted and counted != PERIOD else []))

    def field(self, name: str, member: str) -> str:
        """What a group-by or value field is called in the events of one member rule."""
        return self.aliases.get(name, {}).get(member, name)


#: Where a rule keeps what was read of it: it never changes, and is asked for by every language.
KEPT = "_correlation"


def read_correlation(rule: Rule) -> Correlation:
    """Parse a correlation rule's document.

    Raises:
        sigma.exceptions.SigmaError: the document breaks the specification.
        Refused: a condition that is not an AND of ORs of rule names.
    """
    kept: Correlation | None = rule.__dict__.get(KEPT)
    if kept is None:
        kept = rule.__dict__[KEPT] = _read(rule)
    return kept


def _read(rule: Rule) -> Correlation:
    parsed = SigmaCorrelationRule.from_dict(rule.copy())
    condition = parsed.condition
    if isinstance(condition, SigmaExtendedCorrelationCondition):
        steps, operator, count, value_field = _steps(condition.parsed), "gte", 0, None
        count = len(steps)
    else:
        names = [reference.reference for reference in parsed.rules or ()]
        temporal = parsed.type.name.startswith("TEMPORAL")
        steps = tuple((name,) for name in names) if temporal else (tuple(names),)
        operator, count = condition.op.name.lower(), condition.count
        if temporal and (operator, count) != ("gte", len(names)):
            raise Refused("a temporal correlation of only some of its rules is not supported")
        value_field = condition.fieldref if isinstance(condition.fieldref, str) else None
        if value_field == PERIOD:
            raise Refused(f"{PERIOD} is no field: it stands for the time here")
    kind, period = parsed.type.name.lower(), 0
    groups = tuple(parsed.group_by or ())
    aliases = _aliases(rule.document["correlation"].get("aliases") or {})
    if rule.findings:
        inner = [read_correlation(finding) for finding in rule.findings.values()]
        aliases = _joined(groups, aliases, inner)
        gathered = dict(zip(rule.findings, inner, strict=True))
        counts = kind == "event_count" and not rule.is_finding
        if counts and all(name in gathered for name in steps[0]):
            kind, value_field, period = "value_count", PERIOD, max(each.seconds for each in inner)
        steps = tuple(_expanded(step, gathered) for step in steps)
    return Correlation(
        rule=rule,
        type=kind,
        steps=steps,
        span=parsed.timespan.spec,
        seconds=parsed.timespan.seconds,
        group_by=groups,
        aliases=aliases,
        operator=operator,
        count=count,
        value_field=value_field,
        period=period,
    )


def _expanded(step: tuple[str, ...], gathered: Mapping[str, Correlation]) -> tuple[str, ...]:
    """A step's alternatives, of which a finding is the rules that it gathers."""
    names = [
        name for one in step for name in (gathered[one].members if one in gathered else (one,))
    ]
    return tuple(dict.fromkeys(names))


def _joined(
    groups: tuple[str, ...], aliases: Mapping[str, Mapping[str, str]], inner: list[Correlation]
) -> dict[str, dict[str, str]]:
    """The correlation's aliases with what the groups of its findings are in their rules' events.

    Raises:
        Refused: a finding is grouped by more or fewer fields.
    """
    found = {name: dict(mapping) for name, mapping in aliases.items()}
    for each in inner:
        if len(each.group_by) != len(groups):
            raise Refused(f"{each.rule.name} is not grouped as the correlation of it is")
        for outer, own in zip(groups, each.group_by, strict=True):
            for member in each.members:
                if each.field(own, member) != outer:
                    found.setdefault(outer, {})[member] = each.field(own, member)
    return found


def _aliases(aliases: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {alias: dict(mapping) for alias, mapping in aliases.items()}


def _steps(
    node: CorrelationConditionItem | SigmaRuleReference,
) -> tuple[tuple[str, ...], ...]:
    """AND of ORs, in the order in which the condition names them."""
    parts = node.args if isinstance(node, CorrelationConditionAND) else [node]
    return tuple(_alternatives(part) for part in parts)


def _alternatives(node: CorrelationConditionItem | SigmaRuleReference) -> tuple[str, ...]:
    if isinstance(node, SigmaRuleReference):
        return (node.reference,)
    if isinstance(node, CorrelationConditionOR):
        return tuple(name for arg in node.args for name in _alternatives(arg))
    raise Refused("an extended correlation condition must be an AND of ORs of rule names")
