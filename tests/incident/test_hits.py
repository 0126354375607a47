"""A report of hits that a replay wrote is that of its logs, and says what it cannot know."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from sigmapack.incident import hits as reading
from tests.cli.command import process, run
from tests.incident.sample import STORY, TRAFFIC, hits, log, lookup
from tests.incident.test_documents import told

SCHEMA = json.loads(reading.SCHEMA.read_text("utf-8"))


def test_every_line_of_a_replay_is_of_the_form_of_hits(tmp_path: Path) -> None:
    lines = hits(tmp_path / "hits.jsonl", STORY).read_text("utf-8").splitlines()
    assert len(lines) > 5
    for line in lines:
        jsonschema.validate(json.loads(line), SCHEMA)
    assert [next(iter(json.loads(line))) for line in lines[-2:]] == ["rule_id", "searched"]


def test_the_report_of_hits_with_what_was_searched_is_that_of_the_logs(tmp_path: Path) -> None:
    path = hits(tmp_path / "hits.jsonl", STORY, TRAFFIC)
    assert told(path) == told(STORY, TRAFFIC)


def test_a_replay_goes_into_a_report_by_a_pipe(tmp_path: Path) -> None:
    import subprocess
    import sys

    from tests.conftest import ROOT

    path = hits(tmp_path / "hits.jsonl", STORY)
    found = subprocess.run(
        [sys.executable, ROOT / "build.py", "report", "-", "--json"],
        input=path.read_bytes(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert json.loads(found.stdout) == told(STORY)


def test_without_it_sums_logs_and_times_are_said_to_be_unknown(tmp_path: Path) -> None:
    path = hits(tmp_path / "hits.jsonl", STORY, searched=False)
    found = told(path)
    assert found["hosts"] == told(STORY)["hosts"]
    assert (found["unknown"], found["whole"], found["events"]) == ([str(path)], False, 0)
    (source,) = found["sources"]
    assert (source["file"], source["sha256"], source["first"]) == (str(STORY), "", "")
    states = {each["state"] for each in found["stages"]}
    assert states <= {"seen", "not_seen_perhaps_no_log", "no_log_shows_it"}
    said = run("report", path).stdout
    assert "What was searched for these hits is not known: " in said
    assert "0 events" not in said
    assert "| unknown |" in said


def test_no_hits_of_a_search_are_a_statement_of_what_was_searched(tmp_path: Path) -> None:
    quiet = log(tmp_path / "quiet.jsonl", lookup(5, "www.example.org"))
    path = hits(tmp_path / "hits.jsonl", quiet)
    found = told(path)
    assert (found["hosts"], found["events"]) == ([], 1)
    assert found["sources"][0]["sha256"] and found["sources"][0]["first"]
    assert "No rule matched. What was searched" in run("report", path).stdout


def test_hits_and_logs_go_together(tmp_path: Path) -> None:
    one = log(tmp_path / "a.jsonl", lookup(1, "www.akamaicontainer.com", "WS-1"))
    other = log(tmp_path / "b.jsonl", lookup(2, "www.journalide.org", "WS-2"))
    path = hits(tmp_path / "hits.jsonl", one)
    both, apart = told(path, other), told(one, other)
    for part in ("hosts", "leads", "indicators", "evidence", "stages", "events", "logs", "spans"):
        assert both[part] == apart[part], part
    assert {each["file"] for each in both["sources"]} == {str(one), str(other)}


def test_a_hit_of_a_rule_that_is_not_known_keeps_what_it_says(tmp_path: Path) -> None:
    path = hits(tmp_path / "hits.jsonl", STORY)
    line = json.loads(path.read_text("utf-8").splitlines()[0])
    other = {**line, "rule_id": "x", "rule": "of_others", "title": "Theirs", "level": "high"}
    found = told(log(tmp_path / "others.jsonl", json.dumps(other) + "\n"))
    (evidence,) = found["evidence"]
    assert (evidence["rule"], evidence["title"], evidence["level"]) == (
        "of_others",
        "Theirs",
        "high",
    )


HIT = {
    **{"rule_id": "a", "rule": "b", "title": "c", "level": "high", "file": "f", "record": 1},
    **{"timestamp": None, "host": None, "fields": {}},
}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2 is no JSON"),
        ("[]", "line 2 is no hit of replay --json"),
        (json.dumps({**HIT, "level": "dire"}), "level: 'dire' is not one of"),
        (json.dumps({**HIT, "record": "1"}), "record: '1' is not of type 'integer'"),
        (json.dumps({**HIT, "timestamp": "yesterday"}), "timestamp"),
        (json.dumps({**HIT, "fields": {"a": 1}}), "fields.a"),
        (json.dumps({"searched": {}}), "line 2 is no line of replay --json"),
        ("[" * 100_000, "line 2 is no JSON"),
    ],
    ids=["cut", "array", "level", "record", "time", "field", "searched", "deep"],
)
def test_what_is_no_hit_is_one_line_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    path = log(tmp_path / "hits.jsonl", json.dumps(HIT) + "\n", line + "\n")
    result = run("report", path, "--json")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert said in result.stderr and "hits.jsonl" in result.stderr


def test_too_many_hits_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_HITS", 2)
    result = run("report", log(tmp_path / "hits.jsonl", *[json.dumps(HIT) + "\n"] * 3))
    assert (result.exit_code, "more than 2 hits" in result.stderr) == (2, True)


def test_what_was_searched_is_a_line_of_json_only(tmp_path: Path) -> None:
    result = run("replay", STORY, "--searched")
    assert result.exit_code == 2
    assert "--searched is a line of JSON" in result.stderr


def test_a_replay_of_a_file_that_cannot_be_read_says_so_in_what_was_searched(
    tmp_path: Path,
) -> None:
    broken = log(tmp_path / "b.evtx", "nothing")
    found = process("replay", broken, STORY, "--json", "--searched")
    assert found.returncode == 2
    last = json.loads(found.stdout.splitlines()[-1])["searched"]
    assert {each["file"]: bool(each["error"]) for each in last["sources"]} == {
        str(broken): True,
        str(STORY): False,
    }
