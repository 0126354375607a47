"""Microsoft Sentinel: how often an analytics rule runs, and how far it looks back.

Limits: https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview (14 days at most, from
two days on no more than once an hour).
"""

from __future__ import annotations

from sigmapack.compiling.product import Query
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Rule
from sigmapack.targets.schedules import DAY, LATEST, minutes
from sigmapack.targets.sentinel import once

LONGEST_QUERY = 10_000
#: Minutes that a rule may look back, and from when on it may not run more than once an hour.
LONGEST_PERIOD, LONG_PERIOD = 14 * DAY, 2 * DAY


def is_analytic(query: Query) -> bool:
    """Whether a query can be an analytics rule and should alert by itself."""
    rule = query.rule
    if not rule.alerts or span(rule) > LONGEST_PERIOD:
        return False
    return schedule(rule)[1] <= LONGEST_PERIOD and len(text(query)) <= LONGEST_QUERY


def text(query: Query) -> str:
    """A query with the frame that a rule has around it."""
    return once.framed(query.text, duration(schedule(query.rule)[0]))


def span(rule: Rule) -> int:
    """Minutes over which a correlation reaches."""
    spans = rule.is_correlation and not rule.is_finding
    return read_correlation(rule).seconds // 60 if spans else 0


def schedule(rule: Rule) -> tuple[int, int]:
    """Minutes between runs, and minutes looked back: whole hours from two hours on.

    A correlation looks back twice over its span, where it may: to know whether its condition held
    before, so that it is no news, it has to see that whole.
    """
    every, _ = minutes(rule)
    back = every + LATEST + 2 * span(rule)
    back = -(-back // 60) * 60 if back > 120 else back
    if back > LONGEST_PERIOD >= span(rule):
        back = LONGEST_PERIOD
    return (max(every, 60) if back >= LONG_PERIOD else every), back


def duration(count: int) -> str:
    """Minutes as `5m`, `26h`, `1d`."""
    for unit, length in (("d", DAY), ("h", 60)):
        if count % length == 0:
            return f"{count // length}{unit}"
    return f"{count}m"
