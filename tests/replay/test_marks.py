"""A correlation of the events that its rules matched finds what the shipped query finds."""

from __future__ import annotations

import json
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
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    counted = BOTH.replace("temporal_ordered", "event_count").replace(
        "    timespan: 1h\n", "    timespan: 1h\n    condition: {gte: 3}\n"
    )
    content = make_content(sample=RULE, other=OTHER, both=counted)
    for made in (plan(content), plan(content, shipped=True)):
        assert [match.rule.name for match in run(made, [path]).matches] == ["sample", "other"]


def test_the_column_of_marks_is_called_like_no_field(make_content: MakeContent) -> None:
    rule = RULE.replace("QueryName|expand: '%ioc_domains%'", "Sigma_Rules: '|0|'")
    assert plan(make_content(sample=rule)).marks == "sigma_rules_"


SAME = """\
title: {title}
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a{number}
logsource: {{product: windows, category: process_creation}}
detection:
    selection: {{Image|endswith: '\\{program}'}}
    condition: selection
level: high
"""
OFTEN = """\
title: Often {name}
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7b{number}
name: often_{name}
correlation:
    type: event_count
    rules: [6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a{number}]
    group-by: [Computer]
    timespan: 1h
    condition: {{gte: 2}}
level: high
"""


def test_of_rules_that_are_called_alike_each_has_its_own_mark(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    for place, program, own in (("a", "cmd.exe", "11"), ("b", "other.exe", "12")):
        (folder / place).mkdir(parents=True)
        text = SAME.format(title=place, number=own, program=program)
        (folder / place / "same.yml").write_text(text, "utf-8")
        (folder / f"often_{place}.yml").write_text(OFTEN.format(name=place, number=own), "utf-8")
    path = tmp_path / "events.jsonl"
    lines = [shell(f"2023-03-29 10:0{minute}:00") for minute in range(3)]
    lines.append({**lines[0], "Image": "C:\\other.exe"})
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    content = load(ROOT, folder)
    for made in (plan(content), plan(content, shipped=True)):
        assert {match.rule.name for match in run(made, [path]).matches} == {"same", "often_a"}
