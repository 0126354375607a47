"""When which host was hit by which rule: rows of bars over one span of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sigmapack.content.model import Rule
from sigmapack.matches import Match, severity

#: Bars that a row may have: as many as a telephone shows apart.
BARS = 60
#: Rows that are shown; the rest is counted.
MOST_HOSTS, MOST_RULES = 40, 12


class Bar(NamedTuple):
    """Hits in one part of the span: the part's number, and how high the bar is (0 to 10)."""

    at: int
    height: int
    hits: int


class Row(NamedTuple):
    """A rule's hits on a host."""

    rule: Rule
    hits: int
    first: str
    last: str
    bars: Sequence[Bar]


class Host(NamedTuple):
    """A host, and the rows of its rules, the gravest first."""

    name: str
    rows: Sequence[Row]
    more: int


class Timeline(NamedTuple):
    """The span, the hosts, and what is not shown."""

    first: str
    last: str
    hosts: Sequence[Host]
    more: int
    timeless: int


def of(matches: Sequence[Match]) -> Timeline | None:
    """The timeline of some matches; None where none of them has a time."""
    timed = [match for match in matches if _seconds(match) is not None]
    if not timed:
        return None
    ordered = sorted(timed, key=lambda match: match.timestamp or "")
    span = (_seconds(ordered[0]) or 0.0, _seconds(ordered[-1]) or 0.0)
    by_host: dict[str, list[Match]] = {}
    for match in ordered:
        by_host.setdefault(match.host or "no host", []).append(match)
    # The hosts with the gravest hits first, then those that were hit first.
    names = sorted(by_host, key=lambda name: min(severity(m.rule) for m in by_host[name]))
    return Timeline(
        first=_minute(ordered[0]),
        last=_minute(ordered[-1]),
        hosts=[_host(name, by_host[name], span) for name in names[:MOST_HOSTS]],
        more=max(0, len(names) - MOST_HOSTS),
        timeless=len(matches) - len(timed),
    )


def _host(name: str, matches: Sequence[Match], span: tuple[float, float]) -> Host:
    by_rule: dict[str, list[Match]] = {}
    for match in matches:
        by_rule.setdefault(f"{match.rule.path} {match.rule.name}", []).append(match)
    found = sorted(by_rule.values(), key=lambda each: (severity(each[0].rule), each[0].rule.name))
    rows = [_row(each, span) for each in found[:MOST_RULES]]
    return Host(name, rows, max(0, len(found) - MOST_RULES))


def _row(matches: Sequence[Match], span: tuple[float, float]) -> Row:
    first, last = span
    width = (last - first) or 1.0
    parts = Counter(
        min(BARS - 1, int(((_seconds(match) or first) - first) / width * BARS)) for match in matches
    )
    most = max(parts.values())
    bars = [Bar(at, 4 + round(6 * n / most), n) for at, n in sorted(parts.items())]
    return Row(matches[0].rule, len(matches), _minute(matches[0]), _minute(matches[-1]), bars)


def _seconds(match: Match) -> float | None:
    """The time of a match in seconds since 1970 (UTC); None where it has none."""
    try:
        return datetime.fromisoformat(match.timestamp or "").timestamp()
    except (ValueError, OverflowError):
        return None


def _minute(match: Match) -> str:
    return (match.timestamp or "")[:16].replace("T", " ")
