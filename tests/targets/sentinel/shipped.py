"""What the pack ships for Sentinel."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.targets.sentinel import TARGET
from tests.conftest import ROOT


@cache
def queries() -> tuple[Query, ...]:
    return tuple(query for query in compile_target(load(ROOT), TARGET) if query.path)


@cache
def files() -> dict[str, bytes]:
    return {file.path: file.data for file in TARGET.package(load(ROOT), queries())}


@cache
def documents(folder: str) -> dict[str, dict[str, Any]]:
    """Files of a folder by stem, read."""
    named = {Path(path): data for path, data in files().items() if path.startswith(f"{folder}/")}
    return {path.stem: yaml.safe_load(data) for path, data in named.items()}


def resources(name: str) -> list[dict[str, Any]]:
    return list(json.loads(files()[name])["resources"])
