"""Elastic Security: the rules of rules.ndjson on Elasticsearch's ES|QL and python-eql.

A run looks at the events since `from`, by `timestamp_override` where the rule has one: the agents
of a site are Fleet's, whose final pipeline sets `event.ingested`
(https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule). What the
detection engine makes of the rows is in elastic/kibana, rule_registry/server/utils/
create_persistence_rule_type_wrapper.ts, and security_solution/server/lib/detection_engine/
rule_types:

* an alert's id is made of its events' ids and the rule (`wrap_hits_factory`, for a sequence
  `build_alert_group_from_sequence`): an event alerts once in a rule. A row of an aggregating ES|QL
  query has no event: its id is of the run's time (`esql/utils/generate_alert_id`), and only
  suppression keeps later runs from raising it again;
* suppression: a new alert is counted to one of the same rule and values that was raised within the
  duration, measured from when that one was raised. Rows without a value for one of the fields are
  alerts by themselves, or a value of their own (`missing_fields_strategy`);
* building blocks are not shown on the page of alerts
  (https://www.elastic.co/docs/solutions/security/detect-and-alert/about-building-block-rules).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any

from tests.engines.eql.engine import ENGINE
from tests.operation import packages
from tests.operation.model import DAY, HOUR, MINUTE, Alert, Question, Row, Run, Seen, Shipped
from tests.operation.products import eql, esql
from tests.operation.products.ecs import named, stored

#: What the setup guide says of the indicator match rule, which finds what four others find.
INSTEAD = "Enable it in place of"
UNITS = {"s": 1, "m": MINUTE, "h": HOUR, "d": DAY}


def seconds(duration: str) -> int:
    """Of a duration as Kibana has it: 5m, now-15m."""
    number, unit = re.fullmatch(r"(?:now-)?(\d+)([smhd])", duration).groups()  # type: ignore[union-attr]
    return int(number) * UNITS[unit]


def kind(rule: Shipped) -> str:
    """Who runs a rule."""
    if rule.settings["type"] == "eql":
        return "sequence" if re.search(r"^sequence ", rule.text, re.MULTILINE) else "eql"
    return str(rule.settings["type"])


ASK: dict[str, Callable[[Sequence[Question]], list[Sequence[Row]]]] = {
    "eql": eql.single,
    "sequence": eql.sequences,
    "esql": esql.ask,
}


class Elastic:
    """Detection rules and their alerts."""

    name = "elastic"

    @property
    def engine(self) -> str:
        """What runs the queries."""
        return f"{ENGINE}, Elasticsearch's ES|QL"

    def rules(self) -> Sequence[Shipped]:
        """All rules whose alerts are shown, and that a site is not told to choose between."""
        return self._rules

    @cached_property
    def _rules(self) -> list[Shipped]:
        lines = packages.shipped("elastic")["rules.ndjson"].decode().splitlines()
        rules = [json.loads(line) for line in lines]
        return [
            shipped(rule)
            for rule in rules
            if "building_block_type" not in rule and INSTEAD not in rule["setup"]
        ]

    def shows(self, seen: Seen) -> bool:
        """What an integration or a Beat brings."""
        return bool(stored(seen))

    def state(self, rule: Shipped, seen: Sequence[Seen], time: float) -> Hashable:
        """ES|QL: the stretches of time in which events lie. EQL knows no clock."""
        return esql.stretches(rule, seen, time) if kind(rule) == "esql" else ()

    def rows(self, asked: Sequence[Question]) -> list[Sequence[Row]]:
        """Each query on the documents of the events that its run sees."""
        found: dict[int, Sequence[Row]] = {}
        for name, ask in ASK.items():
            places = [place for place, each in enumerate(asked) if kind(each.rule) == name]
            found |= dict(zip(places, ask([asked[place] for place in places]), strict=True))
        return [found[place] for place in range(len(asked))]

    def alerts(self, rule: Shipped, runs: Sequence[Run]) -> list[Alert]:
        """An alert for each row that is new and not suppressed."""
        suppression = rule.settings.get("alert_suppression", {})
        duration = suppression.get("duration", {"value": 0, "unit": "h"})
        lasts = duration["value"] * UNITS[duration["unit"]]
        raised: set[object] = set()
        open_since: dict[Hashable, float] = {}
        found = []
        for each in runs:
            for row in each.rows:
                key = group(row, suppression) if suppression else None
                silent = key in open_since and each.time - open_since[key] <= lasts
                if silent or row.get("_id") in raised:
                    continue
                if key is not None:
                    open_since[key] = each.time
                if "_id" in row:
                    raised.add(row["_id"])
                found.append(Alert(rule.name, each.time, named(row)))
        return found


def group(row: Row, suppression: Mapping[str, Any]) -> Hashable:
    """By what alerts are one; None where a field is missing and the rule does not suppress then."""
    values = [row.get(field) for field in suppression["group_by"]]
    if None in values and suppression["missing_fields_strategy"] == "doNotSuppress":
        return None
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


def shipped(rule: dict[str, Any]) -> Shipped:
    """A rule as it stands in the file."""
    return Shipped(
        name=rule["name"],
        text=rule["query"],
        every=seconds(rule["interval"]),
        back=seconds(rule["from"]),
        members=packages.members(packages.by_id()[rule["rule_id"]]),
        arrival=rule.get("timestamp_override") == "event.ingested",
        settings=rule,
    )
