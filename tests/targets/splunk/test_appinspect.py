"""The Splunk app is accepted by Splunk's own inspection."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sigmapack.targets.splunk.searches import APP
from tests.engines import tools
from tests.targets.splunk.shipped import archive

pytestmark = pytest.mark.engines("appinspect")

APPINSPECT = "4.3.1"


@pytest.fixture(scope="module")
def appinspect() -> Path:
    """Splunk's tool in an environment of its own: proprietary, so it is no dependency."""
    folder = tools.cache("appinspect", APPINSPECT)
    program = folder / "bin" / "splunk-appinspect"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        wanted = f"splunk-appinspect=={APPINSPECT}"
        command = [str(folder / "bin" / "pip"), "install", "-q", wanted]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            tools.missing(wanted)
    return program


def test_appinspect_finds_no_failure_and_no_warning(appinspect: Path, tmp_path: Path) -> None:
    path = tmp_path / f"{APP}.tgz"
    path.write_bytes(archive())
    command = [str(appinspect), "inspect", str(path), "--mode", "precert", "--ci"]
    report = tmp_path / "report.json"
    command += ["--output-file", str(report), "--data-format", "json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    summary = json.loads(report.read_text("utf-8"))["summary"]
    assert (summary["failure"], summary["error"], summary["warning"]) == (0, 0, 0), done.stdout
    assert done.returncode == 0, done.stdout
