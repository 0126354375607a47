"""What the engines need: programs of the machine, a cache for what is fetched, and the record."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]


def cache(*parts: str) -> Path:
    """A folder that outlives the test run: `$SIGMAPACK_CACHE`, else in the user's cache folder."""
    base = os.environ.get("SIGMAPACK_CACHE")
    root = Path(base) if base else Path.home() / ".cache" / "threecx-detection-pack"
    folder = root.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Only one process at a time, of those that use the same cache: for what fetches and builds."""
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def missing(what: str) -> NoReturn:
    """Skip by name where a tool is missing; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI has to run every engine")
    pytest.skip(f"{what} is missing")


def need(*programs: str) -> None:
    """Programs that must be on the path."""
    for program in programs:
        if shutil.which(program) is None:
            missing(program)


def record(target: str, language: str, engine: str, rules: dict[str, str]) -> None:
    """Note how each rule of a target and language was proved.

    The notes lie in `.verification/` until the test run ends; `tests/conftest.py` then writes
    `dist/verification.json` beside the build that was proved.

    Args:
        target: as in the manifest.
        language: as in the manifest.
        engine: what ran it, with its version.
        rules: rule -> `executed` or `parsed`.
    """
    folder = ROOT / ".verification"
    folder.mkdir(exist_ok=True)
    path = folder / f"{target}-{language}-{engine.partition(' ')[0]}.json"
    earlier = json.loads(path.read_text("utf-8"))["rules"] if path.is_file() else {}
    both = {**earlier, **rules}
    entry = {"target": target, "language": language, "engine": engine, "rules": both}
    path.write_text(json.dumps(entry, indent=1, sort_keys=True) + "\n", "utf-8")
