"""What the pack ships for Elastic."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.targets.elastic import TARGET
from tests.conftest import ROOT


@cache
def queries() -> tuple[Query, ...]:
    return tuple(compile_target(load(ROOT), TARGET))


@cache
def rules() -> tuple[dict[str, Any], ...]:
    (file,) = [a for a in TARGET.package(load(ROOT), queries()) if a.path == "rules.ndjson"]
    assert len(file.data) < 10_000_000
    return tuple(json.loads(line) for line in file.data.decode().splitlines())


@cache
def files() -> dict[str, bytes]:
    return {a.path: a.data for a in TARGET.package(load(ROOT), queries())}
