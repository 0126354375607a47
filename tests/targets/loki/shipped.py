"""What the pack ships for Loki's ruler."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.targets.loki import TARGET
from tests.conftest import ROOT

DETECTION = "rules/threecx_detection.yaml"
HUNTING = "rules/threecx_hunting.yaml"


@cache
def queries() -> dict[str, Query]:
    return {q.rule.id: q for q in compile_target(load(ROOT), TARGET) if q.path}


@cache
def files() -> dict[str, str]:
    made = TARGET.package(load(ROOT), tuple(queries().values()))
    return {artifact.path: artifact.data.decode() for artifact in made}


@cache
def alerts() -> dict[str, dict[str, Any]]:
    """Rule id -> its alert, with the interval of its group, as a YAML reader sees it."""
    return {
        alert["labels"]["rule_id"]: {**alert, "interval": group["interval"]}
        for text in files().values()
        for group in yaml.safe_load(text)["groups"]
        for alert in group["rules"]
    }
