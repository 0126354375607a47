"""The command in a pipe: plain text, the same exit codes, any encoding."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.command import QUICK, lookups, process
from tests.cli.faults import break_id
from tests.conftest import RULE, RulesFolder


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_COMPATIBLE", "CLICOLOR_FORCE"])
def test_a_pipe_gets_plain_text_only(
    rules_folder: RulesFolder, tmp_path: Path, variable: str
) -> None:
    out = tmp_path / "dist"
    done = process("--rules", rules_folder(sample=RULE), "--out", out, *QUICK, **{variable: "1"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("ascii").splitlines() == [
        "target  language  ok  degraded  refused",
        "sigma   sigma     1   0         0",
        "sqlite  sql       1   0         0",
        "",
        "folder   files  holds",
        "sigma/   1      rules/",
        "sqlite/  3      lookups.sql, queries/",
        f"2 queries written to {out}",
    ]


def test_a_process_ends_with_the_same_codes(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    hit = lookups(tmp_path / "hit.jsonl", "bad.example.com")
    assert process("replay", hit, "--rules", folder, "--fail-on-match").returncode == 1
    assert process("replay", tmp_path / "nowhere", "--rules", folder).returncode == 2
    break_id(folder)
    done = process("--rules", folder, "--out", tmp_path / "dist", *QUICK)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_no_character_stops_the_output(
    rules_folder: RulesFolder, tmp_path: Path, encoding: str
) -> None:
    folder = rules_folder(sample=RULE.replace("title: Sample", "title: \u041f \U0001f600"))
    events = lookups(tmp_path / "e.jsonl", "\U0001f600.bad.example.com")
    done = process("replay", events, "--rules", folder, "--json", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    match = json.loads(done.stdout.decode(encoding))
    assert match["title"] == "\u041f \U0001f600"
    assert match["fields"] == {"QueryName": "\U0001f600.bad.example.com"}
    plain = process(
        "replay", tmp_path / "\u041f.jsonl", "--rules", folder, PYTHONIOENCODING=encoding
    )
    assert plain.returncode == 2
    assert plain.stderr.endswith(b".jsonl: no such file: check the path" + os.linesep.encode())
