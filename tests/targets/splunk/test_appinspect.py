"""The Splunk app is accepted by Splunk's own inspection."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sigmapack.targets.splunk.searches import APP
from tests.engines.registry import prepared
from tests.targets.splunk.shipped import CONTENT, archive

pytestmark = pytest.mark.engines("appinspect")


def _inspected(folder: Path) -> dict[str, Any]:
    """What the inspection says of the app, every message of it."""
    path, report = folder / f"{APP}.tgz", folder / "report.json"
    path.write_bytes(archive())
    program = prepared("appinspect") / "bin" / "splunk-appinspect"
    command = [str(program), "inspect", str(path), "--mode", "precert", "--ci"]
    command += ["--output-file", str(report), "--data-format", "json", "--max-messages", "all"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert report.is_file(), done.stdout + done.stderr
    found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return _inspected(tmp_path_factory.mktemp("appinspect"))


def test_appinspect_finds_no_failure_and_no_error(inspected: dict[str, Any]) -> None:
    summary = inspected["summary"]
    assert (summary["failure"], summary["error"], summary["future_failure"]) == (0, 0, 0)
    assert summary["success"] > 100


def test_appinspect_warns_of_addresses_only_that_dns_filters_answer_with(
    inspected: dict[str, Any],
) -> None:
    """It warns of every public address; the rules on blocked names cannot do without these."""
    checks = [check for group in inspected["reports"][0]["groups"] for check in group["checks"]]
    warned = [check for check in checks if check["result"] == "warning"]
    assert [check["name"] for check in warned] == ["check_hostnames_and_ips"]
    messages = [message["message"] for message in warned[0]["messages"]]
    named = [re.match(r"PUBLIC IP (\S+) is found in ", message) for message in messages]
    answers = {row.values["answer"] for row in CONTENT.lookups["block_answers"].rows}
    assert {match[1] if match else None for match in named} <= answers
