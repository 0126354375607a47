"""Runs a class of Java on the libraries of an engine that is fetched."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.engines.registry import prepared


def ask(engine: str, source: Path, main: str, request: Any) -> Any:
    """Compile a class, and give it a request.

    Args:
        engine: whose libraries it needs.
        source: its file.
        main: its name.
        request: what it reads, as JSON.

    Returns:
        What it writes, read as JSON.
    """
    libraries = f"{prepared(engine) / 'lib'}/*"
    with tempfile.TemporaryDirectory(prefix="classes-") as classes:
        subprocess.run(["javac", "-cp", libraries, "-d", classes, source], check=True)
        command = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{classes}:{libraries}", main]
        done = subprocess.run(
            command, input=json.dumps(request), stdout=subprocess.PIPE, text=True, check=True
        )
    return json.loads(done.stdout)
