"""What the tests of the report share: logs with known times, and hits of them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import run
from tests.conftest import ROOT

EVENTS = ROOT / "tests" / "events"
STORY = EVENTS / "correlation" / "correlation_threecx_c2_domain_then_hands_on_keyboard.match.jsonl"
TRAFFIC = EVENTS / "correlation/correlation_threecx_affected_build_and_campaign_traffic.match.jsonl"
FIXED = EVENTS / "windows/process_creation/proc_creation_win_threecx_fixed_build.match.jsonl"


def lookup(minute: int, name: str, host: str = "WS-1") -> str:
    """A line of Sysmon's: a host asks for a name, in a minute of an hour of 2023-03-29."""
    event = {
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "EventID": 22,
        "Computer": host,
        "UtcTime": f"2023-03-29 10:{minute:02}:00.000",
        "QueryName": name,
    }
    return json.dumps(event) + "\n"


def log(path: Path, *lines: str) -> Path:
    path.write_text("".join(lines), "utf-8")
    return path


def hits(path: Path, *files: str | Path, searched: bool = True) -> Path:
    """A file with what a replay prints of files."""
    options = ["--searched"] if searched else []
    result = run("replay", *files, "--json", "--quiet", *options)
    assert result.exit_code == 0, result.output
    path.write_text(result.stdout, "utf-8")
    return path
