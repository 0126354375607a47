"""Microsoft Defender XDR: custom detections, run on duckdb-kql.

Frequency and look-back: "Every hour: runs every hour, looking back 4 hours", and so on
(https://learn.microsoft.com/defender-xdr/custom-detection-rules#rule-frequency); the look-back goes
by the time of events. An alert is made for each event, the default of `eventGroupingKind`
(https://learn.microsoft.com/graph/api/resources/security-alerttemplate), known by its time, device
and report, so that a later run does not raise it again; it names what the rule's `entityMappings`
take from the event's columns.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property

from tests.engines.kusto.engine import version
from tests.operation import packages
from tests.operation.model import DAY, HOUR, Alert, Question, Row, Run, Seen, Shipped
from tests.operation.products.kusto import ask, named
from tests.operation.sensors import EDR
from tests.shapes.defender import documents
from tests.shapes.microsoft import Document

#: Frequency -> seconds between runs, and looked back.
FREQUENCIES: Mapping[str, tuple[int, int]] = {
    "PT1H": (HOUR, 4 * HOUR),
    "PT3H": (3 * HOUR, 12 * HOUR),
    "PT12H": (12 * HOUR, 2 * DAY),
    "P1D": (DAY, 30 * DAY),
}
#: A rule that leaves out what the client asks, and the rule on that: where the network is
#: inspected, Defender has the lookup a second time, without its process.
AGAIN = ("dns_query_win_threecx_c2_domain", "dns_query_win_threecx_c2_domain_by_client")


class Defender:
    """Custom detections and their alerts."""

    name = "defender"

    @property
    def engine(self) -> str:
        """What runs the queries."""
        return version()

    def rules(self) -> Sequence[Shipped]:
        """All custom detections: queries for hunting are no files of that folder."""
        return self._rules

    @cached_property
    def _rules(self) -> list[Shipped]:
        found = []
        for path, data in sorted(packages.shipped("defender").items()):
            if not (path.startswith("custom_detections/") and path.endswith(".json")):
                continue
            rule = json.loads(data)
            every, back = FREQUENCIES[rule["schedule"]["frequency"]]
            text = rule["queryCondition"]["queryText"]
            template = rule["detectionAction"]["alertTemplate"]
            made_of = packages.members(packages.by_id()[rule["id"].removeprefix("threecx-")])
            made_of |= frozenset(AGAIN if AGAIN[0] in made_of else ())
            found.append(
                Shipped(rule["displayName"], text, every, back, made_of, settings=template)
            )
        return found

    def shows(self, seen: Seen) -> bool:
        """Only what its own sensor sees."""
        return bool(stored(seen))

    def state(self, rule: Shipped, seen: Sequence[Seen], time: float) -> Hashable:
        """Nothing: no query asks for the time."""
        return ()

    def rows(self, asked: Sequence[Question]) -> list[Sequence[Row]]:
        """Each query on the rows of the events that its run sees."""
        return ask("defender", asked, stored, "Timestamp")

    def alerts(self, rule: Shipped, runs: Sequence[Run]) -> list[Alert]:
        """An alert for each event that no earlier run has raised."""
        mappings = rule.settings.get("entityMappings", {})
        columns = [host["nameColumn"] for host in mappings.get("hosts", ()) if "nameColumn" in host]
        raised: set[tuple[object, ...]] = set()
        found = []
        for each in runs:
            for row in each.rows:
                key = (str(row.get("ReportId")), row.get("DeviceId"))
                if key not in raised:
                    raised.add(key)
                    found.append(Alert(rule.name, each.time, named(row, columns)))
        return found


def stored(seen: Seen) -> list[Document]:
    """The rows of an event, numbered over all events: a device's reports are told apart by that."""
    if seen.sensor not in (EDR, "mac"):
        return []
    return [
        (table, {**row, "ReportId": seen.number * 10 + number})
        for number, (table, row) in enumerate(documents(seen.event))
    ]
