"""A sample of events on two builds: what is found now, and what is lost."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from sigmapack.compare.replayed import Replayed, plan_of, replay_both
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.package import package_all
from sigmapack.content.load import load
from sigmapack.deployed import open_bundle
from sigmapack.events.files import UnreadableInput
from sigmapack.manifest import manifest
from sigmapack.replay import replay, run
from sigmapack.targets import discover
from sigmapack.write import write
from tests.compare.builds import DATED, PLAIN, build, events
from tests.conftest import ROOT

TWICE = """\
title: Twice
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a03
name: twice
correlation:
    type: event_count
    rules: [sample]
    group-by: [Computer]
    timespan: 1h
    condition: {gte: 2}
level: critical
"""
NAMES = ("a.example.com", "b.example.com", "c.example.net")


def put(build: Path, path: str, text: str) -> None:
    """Put another query into a build, and its hash into the manifest, as a stranger would."""
    (build / path).write_text(text, "utf-8")
    manifest = json.loads((build / "manifest.json").read_text("utf-8"))
    manifest["files"][path] = hashlib.sha256(text.encode()).hexdigest()
    (build / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def both(tmp_path: Path, old: dict[str, str], new: dict[str, str]) -> Replayed:
    place = events(tmp_path, sample=NAMES) / "sample.match.jsonl"
    builds = [open_bundle(build(tmp_path / n, r)) for n, r in (("old", old), ("new", new))]
    return replay_both(builds[0], builds[1], [place])


def test_lost_and_found_events_are_named_by_rule(tmp_path: Path) -> None:
    found = both(
        tmp_path,
        {"sample": PLAIN, "twice": TWICE},
        {"sample": PLAIN.replace("'.example.com'", "['a.example.com', '.net']"), "twice": TWICE},
    )
    assert [(m.rule.name, m.record) for m in found.lost] == [("sample", 2)]
    assert [(m.rule.name, m.record) for m in found.found] == [("sample", 3)]
    assert (found.events, found.both) == (3, 2)  # the first event, and that there are two


def test_a_correlation_that_fires_no_more_is_lost(tmp_path: Path) -> None:
    found = both(
        tmp_path,
        {"sample": PLAIN, "twice": TWICE},
        {"sample": PLAIN.replace("'.example.com'", "'a.example.com'"), "twice": TWICE},
    )
    assert {m.rule.name for m in found.lost} == {"sample", "twice"}
    assert [m.host for m in found.lost if m.rule.name == "twice"] == ["WS-1"]


def test_what_a_build_ships_finds_what_a_replay_of_its_rules_finds(tmp_path: Path) -> None:
    """The pack's own events of correlations, on the build's files and on the rules."""
    files = sorted((ROOT / "tests" / "events" / "correlation").glob("*beacon*.match.jsonl"))
    assert files
    content = load(ROOT)
    wanted = {
        (m.rule.name, m.file, m.record, m.records) for m in replay(content, files, True).matches
    }

    target = discover()["sqlite"]
    made = package_all(content, [target], list(compile_target(content, target)))
    write([*made.files, manifest(content, made.queries, made.files)], tmp_path / "dist")
    report = run(plan_of(open_bundle(tmp_path / "dist")), files, scan=False)
    assert report.refused == []
    assert {(m.rule.name, m.file, m.record, m.records) for m in report.matches} == wanted


@pytest.mark.parametrize(
    "query",
    [
        "ATTACH 'file:///tmp/x' AS x;",
        "SELECT load_extension('x') FROM logs;",
        "DELETE FROM logs;",
        "SELECT 1; SELECT 2;",
        "no SQL at all",
    ],
)
def test_a_query_that_does_more_than_read_events_is_refused_and_the_others_run(
    tmp_path: Path, query: str
) -> None:
    place = events(tmp_path, sample=NAMES) / "sample.match.jsonl"
    rules = {
        "sample": PLAIN,
        "second": PLAIN.replace("2b7a01", "2b7a02")
        .replace("name: sample", "name: second")
        .replace("Sample", "Second"),
    }
    old, new = build(tmp_path / "old", rules), build(tmp_path / "new", rules)
    put(new, "sqlite/queries/sample.sql", query)
    found = replay_both(open_bundle(old), open_bundle(new), [place])
    ((name, refused),) = found.refused
    assert (name, refused.rule.name) == ("dist", "sample")
    assert found.both == 2


def test_a_query_that_was_changed_after_the_build_is_not_run(tmp_path: Path) -> None:
    made = build(tmp_path / "old", {"sample": DATED})
    (made / "sqlite/queries/sample.sql").write_text("SELECT 1;", "utf-8")
    with pytest.raises(UnreadableInput, match=r"sample\.sql: is not what manifest\.json says"):
        replay_both(open_bundle(made), open_bundle(made), [])


@pytest.mark.parametrize("name", ["", "x\x00y", "x" * 201])
def test_a_field_that_no_table_can_have_refuses_its_rule(tmp_path: Path, name: str) -> None:
    made = build(tmp_path / "old", {"sample": DATED})
    manifest = json.loads((made / "manifest.json").read_text("utf-8"))
    manifest["rules"][0]["fields"] = [name]
    (made / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    place = events(tmp_path, sample=NAMES) / "sample.match.jsonl"
    found = replay_both(open_bundle(made), open_bundle(made), [place])
    assert [one.reason for _, one in found.refused] == [f"{name[:40]!r} is no field's name"] * 2
