"""What the pack ships for Defender."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.targets.defender import TARGET
from tests.conftest import ROOT


@cache
def queries() -> tuple[Query, ...]:
    return tuple(query for query in compile_target(load(ROOT), TARGET) if query.path)


@cache
def files() -> dict[str, bytes]:
    return {file.path: file.data for file in TARGET.package(load(ROOT), queries())}


@cache
def detections() -> dict[str, dict[str, Any]]:
    """Custom detections by their files' stems."""
    return {
        Path(path).stem: json.loads(data)
        for path, data in files().items()
        if path.startswith("custom_detections/")
    }
