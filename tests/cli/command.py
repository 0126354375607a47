"""The command, run in this process or in one of its own, and small input for it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

import build
from tests.conftest import ROOT, RULE

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
PROBLEM = re.compile(r"\S+:[1-9]\d*: [a-z0-9-]+: \S.*")


def run(*arguments: str | Path) -> Result:
    """The command in this process, standard output and error apart."""
    return CliRunner().invoke(build.main, [str(argument) for argument in arguments])


def process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a process whose output goes into pipes."""
    return subprocess.run(
        [sys.executable, ROOT / "build.py", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


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
