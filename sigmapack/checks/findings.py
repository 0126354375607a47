"""House rules for findings: what they say for the rules that they gather, they say rightly."""

from __future__ import annotations

from collections.abc import Iterator

from sigmapack.checks.registry import at, own_check
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Problem, Rule


@own_check
def findings(content: Content) -> Iterator[Problem]:
    """Each rule that alerts is gathered once, by a finding of its level."""
    told: dict[str, str] = {}
    for rule in content.rules:
        if not rule.is_finding or rule.is_base:
            continue
        if not read_correlation(rule).group_by:
            yield _wrong(rule, "is grouped by no host or client: nobody is told of")
        for name in read_correlation(rule).members:
            member = content.by_name.get(name)
            if member is None:
                continue  # the check `sigma` has reported it
            other = told.setdefault(member.name, rule.name)
            if other != rule.name:
                yield _wrong(rule, f"gathers {name}, and so does {other}: a hit alerts twice")
            if not member.alerts:
                yield _wrong(rule, f"gathers {name}, which alerts nobody by itself")
            if member.level != rule.level:
                yield _wrong(rule, f"is {rule.level}, and {name}, which it gathers, {member.level}")
    for rule in content.detections:
        if told and rule.alerts and rule.name not in told:
            message = "alerts, and no finding gathers it: add it to that of its playbook"
            yield at(rule, "finding", message, "response")


def _wrong(rule: Rule, message: str) -> Problem:
    return at(rule, "finding", message, "correlation", "rules")
