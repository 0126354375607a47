"""A correlation of the events that its rules matched finds what the shipped query finds."""

from __future__ import annotations

from pathlib import Path

from sigmapack.content.load import load
from sigmapack.replay import run
from sigmapack.replay.planning import plan
from tests.conftest import ROOT, RULE, MakeContent
from tests.replay.test_matches import BOTH, OTHER, query, shell
from tests.replay.test_scan import compared

EVENTS = ROOT / "tests" / "events"


def test_on_the_events_of_the_pack_both_find_the_same() -> None:
    content = load(ROOT)
    files = sorted(EVENTS.rglob("*.jsonl"))
    marked, shipped = run(plan(content), files), run(plan(content, shipped=True), files)
    assert sum(match.rule.is_correlation for match in marked.matches) > 50
    assert compared(marked) == compared(shipped)
    assert marked.refused == shipped.refused


def test_an_event_with_several_rows_counts_once(make_content: MakeContent, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    names = ["bad.example.com", "worse.example.net"]
    lines = [query("2023-03-29 10:00:00", names), shell("2023-03-29 10:10:00")]
    path.write_text("".join(f"{line}\n".replace("'", '"') for line in lines), "utf-8")
    counted = BOTH.replace("temporal_ordered", "event_count").replace(
        "    timespan: 1h\n", "    timespan: 1h\n    condition: {gte: 3}\n"
    )
    content = make_content(sample=RULE, other=OTHER, both=counted)
    for made in (plan(content), plan(content, shipped=True)):
        assert [match.rule.name for match in run(made, [path]).matches] == ["sample", "other"]


def test_the_column_of_marks_is_called_like_no_field(make_content: MakeContent) -> None:
    rule = RULE.replace("QueryName|expand: '%ioc_domains%'", "Sigma_Rules: '|0|'")
    assert plan(make_content(sample=rule)).marks == "sigma_rules_"
