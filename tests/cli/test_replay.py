"""`replay`: which files it reads, and how it ends."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import CORRELATION, PROBLEM, SECOND, lookups, run
from tests.cli.faults import (
    break_column,
    break_encoding,
    break_link,
    break_placeholder,
    break_yaml,
)
from tests.conftest import RULE, RulesFolder

#: Faults of one rule, beside a good one.
FAULTS = (break_yaml, break_placeholder, break_column, break_encoding, break_link)


def test_fail_on_match_exits_with_1_only_on_a_match(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    folder = rules_folder(sample=RULE)
    hit = lookups(tmp_path / "hit.jsonl", "bad.example.com")
    miss = lookups(tmp_path / "miss.jsonl", "good.example.com")
    assert run("replay", hit, "--rules", folder, "--fail-on-match").exit_code == 1
    assert run("replay", miss, "--rules", folder, "--fail-on-match").exit_code == 0
    assert run("replay", hit, "--rules", folder).exit_code == 0


def test_a_record_that_cannot_be_read_is_reported_and_skipped(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    events.write_text("{broken\n" + events.read_text("utf-8"), "utf-8")
    result = run("replay", events, "--rules", rules_folder(sample=RULE), "--json")
    assert result.exit_code == 0
    assert f"{events}:1: unreadable-record: " in result.stderr
    assert json.loads(result.stdout)["record"] == 2


def test_a_file_that_is_not_there_exits_with_2(rules_folder: RulesFolder, tmp_path: Path) -> None:
    result = run("replay", tmp_path / "nowhere.jsonl", "--rules", rules_folder(sample=RULE))
    assert result.exit_code == 2
    assert result.stderr.startswith("build.py: ")
    assert "nowhere.jsonl" in result.stderr


def test_a_folder_is_searched_for_event_files(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = tmp_path / "events" / "deep"
    folder.mkdir(parents=True)
    lookups(folder / "a.jsonl", "bad.example.com")
    result = run("replay", tmp_path / "events", "--rules", rules_folder(sample=RULE))
    assert "1 matches of 1 rules" in result.stderr
    assert "\x1b[" not in result.stdout + result.stderr
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    assert "no event files below" in run("replay", nothing).stderr


def test_one_missing_file_stops_before_anything_is_printed(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    folder = rules_folder(sample=RULE)
    result = run("replay", events, tmp_path / "nowhere.jsonl", "--rules", folder, "--json")
    assert (result.exit_code, result.stdout) == (2, "")


def test_replay_stops_where_no_rule_is_without_problems(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    folder = rules_folder(sample=RULE)
    break_placeholder(folder)
    (folder / "sample.yml").unlink()
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    result = run("replay", events, "--rules", folder)
    assert (result.exit_code, result.stdout) == (1, "")
    assert PROBLEM.fullmatch(result.stderr.rstrip("\n"))


@pytest.mark.parametrize("spoil", FAULTS)
def test_a_rule_with_a_problem_is_named_and_the_others_run(
    rules_folder: RulesFolder, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    """One rule of SigmaHQ's with a placeholder of its own stopped the other 3,756."""
    folder = rules_folder(sample=RULE)
    spoil(folder)
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    result = run("replay", events, "--rules", folder, "--json")
    assert [json.loads(line)["rule"] for line in result.stdout.splitlines()] == ["sample"]
    assert result.exit_code == 1
    told, *summary = result.stderr.splitlines()
    assert PROBLEM.fullmatch(told)
    assert told.startswith(f"{folder}/bad.yml:") and ": not-replayed: " in told
    assert "1 rules were not run" in "".join(summary)


