"""An alert of Sentinel on what happens on a host names that host, whichever sensor saw it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sigmapack.events.read import Event
from tests.engines import corpus
from tests.engines.kusto.clock import rules
from tests.engines.kusto.engine import NUMBER, Document, run
from tests.shapes import sentinel
from tests.shapes.sentinel import sensor
from tests.shapes.sentinel.network import connection_of_sysmon

pytestmark = pytest.mark.engines("duckdb-kql")


def connections(event: Event) -> list[Document]:
    if event.logsource[0].key != "windows/network_connection":
        return []
    return [("_Im_NetworkSession", connection_of_sysmon(event))]


SHAPES: dict[str, Callable[[Event], list[Document]]] = {
    "Sysmon": sentinel.documents,
    "Sysmon's connections": connections,
    "Defender's sensor": sensor.documents,
}
#: Log sources of what happens on a host.
SYSTEMS = ("windows/", "linux/", "macos/")


def host(rule: dict[str, Any]) -> str:
    """The column that names the host."""
    (entity,) = [found for found in rule["entityMappings"] if found["entityType"] == "Host"]
    (field,) = entity["fieldMappings"]
    return str(field["columnName"])


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_the_host_of_an_alert_is_where_it_happened(shape: str) -> None:
    """Sentinel (e). Of Sysmon's connections DvcHostname is the destination, of its registry events
    and of Linux's processes it is empty: the host was the campaign's domain, or none."""
    wanted: dict[str, dict[int, Event]] = {}
    for case in corpus.cases():
        key = case.event.logsource[0].key
        own = case.kind == "match" and key.startswith(SYSTEMS) and "dns-server" not in key
        own = own and case.rule in rules() and "Computer" in case.event.fields
        if own and SHAPES[shape](case.event):
            wanted.setdefault(case.rule, {})[case.number] = case.event
    jobs = [
        ({number: SHAPES[shape](event) for number, event in events.items()}, {name: text(name)})
        for name, events in wanted.items()
    ]
    wrong = []
    for (name, events), answer in zip(wanted.items(), run("sentinel", jobs), strict=True):
        for row in answer[name]:
            named = str(row[host(rules()[name])])
            if short(named) != short(str(events[row[NUMBER]].fields["Computer"])):
                wrong.append((name, named))
    assert jobs and wrong == []


def text(name: str) -> str:
    """A rule's query at any time, with the column that names the host if nothing else does."""
    query = str(rules()[name]["query"]).replace("ago(", "datetime(2000-01-01) + (0 * ")
    return f"// {host(rules()[name])}\n{query}"


def short(name: str) -> str:
    """A host's name without its domain."""
    return name.partition(".")[0].lower()
