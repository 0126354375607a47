"""One rule with a detection, run on events that are their fields alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sigmapack.replay import Report, replay
from tests.conftest import MakeContent

LOGSOURCE = {"product": "windows", "category": "process_creation"}
RULE: dict[str, Any] = {
    "title": "Modifier",
    "id": "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7b01",
    "name": "modifier",
    "logsource": LOGSOURCE,
    "level": "low",
}
Found = Callable[..., list[int]]
Run = Callable[..., Report]


@pytest.fixture
def run(make_content: MakeContent, tmp_path: Path) -> Run:
    """Replay events (their fields) with one rule that has a detection."""

    def run(detection: dict[str, Any], *events: dict[str, Any]) -> Report:
        path = tmp_path / "events.jsonl"
        lines = [json.dumps({"logsource": LOGSOURCE, **event}) + "\n" for event in events]
        path.write_text("".join(lines), "utf-8")
        text = yaml.safe_dump({**RULE, "detection": detection}, allow_unicode=True)
        return replay(make_content({}, rule=text), [path])

    return run


@pytest.fixture
def found(run: Run) -> Found:
    """The positions, from 1, of the events that match; the rule must run."""

    def found(selection: Any, *events: dict[str, Any], condition: str = "sel") -> list[int]:
        report = run({"sel": selection, "condition": condition}, *events)
        assert [query.reason for query in report.refused] == []
        assert report.unreadable == 0
        return sorted(match.record for match in report.matches)

    return found


def of(field: str, *values: Any) -> list[dict[str, Any]]:
    return [{field: value} for value in values]
