"""Elasticsearch says what a correlation alerts on: whom it names, and what is one contact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.engines.elasticsearch.engine import load, rows, server
from tests.engines.elasticsearch.test_esql import CORRELATIONS, TEXTS, shown
from tests.engines.opensearch.engine import Server
from tests.shapes.ecs import Document

pytestmark = pytest.mark.engines("elasticsearch")

NAMES = [
    "akamaicontainer.com",
    "pbxsources.com",
    "sourceslabs.com",
    "visualstudiofactory.com",
    "officeaddons.com",
    "azuredeploystore.com",
    "msstorageboxes.com",
    "zacharryblogs.com",
    "glcloudservice.com",
    "pbxcloudeservices.com",
    "msedgepackageinfo.com",
]


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as found:
        load(found, "default", {"corpus": shown()})
        yield found


def lookup(minutes: float, host: str = "WS-1", name: str = NAMES[0], **more: Any) -> Document:
    """A lookup some minutes ago, as Elastic Defend reports it."""
    time = datetime.now(UTC) - timedelta(minutes=minutes, seconds=2)
    return {
        "@timestamp": time.isoformat(timespec="milliseconds"),
        "event.dataset": "endpoint.events.network",
        "host.os.type": "windows",
        "network.protocol": "dns",
        "host.name": host,
        "dns.question.name": name,
        **more,
    }


def found(to: Server, rule: str, case: str, documents: Sequence[Document]) -> list[dict[str, Any]]:
    """The rows that a correlation gives on some documents alone."""
    owner = f"{rule} {case}"
    load(to, f"{rule}.{case}", {owner: {0: documents}})
    return rows(to, TEXTS[f"correlation_threecx_{rule}"], owner)


@pytest.mark.parametrize("rule", CORRELATIONS, ids=lambda rule: rule.name)
def test_an_empty_site_is_silent(running: Server, rule: Any) -> None:
    assert rows(running, TEXTS[rule.name], "nobody") == []


def test_the_sensors_of_one_contact_count_once(running: Server) -> None:
    """Elastic (e): five rows of two lookups within a minute were five contacts of a beacon."""
    minute = [lookup(0.1 * n, **{"event.action": "lookup_result"}) for n in range(6)]
    assert found(running, "beacon_host", "once", minute) == []
    hours = [lookup(60 * n + 1) for n in range(6)]
    (row,) = found(running, "beacon_host", "hourly", hours)
    assert row["periods"] in (6, 7)
    assert (row["host.name"], row["dns.question.name"]) == ("ws-1", NAMES[0])


def test_an_alert_on_several_hosts_names_them(running: Server) -> None:
    """Elastic (d): the alert said how many hosts there are, not which."""
    hosts = [lookup(n, host, NAMES[n]) for n, host in enumerate(("WS-3", "WS-1", "WS-2"))]
    (row,) = found(running, "c2_domain_several_hosts", "three", hosts)
    assert row["host.name"] == ["WS-1", "WS-2", "WS-3"]
    assert set(row["dns.question.name"]) == set(NAMES[:3])
    assert found(running, "c2_domain_several_hosts", "two", hosts[:2]) == []


def test_a_sweep_is_found_though_it_was_indexed_late(running: Server) -> None:
    """Elastic (c): a query that cuts at ten minutes saw nothing of what came ten minutes late."""
    late = [lookup(10 + 0.5 * n, name=name) for n, name in enumerate(NAMES)]
    (row,) = found(running, "indicator_sweep_host", "late", late)
    assert row["host.name"] == "ws-1"
    assert row["value_count"] >= 10


def test_a_sweep_over_more_than_its_span_is_none(running: Server) -> None:
    slow = [lookup(1.6 * n, name=name) for n, name in enumerate(NAMES)]
    assert found(running, "indicator_sweep_host", "slow", slow) == []
