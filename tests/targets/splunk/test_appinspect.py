"""The Splunk app is accepted by Splunk's own inspection."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from sigmapack.targets.splunk.searches import APP
from tests.engines.registry import prepared
from tests.targets.splunk.shipped import archive

pytestmark = pytest.mark.engines("appinspect")


def test_appinspect_finds_no_failure_and_no_warning(tmp_path: Path) -> None:
    path = tmp_path / f"{APP}.tgz"
    path.write_bytes(archive())
    program = prepared("appinspect") / "bin" / "splunk-appinspect"
    command = [str(program), "inspect", str(path), "--mode", "precert", "--ci"]
    report = tmp_path / "report.json"
    command += ["--output-file", str(report), "--data-format", "json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    summary = json.loads(report.read_text("utf-8"))["summary"]
    assert (summary["failure"], summary["error"], summary["warning"]) == (0, 0, 0), done.stdout
    assert done.returncode == 0, done.stdout
