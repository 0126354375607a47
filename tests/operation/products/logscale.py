"""CrowdStrike LogScale: the package's filter alerts and scheduled searches.

No engine of LogScale's language is published. What an event matches is what the compiled SQLite
says; what a correlation makes of that is read from the shipped query (`cql`).

A filter alert looks at every event once, as it arrives, and catches up after a pause or a late
event of up to a day; each event that it finds triggers, so that an alert is an event with all its
fields. At most `triggerLimit` do in a minute, and the rest of that minute does not
(https://library.humio.com/data-analysis/automated-alerts-single.html). A scheduled search runs by
its cron expression over the events whose time lies in its interval, makes up for as many runs as
`backfillLimit` says, and triggers once with all rows that it finds; nothing throttles it
(https://library.humio.com/data-analysis/automated-scheduled-searches.html).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from functools import cached_property
from typing import Any

import yaml

from tests.operation import packages
from tests.operation.model import DAY, HOUR, MINUTE, Alert, Question, Row, Run, Seen, Shipped
from tests.operation.products.cql import Correlation, parsed
from tests.operation.sensors import EDR
from tests.operation.verdict import plain

UNITS = {"m": MINUTE, "h": HOUR, "d": DAY}


def schedule(cron: str) -> tuple[int, int]:
    """Seconds between runs, and from the full interval to a run; hours and days are even."""
    minute, hour, *rest = cron.split()
    assert rest == ["*", "*", "*"], cron
    if stepped := re.fullmatch(r"(\d+)-59/(\d+)", minute):
        return int(stepped[2]) * MINUTE, int(stepped[1]) * MINUTE
    at = int(minute) * MINUTE
    return (HOUR, at) if hour == "*" else (DAY, int(hour) * HOUR + at)


class LogScale:
    """Filter alerts and scheduled searches."""

    name = "logscale"
    engine = "none: schedule, limits and entities as documented; matching by SQLite"

    def rules(self) -> Sequence[Shipped]:
        """What the package brings but its saved queries, and searches that are for hunting."""
        return self._rules

    @cached_property
    def _rules(self) -> list[Shipped]:
        (archive,) = (
            data for path, data in packages.shipped("logscale").items() if path.endswith(".zip")
        )
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            assets = {
                path: yaml.safe_load(opened.read(path))
                for path in sorted(opened.namelist())
                if path.startswith(("filter-alerts/", "scheduled-searches/"))
            }
        return [
            shipped(path, one) for path, one in assets.items() if "hunting" not in one["labels"]
        ]

    def shows(self, seen: Seen) -> bool:
        """What others write: of CrowdStrike's own sensor, the rules read nothing."""
        return seen.sensor != EDR

    def state(self, rule: Shipped, seen: Sequence[Seen], time: float) -> Hashable:
        """How long ago each arrived, by runs: a search may pass what is new only."""
        return () if rule.single else tuple(time - each.arrives < rule.every for each in seen)

    def rows(self, asked: Sequence[Question]) -> list[Sequence[Row]]:
        """Events of a filter alert's rule, or the rows of a correlation."""
        return [tuple(self._rows(question)) for question in asked]

    def _rows(self, question: Question) -> Iterator[Row]:
        rule = question.rule
        mine = [each for each in question.seen if each.rules & rule.members and self.shows(each)]
        if rule.single:
            yield from ({"named": each.about} for each in mine)
            return
        correlation: Correlation = rule.settings["correlation"]
        yield from ({"named": hosts} for hosts in correlation.rows(mine, question.time))

    def alerts(self, rule: Shipped, runs: Sequence[Run]) -> list[Alert]:
        """An alert for each event of a filter alert, and for each run with rows of a search."""
        if not rule.single:
            return [
                Alert(
                    rule.name,
                    run.time,
                    frozenset(name for row in run.rows for name in row["named"]),
                )
                for run in runs
                if run.rows
            ]
        triggered: Counter[int] = Counter()
        found = []
        for run in runs:
            for row in run.rows:
                triggered[int(run.time // MINUTE)] += 1
                if triggered[int(run.time // MINUTE)] <= rule.settings["triggerLimit"]:
                    found.append(Alert(rule.name, run.time, frozenset(map(plain, row["named"]))))
        return found


def shipped(path: str, asset: dict[str, Any]) -> Shipped:
    """An asset of the package as a rule."""
    text = asset["queryString"]
    match = re.search(r"^// id: (\S+)", text, re.MULTILINE)
    assert match, path
    members = packages.members(packages.by_id()[match[1]])
    if path.startswith("filter-alerts/"):
        live = {"arrival": True, "continuous": True}
        return Shipped(asset["name"], text, 0, 0, members, settings=asset, **live)
    every, phase = schedule(asset["schedule"])
    back = int(asset["queryStart"][:-1]) * UNITS[asset["queryStart"][-1]]
    settings = {**asset, "correlation": parsed(text)}
    made_up = asset["backfillLimit"] > 0
    named = (asset["name"], text, every, back, members, phase)
    return Shipped(*named, continuous=made_up, settings=settings)
