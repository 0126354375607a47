"""What the pack ships for LogScale: the files beside the package, and those in it."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from typing import Any

import yaml

from sigmapack import __version__
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.targets.logscale import TARGET
from tests.conftest import ROOT

ARCHIVE = f"threecx-detection-pack-{__version__}.zip"


@cache
def queries() -> dict[str, Query]:
    """Title -> query."""
    return {q.rule.title: q for q in compile_target(load(ROOT), TARGET) if q.path}


@cache
def alone() -> dict[str, dict[str, Any]]:
    """Path -> filter alert, as a pack without findings has them."""
    single = tuple(query for query in queries().values() if not query.rule.is_finding)
    made = {artifact.path: artifact.data for artifact in TARGET.package(load(ROOT), single)}
    with zipfile.ZipFile(io.BytesIO(made[ARCHIVE])) as archive:
        paths = [path for path in archive.namelist() if path.startswith("filter-alerts/")]
        return {path: yaml.safe_load(archive.read(path)) for path in paths}


@cache
def made() -> dict[str, bytes]:
    found = TARGET.package(load(ROOT), tuple(queries().values()))
    return {artifact.path: artifact.data for artifact in found}


@cache
def files() -> dict[str, bytes]:
    """The files of the archive."""
    with zipfile.ZipFile(io.BytesIO(made()[ARCHIVE])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def assets() -> dict[str, dict[str, Any]]:
    """Path -> document, of all YAML files."""
    return {path: yaml.safe_load(data) for path, data in files().items() if path.endswith(".yaml")}
