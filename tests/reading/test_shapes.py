"""Shapes: a record is recognised by its content, or by its file's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.reading.sample import FLAT, one, source


def test_an_explicit_log_source_is_taken_as_it_is(tmp_path: Path) -> None:
    record = {
        "logsource": {"category": "proxy"},
        "timestamp": "2023-03-29T10:00:00Z",
        "cs-host": "a",
    }
    event = one(tmp_path, record)
    assert event.logsource == (source(None, "proxy"),)
    assert event.fields["cs-host"] == "a"


@pytest.mark.parametrize("name", ["events.json", "dns.log", "dns.2023-03-29.log"])
def test_a_zeek_record_by_its_path_or_the_files_name(tmp_path: Path, name: str) -> None:
    record = {"ts": 1680084000.5, "uid": "C1", "id.orig_h": "10.0.0.1", "query": "a.example"}
    if name == "events.json":
        record["_path"] = "dns"
    event = one(tmp_path, record, name)
    assert event.logsource == (source("zeek", None, "dns"),)
    assert (event.timestamp, event.host) == ("2023-03-29T10:00:00.500Z", "10.0.0.1")
    assert event.fields["id.orig_h"] == "10.0.0.1"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda record: {"_index": "x", "_id": "1", "_source": record},
        lambda record: {"preview": False, "offset": 0, "result": record},
        lambda record: {"result": record},
        lambda record: {"document": {"kind": "evtx", "data": record}},
    ],
    ids=["Elasticsearch hit", "Splunk result", "bare result", "Chainsaw"],
)
def test_an_event_inside_a_search_hit_is_taken_out(tmp_path: Path, wrap: Any) -> None:
    event = one(tmp_path, wrap(FLAT))
    assert event.fields["QueryName"] == "a.example"
    assert event.logsource[0] == source("windows", "dns_query")
