"""How `replay` shows matches: a table by severity, or a JSON object a line."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.cli.command import CORRELATION, lookups, run
from tests.conftest import RULE, RulesFolder


def test_a_match_is_one_json_object_on_standard_output(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    events = lookups(tmp_path / "events.jsonl", "fine.example.org", "www.bad.example.com")
    result = run("replay", events, "--rules", rules_folder(sample=RULE), "--json")
    assert result.exit_code == 0
    (match,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert match == {
        "rule_id": "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01",
        "rule": "sample",
        "title": "Sample",
        "level": "high",
        "file": str(events),
        "record": 2,
        "timestamp": "2023-03-29T10:01:00.000Z",
        "host": "WS-1",
        "fields": {"QueryName": "www.bad.example.com"},
    }
    assert result.stderr == "2 events in 1 files, 0 unreadable: 1 matches of 1 rules (1 high)\n"


def test_a_correlation_lists_its_records(rules_folder: RulesFolder, tmp_path: Path) -> None:
    events = lookups(tmp_path / "e.jsonl", "bad.example.com", "x.example", "worse.example.net")
    folder = rules_folder(sample=RULE, twice=CORRELATION)
    result = run("replay", events, "--rules", folder, "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    (match,) = [match for match in found if match["rule"] == "twice"]
    assert match["records"] == [{"file": str(events), "record": n} for n in (1, 3)]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are Unicode")
def test_a_file_name_that_is_no_text_is_shown_with_escapes(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    events = lookups(tmp_path / os.fsdecode(b"caf\xe9.jsonl"), "bad.example.com")
    result = run("replay", events, "--rules", rules_folder(sample=RULE), "--json")
    assert result.exit_code == 0, result.exception
    assert json.loads(result.stdout)["file"].endswith(r"caf\udce9.jsonl")


def test_matches_are_a_table_by_severity(rules_folder: RulesFolder, tmp_path: Path) -> None:
    events = lookups(tmp_path / "e.jsonl", "bad.example.com", "x.example", "worse.example.net")
    folder = rules_folder(sample=RULE, twice=CORRELATION)
    result = run("replay", events, "--rules", folder)
    assert result.exit_code == 0
    rows = [re.split(" {2,}", line) for line in result.stdout.splitlines()]
    assert rows == [
        ["level", "rule", "record", "time", "host"],
        [
            "critical",
            "twice",
            f"{events}:3 (rests on 2 records)",
            "2023-03-29T10:02:00.000Z",
            "WS-1",
        ],
        ["high", "sample", f"{events}:1", "2023-03-29T10:00:00.000Z", "WS-1"],
        ["high", "sample", f"{events}:3", "2023-03-29T10:02:00.000Z", "WS-1"],
    ]
    summary = "3 events in 1 files, 0 unreadable: 3 matches of 2 rules (1 critical, 2 high)\n"
    assert result.stderr == summary
    quiet = run("replay", events, "--rules", folder, "--quiet")
    assert (quiet.stdout, quiet.stderr) == (result.stdout, "")


def test_no_match_prints_no_table(rules_folder: RulesFolder, tmp_path: Path) -> None:
    events = lookups(tmp_path / "e.jsonl", "good.example.com")
    for options in ([], ["--json"]):
        result = run("replay", events, "--rules", rules_folder(sample=RULE), *options)
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == "1 events in 1 files, 0 unreadable: 0 matches of 0 rules\n"


def test_a_correlation_rests_on_records_of_several_files(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    early = lookups(tmp_path / "b.jsonl", "bad.example.com")
    late = lookups(tmp_path / "a.jsonl", "x.example", "y.example", "worse.example.net")
    folder = rules_folder(sample=RULE, twice=CORRELATION)
    result = run("replay", late, early, "--rules", folder, "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    (match,) = [match for match in found if match["rule"] == "twice"]
    assert (match["file"], match["record"]) == (str(late), 3)
    assert match["records"] == [
        {"file": str(early), "record": 1},
        {"file": str(late), "record": 3},
    ]
