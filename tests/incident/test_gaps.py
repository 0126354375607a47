"""What was not read, not looked at or not known stands in the report, and is no finding."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from sigmapack.incident import Given, incident
from sigmapack.incident.html import html
from sigmapack.incident.markdown import markdown
from sigmapack.matches import Report
from tests.cli.command import run
from tests.engines.corpus import pack
from tests.incident.test_documents import STORY, told


def test_what_was_not_read_is_named(tmp_path: Path) -> None:
    broken, archive = tmp_path / "b.evtx", tmp_path / "z.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("bad.evtx", b"no such file")
        file.writestr("good.jsonl", STORY.read_bytes())
    broken.write_bytes(b"nothing")
    result = run("report", archive, broken, "--json")
    assert result.exit_code == 2
    found = {each["file"]: each["error"] for each in json.loads(result.stdout)["sources"]}
    assert found[f"{archive}!bad.evtx"] and found[str(broken)] and not found[str(archive)]
    assert f"{archive}!bad.evtx:1: not-read: " in result.stderr


def test_a_search_that_was_stopped_says_so() -> None:
    content = pack()
    report = Report(interrupted=True, not_read=[STORY], not_run=[content.rules[0]])
    made = incident(content, report, [STORY], Given(), 1)
    assert made.sources[0].error == "reading was stopped before its end"
    assert made.not_run == [f"{content.rules[0].name}: it was stopped"]
    for said in (markdown(made, content.words), html(made, content.words)):
        assert b"Reading or the rules were stopped" in said


def test_where_not_all_was_looked_at_no_log_is_said_to_be_there() -> None:
    content = pack()
    made = incident(content, Report(events=2, parsed=1), [], Given(), 1)
    assert {each.state for each in made.stages} == {"not_seen_perhaps_no_log", "no_log_shows_it"}


def test_a_mac_is_not_seen_in_the_logs_of_windows() -> None:
    assert not any(
        each["id"].startswith("M") and each["state"] == "seen" for each in told(STORY)["stages"]
    )
