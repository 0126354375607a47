"""A sample of events on two builds: what is found now, and what is lost."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import pytest

from sigmapack.compare.replayed import Replayed, plan_of, replay_both
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.package import package_all
from sigmapack.content.load import load
from sigmapack.deployed import open_bundle
from sigmapack.events.files import UnreadableInput
from sigmapack.manifest import manifest
from sigmapack.replay import guard, replay, run
from sigmapack.targets import discover
from sigmapack.write import write
from tests.cli.command import CORRELATION
from tests.compare.builds import DATED, PLAIN, build, events
from tests.conftest import ROOT

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
        {"sample": PLAIN, "twice": CORRELATION},
        {
            "sample": PLAIN.replace("'.example.com'", "['a.example.com', '.net']"),
            "twice": CORRELATION,
        },
    )
    assert [(m.rule.name, m.record) for m in found.lost] == [("sample", 2)]
    assert [(m.rule.name, m.record) for m in found.found] == [("sample", 3)]
    assert (found.events, found.both) == (3, 2)  # the first event, and that there are two


def test_a_correlation_that_fires_no_more_is_lost(tmp_path: Path) -> None:
    found = both(
        tmp_path,
        {"sample": PLAIN, "twice": CORRELATION},
        {"sample": PLAIN.replace("'.example.com'", "'a.example.com'"), "twice": CORRELATION},
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
        "ATTACH 'file:///x' AS x;",
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


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT 1;", "its rows do not name the events found"),
        ("SELECT 'x' AS event_id;", "its rows do not name the events found"),
        ("SELECT 99 AS event_id;", "its rows do not name the events found"),
        ("SELECT 9223372036854775807 + 1 AS event_id;", "its rows do not name the events found"),
        ("SELECT event_id, zeroblob(60000000) AS x FROM logs;", "SQLite does not run its query"),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, "
            "hex(zeroblob(1000000)) FROM n;",
            "its rows have more than 67,108,864 bytes",
        ),
        ("SELECT " + ", ".join(["1"] * 200) + ";", "SQLite does not run its query"),
    ],
)
def test_a_query_that_gives_no_events_or_too_much_is_refused(
    tmp_path: Path, query: str, reason: str
) -> None:
    place = events(tmp_path, sample=NAMES) / "sample.match.jsonl"
    old, new = (
        build(tmp_path / "old", {"sample": PLAIN}),
        build(tmp_path / "new", {"sample": PLAIN}),
    )
    put(new, "sqlite/queries/sample.sql", query)
    found = replay_both(open_bundle(old), open_bundle(new), [place])
    ((_, refused),) = found.refused
    assert refused.reason.startswith(reason)
    assert len(found.lost) == 2


@pytest.mark.parametrize("query", ["SELECT 1;", "SELECT '1' AS group_keys, 1 AS occurrence_time, "
                                   "'{' AS event_ids;"])  # fmt: skip
def test_a_correlation_that_names_no_events_is_refused(tmp_path: Path, query: str) -> None:
    rules = {"sample": PLAIN, "twice": CORRELATION}
    place = events(tmp_path, sample=NAMES) / "sample.match.jsonl"
    old, new = build(tmp_path / "old", rules), build(tmp_path / "new", rules)
    put(new, "sqlite/queries/twice.sql", query)
    found = replay_both(open_bundle(old), open_bundle(new), [place])
    assert [one.rule.name for _, one in found.refused] == ["twice"]
    assert [match.rule.name for match in found.lost] == ["twice"]


def test_values_that_are_no_texts_are_told_as_texts(tmp_path: Path) -> None:
    place = events(tmp_path, sample=NAMES) / "sample.match.jsonl"
    other = PLAIN.replace("'.example.com'", "'.org'")
    old, new = (
        build(tmp_path / "old", {"sample": other}),
        build(tmp_path / "new", {"sample": PLAIN}),
    )
    put(new, "sqlite/queries/sample.sql", "SELECT event_id, x'ff' AS QueryName FROM logs;")
    found = replay_both(open_bundle(old), open_bundle(new), [place])
    assert {match.fields["QueryName"] for match in found.found} == {"b'\\xff'"}


def test_all_queries_of_a_stranger_have_one_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    monkeypatch.setattr(guard, "SECONDS", 1.0)
    names = [f"rule{n}" for n in range(5)]
    rules = {
        name: PLAIN.replace("2b7a01", f"2b7a1{n}").replace("sample", name).replace("Sample", name)
        for n, name in enumerate(names)
    }
    made = build(tmp_path / "new", rules)
    for name in names:
        put(made, f"sqlite/queries/{name}.sql", f"{endless};")
    place = events(tmp_path, sample=NAMES) / "sample.match.jsonl"
    begun = time.monotonic()
    report = run(plan_of(open_bundle(made)), [place], scan=False)
    assert time.monotonic() - begun < 4
    assert len(report.refused) == 5


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
