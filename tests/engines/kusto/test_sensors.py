"""What Defender's sensor reports is seen in Sentinel as what Sysmon reports is."""

from __future__ import annotations

from functools import cache

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.targets import discover
from tests.engines import corpus
from tests.engines.kusto.engine import replay
from tests.shapes.sentinel import sensor

pytestmark = pytest.mark.engines("duckdb-kql")

#: Log sources of which both have something to say, each with what is known to be missed.
SOURCES: dict[str, list[str]] = {
    "windows/process_creation": [],
    "windows/file_event": [],
    "windows/file_executable_detected": [],
    "windows/network_connection": [],
    # The sensor does not say how a lookup was answered where the answer is no address.
    "windows/dns_query": [
        "dns_query_win_threecx_c2_domain_blocked missed: match of "
        "dns_query_win_threecx_c2_domain: answered by the block, still touched",
        "dns_query_win_threecx_c2_domain_blocked missed: match of "
        "dns_query_win_threecx_c2_domain_blocked: no such name",
        "dns_query_win_threecx_c2_domain_blocked missed: match of "
        "dns_query_win_threecx_c2_domain_blocked: refused, subdomain, final dot",
        "dns_query_win_threecx_c2_domain_blocked missed: match of "
        "dns_query_win_threecx_c2_domain_blocked: server failure",
        "dns_query_win_threecx_c2_domain_blocked missed: match of "
        "dns_query_win_threecx_c2_domain_blocked: no answer in time",
    ],
    "linux/process_creation": [],
    "linux/file_event": [],
    "linux/network_connection": [],
}


@cache
def queries() -> tuple[Query, ...]:
    found = compile_target(load(corpus.ROOT), discover()["sentinel"])
    return tuple(query for query in found if query.path and not query.rule.is_correlation)


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_rule_says_the_same_of_both_sensors(source: str) -> None:
    """Sentinel (c): the path of a file, which its parser doubles; (d): lookups, which no parser
    reads, versions, which its parser leaves in their columns, and Linux, which it does not name."""
    asked = {q.rule.name: q.text for q in queries() if q.rule.logsource.key == source}
    rows = {
        case.number: sensor.documents(case.event)
        for case in corpus.cases()
        if case.event.logsource[0].key == source
    }
    assert asked and any(rows.values())
    found = replay("sentinel", rows, asked)
    assert corpus.differences(found, set(rows)) == SOURCES[source]
