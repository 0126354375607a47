"""OpenSearch: the alerting monitors, run on its own server.

A monitor runs at its interval; its search says which time it looks at, counted back from
`period_end`, by the time of events. It is of the bucket level: each bucket of its aggregation has
an alert of its own, which stays the same from run to run while the bucket is found, and ends with
the first run that does not find it (opensearch-project/alerting, BucketLevelMonitorRunner and
AlertService.getCategorizedAlertsForBucketLevelMonitor). It names the bucket; an event without the
field is in none. What a site has is the Beats: no sensor of its own, and Winlogbeat on a collector
keeps the name of the machine that wrote an event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import PurePosixPath
from typing import Any

from tests.engines.opensearch.engine import load, replay, server
from tests.operation import packages
from tests.operation.model import MINUTE, Alert, Question, Row, Run, Seen, Shipped
from tests.operation.sensors import EDR
from tests.operation.verdict import plain
from tests.shapes import opensearch
from tests.shapes.ecs import Document

BACK = re.compile(r"\{\{period_end\}\}\|\|-(\d+)m")
CONDITION = "params.events > 0"


class OpenSearch:
    """Monitors and their alerts."""

    name = "opensearch"
    _version = ""

    @property
    def engine(self) -> str:
        """What runs the queries."""
        return f"OpenSearch {self._version}"

    def rules(self) -> Sequence[Shipped]:
        """All monitors that tell somebody."""
        return self._rules

    @cached_property
    def _rules(self) -> list[Shipped]:
        files = packages.shipped("opensearch")
        monitors = {
            PurePosixPath(path).stem: json.loads(data)
            for path, data in sorted(files.items())
            if path.startswith("monitors/")
        }
        found = [shipped(name, monitor) for name, monitor in monitors.items()]
        return [rule for rule in found if rule.settings["trigger"]["actions"]]

    def shows(self, seen: Seen) -> bool:
        """What a Beat sends."""
        return bool(stored(seen))

    def state(self, rule: Shipped, seen: Sequence[Seen], time: float) -> Hashable:
        """Nothing: a search asks for the time only to choose its events."""
        return ()

    def rows(self, asked: Sequence[Question]) -> list[Sequence[Row]]:
        """The hits of each search; all events are asked once."""
        seen = {each.number: each for question in asked for each in question.seen}
        all_of = [document for each in seen.values() for document in stored(each)]
        numbers = {id(document): number for number, document in enumerate(all_of)}
        texts = {question.rule.name: question.rule.text for question in asked}
        with server() as running:
            self._version = running.version
            documents = {number: [document] for number, document in enumerate(all_of)}
            load(running, "events", opensearch.mapping(), documents)
            matched = replay(running, "events", texts)
        return [
            [
                document
                for each in sorted(question.seen, key=lambda each: -each.time)
                for document in stored(each)
                if numbers[id(document)] in matched[question.rule.name]
                and read(document, question.rule.settings["indices"])
            ]
            for question in asked
        ]

    def alerts(self, rule: Shipped, runs: Sequence[Run]) -> list[Alert]:
        """An alert for each bucket that the run before did not find."""
        field = rule.settings["field"]
        found: list[Alert] = []
        active: set[str] = set()
        before = 0.0
        for each in runs:
            if each.time - before > rule.every:
                active = set()
            keys = {str(row[field]) for row in each.rows if field in row}
            found += [
                Alert(rule.name, each.time, frozenset({plain(key)}))
                for key in sorted(keys - active)
            ]
            active, before = keys, each.time
        return found


def shipped(name: str, monitor: dict[str, Any]) -> Shipped:
    """A monitor as it stands in its file."""
    (given,) = monitor["inputs"]
    search = given["search"]["query"]
    period, condition = search["query"]["bool"]["filter"]
    limits = period["range"]["@timestamp"]
    back = BACK.fullmatch(limits["gte"])
    trigger = monitor["triggers"][0]["bucket_level_trigger"]
    ((bucket, aggregation),) = search["aggregations"].items()
    (source,) = aggregation["composite"]["sources"]
    assert back and limits["lte"] == "{{period_end}}"
    assert trigger["condition"]["script"]["source"] == CONDITION
    assert trigger["condition"]["parent_bucket_path"] == bucket
    assert monitor["schedule"]["period"]["unit"] == "MINUTES"
    return Shipped(
        name=monitor["name"],
        text=condition["query_string"]["query"],
        every=monitor["schedule"]["period"]["interval"] * MINUTE,
        back=int(back[1]) * MINUTE,
        members=packages.members(name),
        settings={
            "trigger": trigger,
            "field": source["name"]["terms"]["field"],
            "indices": given["search"]["indices"],
        },
    )


@cache
def stored(seen: Seen) -> tuple[Document, ...]:
    """What the Beats of a site make of an event."""
    return () if seen.sensor == EDR else tuple(opensearch.documents(seen.event))


def index_of(document: Document) -> str:
    """The index of the Beat that sends a document."""
    if any(name.startswith("winlog.") for name in document):
        return "winlogbeat-8"
    if document.get("event.module") in ("file_integrity", "auditd"):
        return "auditbeat-8"
    return "packetbeat-8" if document.get("event.dataset") == "dns" else "filebeat-8"


def read(document: Document, patterns: Iterable[str]) -> bool:
    """Whether a document lies in an index that a monitor reads."""
    return any(fnmatchcase(index_of(document), pattern) for pattern in patterns)
