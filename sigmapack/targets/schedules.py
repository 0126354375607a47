"""How often rules run, and how far they look back."""

from __future__ import annotations

from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Rule

DAY = 1440
#: Level -> minutes between runs.
EVERY = {"critical": 5, "high": 15, "medium": 15, "low": DAY, "informational": DAY}
#: Minutes that a run looks back beyond its interval, for events that arrive late.
LATE = 10
#: The same where looking back further raises nothing twice: a rule goes by when events arrived, or
#: its alert lasts for as long as it is found.
LATEST = 2 * 60
#: Minutes for which an alert on the same host or client is not repeated: a week, in which somebody
#: works on it.
SILENT = 7 * DAY


def minutes(rule: Rule) -> tuple[int, int]:
    """How often a search runs, and how far it looks back: always further than that.

    A finding rests on single events, and has no span to look back over.
    """
    every = rule.every or EVERY[rule.level]
    if not rule.is_correlation or rule.is_finding:
        return every, every + LATE
    span = read_correlation(rule).seconds // 60
    every = max(every, DAY if span > DAY else 60)
    return every, span + every + LATE


def cron(rule: Rule, every: int) -> str:
    """The schedule; searches of one interval start at different minutes."""
    offset = int(rule.id[:4], 16)
    if every < 60:
        return f"{offset % every}-59/{every} * * * *"
    hour = "*" if every == 60 else str(offset // 60 % 24)
    return f"{offset % 60} {hour} * * *"


def window(rule: Rule) -> tuple[int, int]:
    """As `minutes`, for products whose alerts look back over a fixed span.

    A correlation looks back exactly over its span, since its query counts all that is in it. It
    runs four times in a span at least: what happens within three quarters of it is always seen
    whole by one of the runs. Rules for hunting run once a day.
    """
    if rule.is_correlation and not rule.is_finding:
        span = max(1, read_correlation(rule).seconds // 60)
        return max(1, min(minutes(rule)[0], span // 4)), span
    if rule.is_hunting:
        return DAY, DAY + LATE
    return minutes(rule)
