"""Microsoft's parser finds, in what is imported, every column that an alert names."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.content.load import load
from sigmapack.targets import discover
from tests.engines import corpus
from tests.engines.kusto.clock import rules
from tests.engines.kusto.parser import parse, schema

pytestmark = pytest.mark.engines("kusto")


@cache
def detections() -> dict[str, dict[str, Any]]:
    content, target = load(corpus.ROOT), discover()["defender"]
    queries = tuple(query for query in compile_target(content, target) if query.path)
    files = target.package(content, queries)
    return {f.path: json.loads(f.data) for f in files if f.path.startswith("custom_detections/")}


def test_rows_of_sentinels_rules_have_what_their_alerts_name() -> None:
    """Sentinel (e), (f): also with the frame around them, queries are KQL, and rows are whole."""
    parsed = parse({name: rule["query"] for name, rule in rules().items()}, schema("sentinel"))
    for name, rule in rules().items():
        found = parsed[name]
        assert found.diagnostics == [], name
        mapped = [f["columnName"] for e in rule["entityMappings"] for f in e["fieldMappings"]]
        title = rule["alertDetailsOverride"]["alertDisplayNameFormat"].partition("{{")[2]
        named = {*mapped, *rule["customDetails"].values(), title.removesuffix("}}")}
        assert named <= {*found.columns}, (name, named - {*found.columns})


def test_rows_of_defenders_detections_have_what_their_alerts_name() -> None:
    """Defender (a): a column that the query does not project is a reason for refusal."""
    texts = {name: one["queryCondition"]["queryText"] for name, one in detections().items()}
    parsed = parse(texts, schema("defender"))
    for name, one in detections().items():
        assert parsed[name].diagnostics == [], name
        alert = one["detectionAction"]["alertTemplate"]
        named = {c for m in alert["entityMappings"].values() for e in m for c in e.values()}
        named |= {*alert.get("customDetails", {}).values(), "Timestamp", "DeviceId", "ReportId"}
        assert named <= {*parsed[name].columns}, (name, named - {*parsed[name].columns})
