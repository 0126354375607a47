"""Grafana Loki: the ruler's file of rules that alert, run on Loki's own query engine.

Loki's ruler is Prometheus' manager of rules with LogQL for PromQL
(https://grafana.com/docs/loki/latest/alert/). A group's rules are evaluated at each of its
intervals, in which each group has a place of its own: here all have the first. Every series of a
vector is an alert of its own, known by its labels, pending for `for` and firing until an evaluation
lacks it, and then on for `keep_firing_for`
(https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/). What Alertmanager
sends again of an alert that is still firing is no new one. Labels name who is affected, and so does
an annotation that asks for hosts or clients by the function `query` of templates
(https://prometheus.io/docs/prometheus/latest/configuration/template_reference/).

An entry has the time of its event. One that is over an hour older than the newest of its stream is
refused: half of `max_chunk_age`
(https://grafana.com/docs/loki/latest/configure/#accept-out-of-order-writes). A stream of many hosts
is never silent, so that its newest entry is of the present; Alloy gives each Windows host its own.
Entries over a week old are refused as well (`reject_old_samples_max_age`): no scenario has any.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import yaml

from tests.engines.loki.engine import ask, streams, version
from tests.operation import packages
from tests.operation.model import DAY, HOUR, MINUTE, Alert, Question, Row, Run, Seen, Shipped
from tests.operation.sensors import EDR
from tests.operation.verdict import plain
from tests.shapes.loki import Document, documents

UNITS = {"s": 1, "m": MINUTE, "h": HOUR, "d": DAY}
#: A range of a query.
RANGE = re.compile(r"\[(\d+[smhd])\]")
#: Seconds that an entry may be older than the newest of its stream.
DISORDER = HOUR
#: Labels that name a host or client; a correlation joins several keys by a bar.
HOSTS = ("Computer", "computer", "src_ip", "id_orig_h", "Source", "sigma_key", "sigma_value")
#: What a template of an annotation asks Loki for.
ASKED = re.compile(r'\bquery ("(?:[^"\\]|\\.)*")')
#: The samples of a template's query, in the row of the alert that has it.
LISTED = "listed"


def seconds(duration: str) -> int:
    """Of a duration as Prometheus has it, in one unit."""
    return int(duration[:-1]) * UNITS[duration[-1]]


class Loki:
    """Alerts of the ruler."""

    name = "loki"

    @property
    def engine(self) -> str:
        """What runs the queries."""
        return f"Loki {version()}"

    def rules(self) -> Sequence[Shipped]:
        """The alerts of the file that a site loads; that for hunting is another."""
        return self._rules

    @cached_property
    def _rules(self) -> list[Shipped]:
        text = packages.shipped("loki")["rules/threecx_detection.yaml"]
        return [
            Shipped(
                alert["alert"],
                alert["expr"],
                seconds(group["interval"]),
                max(map(seconds, RANGE.findall(alert["expr"]))),
                packages.members(packages.by_id()[alert["labels"]["rule_id"]]),
                settings=alert,
            )
            for group in yaml.safe_load(text)["groups"]
            for alert in group["rules"]
        ]

    def shows(self, seen: Seen) -> bool:
        """Loki has no sensor of its own: what others write."""
        return bool(stored(seen))

    def state(self, rule: Shipped, seen: Sequence[Seen], time: float) -> Hashable:
        """What lies on the very beginning of a range, which is no part of it."""
        return sum(each.time <= time - rule.back for each in seen)

    def rows(self, asked: Sequence[Question]) -> list[Sequence[Row]]:
        """The samples of each query at the time of its run, for what its run sees.

        Questions about the same events at the same time go to the engine as one.
        """
        together: dict[tuple[Any, ...], list[int]] = {}
        for place, question in enumerate(asked):
            key = (question.time, tuple(seen.number for seen in question.seen))
            together.setdefault(key, []).append(place)
        found: list[Sequence[Row]] = [()] * len(asked)
        requests = (request([asked[place] for place in places]) for places in together.values())
        for places, answer in zip(together.values(), ask(requests), strict=True):
            for number, place in enumerate(places):
                samples = vector(answer, str(number))
                listed = list(names(vector(answer, f"{number} {LISTED}")))
                found[place] = [{**row, LISTED: listed} if listed else row for row in samples]
        return found

    def alerts(self, rule: Shipped, runs: Sequence[Run]) -> list[Alert]:
        """An alert for each series that starts to fire.

        A run that is left out had no event of its rule, and so no series.
        """
        waits = seconds(rule.settings.get("for", "0s"))
        stays = seconds(rule.settings.get("keep_firing_for", "0s"))
        since: dict[Hashable, float] = {}
        last: dict[Hashable, float] = {}
        firing: set[Hashable] = set()
        found = []
        for run in runs:
            for row in run.rows:
                key = frozenset((name, row[name]) for name in row if name != LISTED)
                missed = run.time - last.get(key, float("-inf")) - 2 * rule.every
                if missed >= (stays if key in firing else 0):
                    firing.discard(key)
                    since[key] = run.time
                last[key] = run.time
                if key not in firing and run.time - since[key] >= waits:
                    firing.add(key)
                    found.append(Alert(rule.name, run.time, frozenset(names([row]))))
        return found


@cache
def stored(seen: Seen) -> tuple[Document, ...]:
    """The entries of an event."""
    return () if seen.sensor == EDR else tuple(documents(seen.event))


def nanoseconds(time: float) -> int:
    """A time as the engine has it, without what a float cannot hold of it."""
    return round(time * 1000) * 1_000_000


def request(questions: Sequence[Question]) -> Mapping[str, Any]:
    """What the engine is asked: several queries on the same events at the same time."""
    queries: dict[str, str] = {}
    for number, question in enumerate(questions):
        queries[str(number)] = question.rule.text
        for text in question.rule.settings["annotations"].values():
            if match := ASKED.search(text):
                queries[f"{number} {LISTED}"] = json.loads(match[1])
    time = nanoseconds(questions[0].time)
    return {"streams": streams(taken(questions[0].seen)), "queries": queries, "times": [time]}


def taken(seen: Sequence[Seen]) -> Iterator[tuple[int, Document]]:
    """The entries that Loki takes, in the order in which they arrive."""
    newest: dict[str, float] = {}
    for each in sorted(seen, key=lambda each: each.arrives):
        for document in stored(each):
            stream = json.dumps(dict(document.labels), sort_keys=True)
            own = "computer" in document.labels
            last = newest.get(stream, each.time) if own else each.arrives
            if each.time >= last - DISORDER:
                newest[stream] = max(each.time, last)
                yield nanoseconds(each.time), document


def vector(answer: Mapping[str, Any], name: str) -> list[Row]:
    """The samples of a query's only vector; none where it was not asked."""
    vectors = answer["results"].get(name, {}).get("vectors", {})
    return [labels for found in vectors.values() for labels in found]


def names(rows: Sequence[Row]) -> Iterator[str]:
    """The hosts and clients that samples name."""
    for row in rows:
        yield from row.get(LISTED, ())
        for label in HOSTS:
            yield from filter(None, map(plain, str(row.get(label, "")).split("|")))
