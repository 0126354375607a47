"""The command line: what it prints, its exit codes, and that bad input loses nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import build
from tests.conftest import DOMAINS, RULE

RulesFolder = Callable[..., Path]
ROOT = Path(__file__).resolve().parents[1]
QUICK = ("--target", "sqlite", "--target", "sigma")
SECOND = RULE.replace(
    "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01", "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a02"
)
CORRELATION = """\
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


def run(*arguments: str | Path) -> Result:
    """The command in this process, standard output and error apart."""
    return CliRunner().invoke(build.main, [str(argument) for argument in arguments])


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def built(rules_folder: RulesFolder, tmp_path: Path) -> Path:
    """An output folder with an earlier, good build."""
    out = tmp_path / "dist"
    good = rules_folder(sample=RULE)
    assert run("--rules", good, "--out", out, *QUICK).exit_code == 0
    return out


def break_yaml(folder: Path) -> None:
    (folder / "bad.yml").write_text("title: x\n  id: [\n", "utf-8")


def break_placeholder(folder: Path) -> None:
    (folder / "bad.yml").write_text(SECOND.replace("ioc_domains", "no_such_table"), "utf-8")


def break_id(folder: Path) -> None:
    (folder / "bad.yml").write_text(RULE.replace("name: sample", "name: other"), "utf-8")


def break_column(folder: Path) -> None:
    text = SECOND.replace("%ioc_domains%", "%ioc_domains.port%").replace("sample", "other")
    (folder / "bad.yml").write_text(text, "utf-8")


def break_table(folder: Path) -> None:
    (folder / "lookups/ioc_domains.csv").write_text(DOMAINS + "short.example.com,c2\n", "utf-8")


def break_encoding(folder: Path) -> None:
    (folder / "bad.yml").write_bytes(b"title: caf\xe9\n")


def break_link(folder: Path) -> None:
    (folder / "bad.yml").symlink_to(folder / "nowhere.yml")


def empty(folder: Path) -> None:
    (folder / "sample.yml").unlink()


@pytest.mark.parametrize(
    ("spoil", "code", "line"),
    [
        (break_yaml, 1, "bad.yml:2: yaml: "),
        (break_placeholder, 1, "bad.yml:9: unknown-placeholder: %no_such_table% needs lookups/"),
        (break_id, 1, "duplicate-id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01 is also the id of "),
        (break_column, 1, "bad.yml:9: unknown-placeholder: %ioc_domains.port%: "),
        (break_table, 1, "ioc_domains.csv:4: columns: 2 values for 9 columns: domain, role, "),
        (break_encoding, 2, "bad.yml:1: not-utf8: byte 10 is not UTF-8"),
        (break_link, 2, "bad.yml:1: unreadable: "),
        (empty, 2, ":1: no-rules: has no .yml file: name a folder with rules"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_bad_input_is_one_line_a_problem_and_leaves_the_build(
    built: Path, rules_folder: RulesFolder, spoil: Callable[[Path], None], code: int, line: str
) -> None:
    before = tree(built)
    folder = rules_folder(sample=RULE)
    spoil(folder)
    result = run("--rules", folder, "--out", built, *QUICK)
    assert result.exit_code == code
    found = [text for text in result.stderr.splitlines() if line in text]
    assert len(found) == 1, result.stderr
    assert result.stdout == ""
    assert tree(built) == before


def test_problems_are_json_on_request(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    break_id(folder)
    result = run("--rules", folder, "--out", tmp_path / "dist", "--json", *QUICK)
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)
    assert set(problem) == {"path", "line", "code", "message"}
    assert problem["code"] == "duplicate-id"


def test_a_folder_that_is_somebody_elses_is_not_replaced(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    other = tmp_path / "photos"
    other.mkdir()
    (other / "one.jpg").write_bytes(b"x")
    result = run("--rules", rules_folder(sample=RULE), "--out", other, *QUICK)
    assert result.exit_code == 2
    assert "not an earlier build: give --out an empty or new folder" in result.stderr
    assert tree(other) == {"one.jpg": b"x"}


@pytest.mark.parametrize(
    "arguments", [["--target", "nosuch"], ["nosuchverb"], ["replay"], ["check", "--nosuch"]]
)
def test_wrong_use_exits_with_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


def test_a_build_prints_outcomes_and_where_it_is(rules_folder: RulesFolder, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    result = run("--rules", rules_folder(sample=RULE), "--out", out, *QUICK)
    assert result.stdout.splitlines() == [
        "target  language  ok  degraded  refused",
        "sigma   sigma     1   0         0",
        "sqlite  sql       1   0         0",
        f"2 queries written to {out}",
    ]
    assert result.stderr == ""


def test_quiet_prints_nothing_but_problems(rules_folder: RulesFolder, tmp_path: Path) -> None:
    result = run("--rules", rules_folder(sample=RULE), "--out", tmp_path / "d", "--quiet", *QUICK)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_json_of_a_build_is_the_manifests_queries(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    out = tmp_path / "dist"
    result = run("--rules", rules_folder(sample=RULE), "--out", out, "--json", *QUICK)
    printed = json.loads(result.stdout)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert sorted(printed["queries"], key=str) == sorted(manifest["queries"], key=str)
    wanted = {"rule_id", "rule", "target", "language", "outcome", "reason", "path", "sha256"}
    assert wanted <= set(manifest["queries"][0])


def test_two_builds_of_everything_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        environment = {**os.environ, "PYTHONHASHSEED": "1" if name == "one" else "2", "TZ": "UTC"}
        command = [sys.executable, "build.py", "--quiet", "--out", str(tmp_path / name)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_rules_for_hunting_can_be_left_out(rules_folder: RulesFolder, tmp_path: Path) -> None:
    hunting = SECOND.replace("name: sample", "name: other\ntags: [detection.threat-hunting]")
    folder = rules_folder(sample=RULE, other=hunting)
    result = run("--rules", folder, "--out", tmp_path / "d", "--without-hunting", *QUICK)
    assert result.exit_code == 0
    names = [path for path in tree(tmp_path / "d") if path.startswith("sqlite/queries")]
    assert names == ["sqlite/queries/lookup/sample.sql", "sqlite/queries/sample.sql"]


def lookups(path: Path, *names: str) -> Path:
    """A file of Sysmon lookups, one a minute."""
    lines = [
        json.dumps(
            {
                "Channel": "Microsoft-Windows-Sysmon/Operational",
                "EventID": 22,
                "Computer": "WS-1",
                "UtcTime": f"2023-03-29 10:0{minute}:00.000",
                "QueryName": name,
            }
        )
        for minute, name in enumerate(names)
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


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


def test_coverage_needs_stages(rules_folder: RulesFolder) -> None:
    result = run("coverage", "--rules", rules_folder(sample=RULE))
    assert result.exit_code == 2
    assert "no coverage.toml there" in result.stderr
    stages = json.loads(run("coverage", "--json").stdout)["stages"]
    assert stages[0]["id"] == "W1"
