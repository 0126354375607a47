"""How often the rules of products run whose alerts look back over a fixed span."""

from __future__ import annotations

from sigmapack.correlation import read_correlation
from sigmapack.model import Rule
from sigmapack.targets.splunk_searches import LATE, minutes

DAY = 1440


def window(rule: Rule) -> tuple[int, int]:
    """Minutes between runs, and minutes that a run looks back.

    A correlation looks back exactly over its span, since its query counts all that is in it. It
    runs four times in a span at least: what happens within three quarters of it is always seen
    whole by one of the runs. Rules for hunting run once a day.
    """
    if rule.is_correlation:
        span = max(1, read_correlation(rule).seconds // 60)
        return max(1, min(minutes(rule)[0], span // 4)), span
    if rule.is_hunting:
        return DAY, DAY + LATE
    return minutes(rule)
