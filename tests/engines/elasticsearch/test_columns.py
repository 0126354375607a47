"""A site runs few of the integrations: ES|QL takes every query once the pack's index is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sigmapack.targets.elastic import TARGET
from tests.engines.elasticsearch.engine import server
from tests.engines.elasticsearch.test_esql import CONTENT, TEXTS
from tests.engines.opensearch.engine import QueryFailed, Server
from tests.shapes.opensearch import without_wildcard

pytestmark = pytest.mark.engines("elasticsearch")

FILES = {each.path: each.data for each in TARGET.package(CONTENT, ())}
#: A field type that the published server lacks, and one it has.
LACKING = ('"flattened"', '"object"')


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    """A server with the one index of an agent that has no field of the queries but the time."""
    with server() as found:
        put(found, "/logs-endpoint.events.process-default", {"mappings": TIME})
        yield found


TIME = {"properties": {"@timestamp": {"type": "date"}}}


def put(to: Server, path: str, body: dict[str, Any]) -> None:
    to.request("PUT", path, body)


def refused(to: Server) -> dict[str, str]:
    """Query -> why the server does not take it."""
    found = {}
    for name, text in TEXTS.items():
        try:
            to.request("POST", "/_query", {"query": text})
        except QueryFailed as error:
            found[name] = str(error)
    return found


def test_the_index_of_indicators_has_every_field_that_a_query_names(running: Server) -> None:
    before = refused(running)
    assert any("Unknown column" in reason for reason in before.values())
    assert any("Unknown index" in reason for reason in before.values())

    template = FILES["indicator_index_template.json"].decode().replace(*LACKING)
    put(running, "/_index_template/threecx-indicators", without_wildcard(json.loads(template)))
    for path, data in sorted(FILES.items()):
        if path.startswith("indicators/"):
            assert not running.request("POST", "/_bulk?refresh=true", data)["errors"], path

    assert refused(running) == {}


def test_no_query_finds_the_indicators_themselves(running: Server) -> None:
    found = {name: running.request("POST", "/_query", {"query": TEXTS[name]}) for name in TEXTS}
    assert {name: answer["values"] for name, answer in found.items() if answer["values"]} == {}
