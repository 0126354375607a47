"""Tables too long for a query match as the same tables do that are written into queries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sigmapack.content import limits
from sigmapack.content.load import load
from sigmapack.matches import Report
from sigmapack.replay import kept, run, tables
from sigmapack.replay.plan import Plan, dumped, loaded
from sigmapack.replay.planning import plan
from tests.conftest import ROOT, RulesFolder

RULE = """\
title: Sample
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7b01
name: sample
logsource:
    category: proxy
level: low
detection:
    names:
        QueryName|expand: '%hosts%'
    hosts:
        cs-host|expand: '%hosts%'
    urls:
        c-uri|expand: '%hosts%'
    condition: 1 of them
"""
NAMES = ("Bad.Example", "evil.example.org", "x-1.test_zone.net")
#: Ends, ports and URLs, of which some match and others look as if they did.
VALUES = [
    text
    for name in (*NAMES, "good.example")
    for low in (name, name.upper(), name.lower())
    for host in (low, f"a.{low}", f".{low}", f"x{low}", f"a-{low}", f"{low}.com", f"a..b.{low}")
    for end in ("", ".", "..", ":443", ".:443", ":443:1", ":", " ", "/", "/x", "\u212a")
    for text in (
        f"{host}{end}",
        f"https://{host}{end}",
        f"ftp://u:p@{host}{end}?q",
        f"b:{host}{end}",
        f"https://good.test/{host}{end}",
    )
] + ["", ".", ":", "." * 70_000, "a:" * 70_000 + "bad.example:1", "a." * 70_000 + "bad.example"]


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Each value in each of the fields, with harmless events among them."""
    path = tmp_path / "events.jsonl"
    records = [
        {"logsource": {"category": "proxy"}, field: value}
        for value in VALUES
        for field in ("QueryName", "cs-host", "c-uri")
    ]
    path.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    return path


@pytest.fixture
def folder(rules_folder: RulesFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return rules_folder({"hosts": "\n".join(["domain", *NAMES, ""])}, sample=RULE)


@pytest.fixture
def written(folder: Path) -> Plan:
    """With the names in the queries."""
    made = plan(load(ROOT, folder))
    assert not made.tables
    return made


@pytest.fixture
def asked(folder: Path, written: Plan, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """With the names in a table."""
    monkeypatch.setattr(limits, "MOST_INLINE", 5)
    made = plan(load(ROOT, folder))
    assert [table.name for table in made.tables] == ["hosts"]
    assert tables.LISTED in made.steps[0].sql
    return made


def records(report: Report) -> list[int]:
    assert not report.refused
    return [match.record for match in report.matches]


@pytest.mark.parametrize("scan", [True, False])
def test_a_table_matches_what_its_names_in_a_query_match(
    events: Path, written: Plan, asked: Plan, scan: bool
) -> None:
    expected = records(run(written, [events], scan=False))
    assert 1_000 < len(expected) < len(VALUES)
    assert records(run(asked, [events], scan=scan)) == expected


def test_a_record_without_a_name_of_a_table_is_not_decoded(
    asked: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigmapack.events.blocks.SAMPLE", 100)
    path = tmp_path / "events.jsonl"
    harmless = {"logsource": {"category": "proxy"}, "cs-host": "good.example"}
    lines = [json.dumps(each) for each in [harmless] * 50 + [{**harmless, "cs-host": NAMES[1]}]]
    path.write_text("\n".join(lines), "utf-8")
    report = run(asked, [path])
    assert records(report) == [51]
    assert report.parsed < 5


def test_a_kept_plan_finds_its_table_again_and_is_made_again_without_it(
    asked: Plan, events: Path, folder: Path
) -> None:
    made = []

    def make() -> Plan:
        made.append(1)
        return asked

    expected = records(run(asked, [events]))
    for _ in range(2):
        plan_kept = kept.kept([folder], make)
        assert records(run(plan_kept, [events], keep=True)) == expected
    assert len(made) == 1 and not plan_kept.tables[0].names
    (kept.folder() / asked.tables[0].file).unlink()
    assert records(run(kept.kept([folder], make), [events])) == expected
    assert len(made) == 2


def test_a_plan_with_a_table_is_read_as_it_was_written(asked: Plan) -> None:
    again = loaded(dumped(asked))
    assert [step.needles for step in again.steps] == [step.needles for step in asked.steps]
    assert dumped(again) == dumped(asked)


@pytest.mark.parametrize("name", ["b\u00fccher.example", "a*.example", "x.y"])
def test_names_that_a_scan_could_miss_stay_in_queries(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_INLINE", 5)
    table = folder / "lookups" / "hosts.csv"
    table.write_text(f"{table.read_text('utf-8')}{name}\n", "utf-8")
    assert not tables.large(load(ROOT, folder))
