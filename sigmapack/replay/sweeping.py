"""Correlations as sweeps: which can be evaluated in one pass, and what that looks for."""

from __future__ import annotations

from collections.abc import Mapping

from sigmapack.content.correlation import PERIOD, Correlation
from sigmapack.content.model import Content
from sigmapack.replay.sweep import KINDS, Member, Sweep


def called(content: Content, marks: Mapping[str, str]) -> dict[str, str]:
    """The marks of single rules by each name that a correlation may have for them."""
    single = ((name, rule) for name, rule in content.by_name.items() if not rule.is_correlation)
    return {name: marks[rule.path + rule.name] for name, rule in single}


def sweep_of(correlation: Correlation, names: Mapping[str, str]) -> Sweep | None:
    """How a correlation of single rules is evaluated in one pass; None where only its query can."""
    members = [name for step in correlation.steps for name in step]
    if (
        correlation.type not in KINDS
        or correlation.seconds <= 0
        or len(set(members)) < len(members)
    ):
        return None
    if not names.keys() >= set(members):
        return None
    counted = correlation.value_field if correlation.value_field != PERIOD else None
    slots: dict[tuple[object, ...], int] = {}
    found = []
    for number, step in enumerate(correlation.steps):
        for name in step:
            own = (number, *(correlation.field(alias, name) for alias in correlation.aliases))
            slot = slots.setdefault(own, len(slots))
            groups = tuple(correlation.field(field, name) for field in correlation.group_by)
            value = correlation.field(counted, name) if counted else ""
            found.append(Member(names[name], number, slot, groups, value))
    return Sweep(
        correlation.type,
        correlation.seconds,
        correlation.operator,
        correlation.count,
        correlation.period,
        correlation.group_by,
        tuple(found),
    )