def test_log_sources_of_which_no_event_was_are_told(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    """A rule that could match nothing passed for one that found nothing."""
    other = SECOND.replace("windows", "linux").replace("sample", "other")
    folder = rules_folder(sample=RULE, other=other)
    result = run("replay", lookups(tmp_path / "e.jsonl", "a.example"), "--rules", folder)
    assert "1 rules look for log sources of which no event was: linux/dns_query (1)" in (
        result.stderr
    )


def test_every_fault_of_a_rule_is_told_in_one_line(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    folder = rules_folder(sample=RULE)
    text = SECOND.replace("ioc_domains", "nowhere").replace("high", "huge").replace("sample", "x")
    (folder / "bad.yml").write_text(text, "utf-8")
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    result = run("replay", events, "--rules", folder, "--quiet")
    (line,) = result.stderr.splitlines()
    assert "%nowhere%" in line and "level" in line.lower()


def test_a_correlation_of_a_rule_with_a_problem_says_which(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    text = SECOND.replace("ioc_domains", "nowhere").replace("sample", "lost")
    twice = CORRELATION.replace("sample", "lost")
    folder = rules_folder(sample=RULE, lost=text, twice=twice)
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    result = run("replay", events, "--rules", folder, "--json", "--quiet")
    assert [json.loads(line)["rule"] for line in result.stdout.splitlines()] == ["sample"]
    assert "twice.yml" in result.stderr and "it needs lost, which is not run" in result.stderr


def test_documents_of_one_file_are_named_apart(rules_folder: RulesFolder, tmp_path: Path) -> None:
    second = RULE.replace("7b01", "7b02").replace("2b7a01", "2b7a02").replace("ioc_", "no_")
    third = RULE.replace("2b7a01", "2b7a03").replace("name: sample", "name: third")
    second = second.replace("name: sample", "name: second")
    folder = rules_folder(sample="---\n".join([RULE, second, third]))
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    result = run("replay", events, "--rules", folder, "--json", "--quiet")
    found = sorted(json.loads(line)["rule"] for line in result.stdout.splitlines())
    assert found == ["sample", "third"]
    (line,) = result.stderr.splitlines()
    number = int(line.removeprefix(f"{folder}/sample.yml:").partition(":")[0])
    first = RULE.count("\n") + 1
    assert first < number <= first + second.count("\n")


def test_rules_without_an_id_and_of_equal_file_names_run(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    """Sigma asks for neither: what is written into files needs them, and nothing is written."""
    folder = rules_folder()
    text = "".join(
        line + "\n" for line in RULE.splitlines() if not line.startswith(("id:", "name:"))
    )
    for part in ("a", "b"):
        (folder / part).mkdir()
        (folder / part / "same.yml").write_text(text, "utf-8")
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    result = run("replay", events, "--rules", folder, "--json", "--quiet")
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 2


def test_matches_of_good_files_are_printed_beside_a_bad_one(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    folder = rules_folder(sample=RULE)
    events = tmp_path / "events"
    events.mkdir()
    lookups(events / "good.jsonl", "bad.example.com")
    (events / "bad.evtx").write_bytes(b"MZ")
    (events / "notes.txt").write_bytes(b"")
    result = run("replay", events, "--rules", folder, "--json", "--fail-on-match")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["file"] == str(events / "good.jsonl")
    skipped, unreadable, summary, incomplete = result.stderr.splitlines()
    assert skipped.startswith(f"{events / 'notes.txt'}:1: skipped-file: suffix .txt is none of")
    assert unreadable.startswith(f"{events / 'bad.evtx'}:1: unreadable-file: not an EVTX file")
    assert summary.startswith("1 events in 2 files, 0 unreadable: 1 matches")
    assert incomplete == (
        f"not all was read: 1 files could not be read ({events / 'bad.evtx'}); 1 were skipped"
    )


@pytest.mark.parametrize("suffix", ["evtx", "json", "jsonl", "log", "gz", "txt"])
@pytest.mark.parametrize("data", [b"<Events>", b"\x7fELF\0\0\0\0", b"{broken", b"ElfFile\0"])
def test_a_file_of_which_nothing_is_read_exits_with_2_whatever_its_suffix(
    rules_folder: RulesFolder, tmp_path: Path, suffix: str, data: bytes
) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(data)
    result = run("replay", path, "--rules", rules_folder(sample=RULE))
    assert result.exit_code == 2
    assert f"{path}:1: unreadable-file: " in result.stderr
    assert f"1 files could not be read ({path})" in result.stderr


def test_skipped_files_alone_exit_with_0(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    folder.mkdir()
    lookups(folder / "A.JSONL", "bad.example.com")
    (folder / "notes.txt").write_bytes(b"")
    result = run("replay", folder, "--rules", rules_folder(sample=RULE))
    assert result.exit_code == 0
    assert "1 events in 1 files" in result.stderr
    assert result.stderr.endswith("not all was read: 1 were skipped\n")


@pytest.mark.skipif(os.name != "posix", reason="pipes, and line breaks in names, of POSIX")
def test_a_files_name_forges_no_line(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    folder.mkdir()
    os.mkfifo(folder / "a\nb:1: forged: x.jsonl")
    result = run("replay", folder, "--rules", rules_folder(sample=RULE))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 3
    assert r"a\nb:1: forged" in result.stderr
