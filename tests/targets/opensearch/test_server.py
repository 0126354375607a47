"""OpenSearch's server runs the search of every monitor."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.engines.opensearch.engine import server
from tests.targets.opensearch.shipped import monitors, searched

pytestmark = pytest.mark.engines("opensearch")


def test_the_server_runs_the_search_of_every_monitor_and_finds_an_event_in_its_time() -> None:
    end = datetime(2026, 2, 3, 8, 20, tzinfo=UTC)
    event = {
        "@timestamp": "2026-02-03T08:00:00.000Z",
        "winlog": {"channel": "Microsoft-Windows-Sysmon/Operational"},
        "event": {"code": "22"},
        "host": {"name": "WS-0031"},
        "dns": {"question": {"name": "akamaicontainer.com"}},
    }
    mapping = {
        "dynamic_templates": [
            {"text": {"match_mapping_type": "string", "mapping": {"type": "keyword"}}}
        ]
    }
    with server() as running:
        running.request("PUT", "/winlogbeat-1", {"mappings": mapping})
        running.request("POST", "/winlogbeat-1/_doc?refresh=true", event)
        found = {}
        for name, monitor in monitors().items():
            moment = str(int(end.timestamp() * 1000))
            body = json.dumps(searched(monitor)).replace("{{period_end}}", moment)
            answer = running.request("POST", "/winlogbeat-*/_search", json.loads(body))
            buckets = answer["aggregations"]["affected"]["buckets"]
            found[name] = [bucket["key"]["name"] for bucket in buckets]
        assert {name: keys for name, keys in found.items() if keys} == {
            "dns_query_win_threecx_c2_domain": ["WS-0031"],
            "correlation_threecx_finding_c2_domain_host": ["WS-0031"],
        }
        body = json.dumps(searched(monitors()["dns_query_win_threecx_c2_domain"]))
        late = str(int(end.timestamp() * 1000) + 126 * 60_000)
        answer = running.request(
            "POST", "/winlogbeat-*/_search", json.loads(body.replace("{{period_end}}", late))
        )
        assert answer["hits"]["total"]["value"] == 0
