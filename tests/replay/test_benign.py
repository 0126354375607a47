"""No rule that alerts fires on a great many events of normal activity."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from sigmapack.replay import replay
from tests.engines.corpus import pack
from tests.replay.benign import events

STRONG = ("critical", "high")


def test_nothing_high_or_critical_fires_on_benign_events(tmp_path: Path) -> None:
    path = tmp_path / "benign.jsonl"
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(event) + "\n" for event in events(100_000, seed=20230329))
    report = replay(pack(), [path])
    assert (report.events, report.bad) == (100_000, [])
    strong = Counter(match.rule.name for match in report.matches if match.rule.level in STRONG)
    assert strong == Counter()
    # the events are not blind: rules that say what is normal do fire
    assert any(m.rule.name == "proc_creation_win_threecx_fixed_build" for m in report.matches)
