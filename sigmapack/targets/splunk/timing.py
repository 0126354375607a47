"""Splunk: when a search runs, how far it looks back, and how long its alert is then silent.

Settings: savedsearches.conf.spec of Splunk 10.4 (Admin manual, "savedsearches.conf").

A search of single events goes by the time of indexing, which "can more effectively monitor data
that arrives late" (https://docs.splunk.com/Documentation/ES/8.0.0/Admin/SpecifyTimeRange), and so
reads each event in few runs only, however late it comes. A correlation goes by the time of events,
as its window does, and so does what somebody runs by hand.
"""

from __future__ import annotations

from typing import NamedTuple

from sigmapack.content.model import Content, Rule
from sigmapack.targets.schedules import DAY, LATE, SILENT, cron, minutes

#: Minutes that logs of proxies and resolvers may be late: from the cloud they come in batches,
#: Umbrella's every ten minutes, not in order, into a bucket that is then polled
#: (https://docs.umbrella.com/deployment-umbrella/docs/log-formats-and-versioning).
LATE_BATCHES = 60
BATCHES = {"proxy", "dns"}


#: Minutes that an event may be old when it is indexed: a laptop was away for a day.
AWAY = DAY
#: Minutes that the clock of a machine may be ahead: by the time of indexing no later run sees it.
AHEAD = 60


class Timing(NamedTuple):
    """When a search runs.

    Attributes:
        every: minutes between runs.
        back: minutes looked back by the time of events.
        silent: minutes of silence after an alert.
        cron: the schedule.
        indexed: minutes looked back by the time of indexing; 0 for any time.
    """

    every: int
    back: int
    silent: int
    cron: str
    indexed: int = 0

    @property
    def earliest(self) -> str:
        return f"-{self.back}m@m"

    @property
    def latest(self) -> str:
        return f"+{AHEAD}m" if self.indexed else "now"

    @property
    def index_earliest(self) -> str:
        return f"-{self.indexed}m@m" if self.indexed else ""

    @property
    def window(self) -> str:
        """How much later than planned a run may start: not at all where minutes count."""
        return "auto" if self.every >= 60 else "0"


def timing(content: Content, rule: Rule) -> Timing:
    """When a rule's search runs.

    A run finds again what earlier runs found, as long as it is in the time looked back. The silence
    outlasts that by a run, in case a run comes early or late, so a finding alerts once; a week is
    its least, so that a host that is still at it alerts once a week.
    """
    every, back = minutes(rule)
    if rule.alerts and (rule.is_finding or not rule.is_correlation):
        silent = max(SILENT, back + every)
        return Timing(every, every + AWAY, silent, cron(rule, every), indexed=back)
    back += late(content, rule) - LATE
    return Timing(every, back, max(SILENT, back + every), cron(rule, every))


def late(content: Content, rule: Rule) -> int:
    """Minutes by which a rule's events may come late; the latest of a correlation's members."""
    if rule.is_correlation:
        names = rule.document["correlation"].get("rules") or []
        members = [content.by_name[name] for name in names if name in content.by_name]
        return max([LATE, *(late(content, member) for member in members)])
    source = rule.logsource
    return LATE_BATCHES if source.product is None and source.category in BATCHES else LATE
