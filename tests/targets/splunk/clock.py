"""A scheduler and its alerts on a made-up clock, by Splunk's savedsearches.conf.spec.

A run looks at what was there by then, from `dispatch.earliest_time`, whose `@m` cuts the seconds
off, to its own time; where `dispatch.index_earliest` is given, only at what was indexed since then.
A finding is seen by a run that looks at all of it. What has alerted is silent
for `alert.suppress.period`, by the values of `alert.suppress.fields` where those are named, all of
it where they are not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

MINUTE, DAY = 60, 86400
UNITS = {"": 1, "s": 1, "m": MINUTE, "h": 3600, "d": DAY}


class Finding(NamedTuple):
    """What a search finds: on whom, from when to when, and how late it came to the index."""

    whom: str
    first: float
    last: float
    late: float = 0


def runs(cron: str, until: float, drift: Sequence[float] = (0,)) -> Iterator[float]:
    """When a schedule runs, each run by the next of `drift` off its time."""
    minute, hour = cron.split()[:2]
    first, step = re.fullmatch(r"(\d+)(?:-59/(\d+))?", minute).groups()  # type: ignore[union-attr]
    hours = range(24) if hour == "*" else [int(hour)]
    minutes = range(int(first), 60, int(step or 60))
    count = 0
    for day in range(int(until // DAY) + 1):
        for time in (day * DAY + h * 3600 + m * MINUTE for h in hours for m in minutes):
            yield time + drift[count % len(drift)]
            count += 1


def begin(search: Mapping[str, str], setting: str, time: float) -> float:
    """From when a run looks; from ever where a search does not say it."""
    if setting not in search:
        return -math.inf
    found = re.fullmatch(r"-(\d+)m@m", search[setting])
    assert found, search[setting]
    return (time - int(found[1]) * MINUTE) // MINUTE * MINUTE


def alerts(
    search: Mapping[str, str],
    findings: Sequence[Finding],
    until: float,
    drift: Sequence[float] = (0,),
) -> list[tuple[float, str]]:
    """When a saved search alerts, and on whom."""
    period = re.fullmatch(r"(\d+)(\w?)", search["alert.suppress.period"])
    assert period
    silence = int(period[1]) * UNITS[period[2]] if search["alert.suppress"] == "1" else 0
    silent: dict[str, float] = {}
    made = []
    for time in runs(search["cron_schedule"], until, drift):
        start = begin(search, "dispatch.earliest_time", time)
        indexed = begin(search, "dispatch.index_earliest", time)
        for one in findings:
            if (
                one.first < start
                or one.first + one.late < indexed
                or one.last + one.late > time
                or one.last > time
            ):
                continue
            key = one.whom if "alert.suppress.fields" in search else ""
            if time >= silent.get(key, 0):
                silent[key] = time + silence
                made.append((time, one.whom))
    return made
