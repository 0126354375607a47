"""Names in logs, files and rules forge no line of output and command no terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from sigmapack.content.text import visible
from tests.cli.command import QUICK, run
from tests.conftest import ROOT, RULE, RulesFolder

FORGED = "WS-1\ncritical  forged  e.jsonl:1  -  WS-2"
HOSTILE = "a\r\x1b[2J\x9b31m\u202ex\u2028\x00\x7f"


def event(host: str, name: str = "bad.example.com") -> str:
    fields = {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 22, "Computer": host}
    return json.dumps({**fields, "UtcTime": "2023-03-29 10:00:00.000", "QueryName": name})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \u00e9 \u65e5 \U0001f600 C:\\x", "plain \u00e9 \u65e5 \U0001f600 C:\\x"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        (HOSTILE, "a\\r\\x1b[2J\\x9b31m\\u202ex\\u2028\\x00\\x7f"),
        ("caf\udce9", "caf\\udce9"),
    ],
)
def test_what_is_not_seen_is_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_host_name_forges_no_match(rules_folder: RulesFolder, tmp_path: Path) -> None:
    log = tmp_path / "e.jsonl"
    log.write_text(event(FORGED) + "\n" + event(HOSTILE) + "\n", "utf-8")
    result = run("replay", log, "--rules", rules_folder(sample=RULE))
    lines = result.stdout.splitlines()
    assert len(lines) == 3  # the head, and a line a match
    assert "WS-1\\ncritical  forged" in lines[1]
    assert "\\x1b[2J" in lines[2] and "\x1b" not in result.stdout
    found = run("replay", log, "--rules", tmp_path / "rules", "--json").stdout.split("\n")
    assert json.loads(found[0])["host"] == FORGED  # JSON has its own escapes


def test_a_file_name_forges_no_line(rules_folder: RulesFolder, tmp_path: Path) -> None:
    rules = rules_folder(sample=RULE)
    odd = tmp_path / "x\nrules.yml:1: forged: y"
    odd.mkdir()
    (odd / "e.jsonl").write_text(event("WS-1") + "\n{broken\n", "utf-8")
    result = run("replay", odd, "--rules", rules)
    assert len(result.stdout.splitlines()) == 2
    (bad, _summary) = result.stderr.splitlines()
    assert "x\\nrules.yml:1: forged: y" in bad and ": unreadable-record: " in bad
    for missing in (odd / "nowhere.jsonl", tmp_path / "a\nb"):
        result = run("replay", missing, "--rules", rules)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_a_rules_file_name_forges_no_problem(rules_folder: RulesFolder, tmp_path: Path) -> None:
    rules = rules_folder(sample=RULE)
    (rules / "z.yml:1: fine: x\nother.yml").write_text("title: [\n", "utf-8")
    result = run("check", "--rules", rules)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "z.yml:1:\\x20fine:\\x20x\\nother.yml:1: file-name: " in line


def test_an_output_folders_name_forges_no_line(rules_folder: RulesFolder, tmp_path: Path) -> None:
    out = tmp_path / "d\n9 queries written to x"
    result = run("--rules", rules_folder(sample=RULE), "--out", out, *QUICK)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].endswith("d\\n9 queries written to x")


@pytest.mark.parametrize("host", ["[/nothing]", "[red]x[/red]", "[link=http://a.example]x[/link]"])
def test_brackets_are_no_markup_on_a_terminal(
    rules_folder: RulesFolder, tmp_path: Path, host: str
) -> None:
    log = tmp_path / "e.jsonl"
    log.write_text(event(host) + "\n", "utf-8")
    line = [sys.executable, str(ROOT / "build.py"), "replay", str(log), "--quiet"]
    line += ["--rules", str(rules_folder(sample=RULE))]
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "xterm"}
    with subprocess.Popen(
        line, stdout=theirs, stderr=subprocess.PIPE, stdin=theirs, env=environment
    ) as running:
        os.close(theirs)
        shown = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:
                break
            if not chunk:
                break
            shown += chunk
        _, said = running.communicate(timeout=60)
    os.close(ours)
    assert (running.returncode, said) == (0, b"")
    assert host in shown.decode()
