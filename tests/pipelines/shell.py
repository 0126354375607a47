"""What a pipeline's host does with a job: its commands in a shell, with its variables."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "pipelines"


def read(path: str) -> Any:
    """A YAML file of the folder."""
    return yaml.safe_load((FOLDER / path).read_text("utf-8"))


def schema(name: str) -> dict[str, Any]:
    """A public schema, as check-jsonschema's package holds it."""
    place = files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{name}.json"
    found: dict[str, Any] = json.loads(place.read_text("utf-8"))
    return found


def shell(
    command: str, folder: Path, variables: Mapping[str, str], *program: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as a host does."""
    return subprocess.run(
        [*(program or ("bash", "-eo", "pipefail")), "-c", command],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def called(command: str, folder: Path, variables: Mapping[str, str]) -> list[str]:
    """What a command gives to `python`, which is not run: it would fetch packages."""
    stub = folder / "stub" / "python"
    stub.parent.mkdir()
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', "utf-8")
    stub.chmod(0o755)
    path = f"{stub.parent}{os.pathsep}{os.environ['PATH']}"
    done = shell(command, folder, {**variables, "PATH": path})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def installs_the_pack(arguments: list[str]) -> bool:
    """Whether these arguments of `python` install the pack as the README has it."""
    *pip, place = arguments
    return pip == ["-m", "pip", "install", "--quiet", "-e"] and Path(place).resolve() == ROOT
