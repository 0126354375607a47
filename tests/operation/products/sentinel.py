"""Microsoft Sentinel: the analytics rules of the ARM template, run on duckdb-kql.

A run is for a moment and takes place five minutes later, on the events whose time lies in the
rule's period (https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview). A row is an
alert of its own where the rule says AlertPerResult; alerts of one rule that share the entities it
groups by are one incident for as long as its look-back says, and the incident is what an analyst
gets (https://learn.microsoft.com/azure/sentinel/create-incidents-from-alerts).
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import Any

from tests.engines.kusto.engine import Document, version
from tests.operation import packages
from tests.operation.model import DAY, HOUR, MINUTE, Alert, Question, Row, Run, Seen, Shipped
from tests.operation.products.kusto import ask, named
from tests.operation.sensors import EDR
from tests.shapes import sentinel
from tests.shapes.sentinel import sensor

UNITS = {"M": MINUTE, "H": HOUR, "D": DAY}
DELAY = 5 * MINUTE
#: Identifiers of entities that name a machine of the site.
NAMES = {"HostName", "FullName", "Address"}


def seconds(duration: str) -> int:
    """Of a duration as ARM has it: PT15M, P14D."""
    number, unit = re.fullmatch(r"PT?(\d+)([MHD])", duration).groups()  # type: ignore[union-attr]
    return int(number) * UNITS[unit]


class Sentinel:
    """Analytics rules and their incidents."""

    name = "sentinel"

    @property
    def engine(self) -> str:
        """What runs the queries."""
        return version()

    def rules(self) -> Sequence[Shipped]:
        """All scheduled rules of the template: queries for hunting are no rules."""
        return self._rules

    @cached_property
    def _rules(self) -> list[Shipped]:
        template = json.loads(packages.shipped("sentinel")["azuredeploy.json"])
        found = []
        for resource in template["resources"]:
            if resource.get("kind") != "Scheduled":
                continue
            rule = resource["properties"]
            name = packages.by_id()[resource["name"]]
            every, back = seconds(rule["queryFrequency"]), seconds(rule["queryPeriod"])
            made_of = packages.members(name)
            found.append(
                Shipped(
                    *(rule["displayName"], rule["query"], every, back, made_of),
                    delay=DELAY,
                    settings=rule,
                )
            )
        return found

    def shows(self, seen: Seen) -> bool:
        """What its tables and ASIM's parsers have, by the connector of the sensor that saw it."""
        return bool(stored(seen))

    def state(self, rule: Shipped, seen: Sequence[Seen], time: float) -> Hashable:
        """What the run before has seen, and what is too new: the queries leave out both."""
        return tuple((each.arrives > time - rule.every) + (each.arrives > time) for each in seen)

    def rows(self, asked: Sequence[Question]) -> list[Sequence[Row]]:
        """Each query on the rows of the events that its run sees."""
        return ask("sentinel", asked, stored, "TimeGenerated")

    def alerts(self, rule: Shipped, runs: Sequence[Run]) -> list[Alert]:
        """An incident for each machine that none of the same rule is open for."""
        mappings = rule.settings.get("entityMappings") or []
        columns = [
            field["columnName"]
            for entity in mappings
            if entity["entityType"] in ("Host", "IP")
            for field in entity["fieldMappings"]
            if field["identifier"] in NAMES
        ]
        grouping = rule.settings["incidentConfiguration"]["groupingConfiguration"]
        lasts = seconds(grouping["lookbackDuration"]) if grouping["enabled"] else 0
        return incidents(rule, runs, columns, lasts, grouping["matchingMethod"] == "AnyAlert")


def incidents(
    rule: Shipped, runs: Sequence[Run], columns: Sequence[str], lasts: float, together: bool
) -> list[Alert]:
    """The incidents of a rule, and what joins them: alerts on the same machines, or any."""
    opened: dict[Any, float] = {}
    found = []
    for each in runs:
        for row in each.rows:
            names = named(row, columns)
            key = None if together else names
            joins = key in opened and each.time - opened[key] <= lasts
            if not joins:
                opened[key] = each.time
            found.append(Alert(rule.name, each.time, names, joins))
    return found


def stored(seen: Seen) -> list[Document]:
    """The rows that the connectors of a site make of an event."""
    if seen.sensor == EDR:
        return sensor.documents(seen.event)
    return sentinel.documents(seen.event)
