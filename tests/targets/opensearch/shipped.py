"""What the pack ships for OpenSearch."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.targets.opensearch import TARGET
from tests.conftest import ROOT


@cache
def queries() -> dict[str, Query]:
    return {query.rule.name: query for query in compile_target(load(ROOT), TARGET)}


@cache
def files() -> dict[str, bytes]:
    made = TARGET.package(load(ROOT), tuple(queries().values()))
    return {artifact.path: artifact.data for artifact in made}


@cache
def monitors() -> dict[str, dict[str, Any]]:
    """Rule -> its monitor."""
    return {
        query.rule.name: json.loads(files()[f"monitors/{Path(query.path).stem}.json"])
        for query in queries().values()
        if query.path
    }


@cache
def index() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(files()["security_analytics/index.json"])
    return found


def searched(monitor: dict[str, Any]) -> dict[str, Any]:
    """The search of a monitor."""
    found: dict[str, Any] = monitor["inputs"][0]["search"]["query"]
    return found
