"""Splunk: when a search runs, how far it looks back, and how long its alert is then silent.

Settings: savedsearches.conf.spec of Splunk 10.4 (Admin manual, "savedsearches.conf").
"""

from __future__ import annotations

from typing import NamedTuple

from sigmapack.content.model import Content, Rule
from sigmapack.targets.schedules import DAY, LATE, cron, minutes

#: Minutes that logs of proxies and resolvers may be late: from the cloud they come in batches,
#: Umbrella's every ten minutes, not in order, into a bucket that is then polled
#: (https://docs.umbrella.com/deployment-umbrella/docs/log-formats-and-versioning).
LATE_BATCHES = 60
BATCHES = {"proxy", "dns"}


class Timing(NamedTuple):
    """Minutes between runs, minutes looked back, minutes of silence after an alert; the cron."""

    every: int
    back: int
    silent: int
    cron: str

    @property
    def earliest(self) -> str:
        return f"-{self.back}m@m"

    @property
    def window(self) -> str:
        """How much later than planned a run may start: not at all where minutes count."""
        return "auto" if self.every >= 60 else "0"


def timing(content: Content, rule: Rule) -> Timing:
    """When a rule's search runs.

    A run finds again what earlier runs found, as long as it is in the time looked back. The silence
    outlasts that by a run, in case a run comes early or late, so a finding alerts once; a day is
    its least, so that a host that is still at it alerts once a day.
    """
    every, back = minutes(rule)
    back += late(content, rule) - LATE
    return Timing(every, back, max(DAY, back + every), cron(rule, every))


def late(content: Content, rule: Rule) -> int:
    """Minutes by which a rule's events may come late; the latest of a correlation's members."""
    if rule.is_correlation:
        names = rule.document["correlation"].get("rules") or []
        members = [content.by_name[name] for name in names if name in content.by_name]
        return max([LATE, *(late(content, member) for member in members)])
    source = rule.logsource
    return LATE_BATCHES if source.product is None and source.category in BATCHES else LATE
