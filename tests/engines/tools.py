"""What the engines need: programs of the machine, a cache for what is fetched, and the record."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Engines that the running test is marked with; None where no tests run at all (`fetch`).
allowed: frozenset[str] | None = None


class Missing(Exception):
    """A program that the machine does not have."""


class Failed(Exception):
    """Fetching or building an engine failed; the text is the command and its output."""


def root() -> Path:
    """Where all that is fetched lies: `$SIGMAPACK_CACHE`, else in the user's cache folder."""
    base = os.environ.get("SIGMAPACK_CACHE")
    return Path(base) if base else Path.home() / ".cache" / "threecx-detection-pack"


def cache(*parts: str) -> Path:
    """A folder that outlives the test run."""
    folder = root().joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Only one process at a time, of those that use the same cache: for what fetches and builds."""
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(command: Sequence[object], folder: Path | None = None, **environment: object) -> str:
    """Run a step of fetching or building; its output.

    Args:
        command: what is run.
        folder: where.
        environment: variables besides those of this process.

    Raises:
        Failed: it did not end well.
    """
    env = {**os.environ, **{name: str(value) for name, value in environment.items()}}
    line = [str(part) for part in command]
    done = subprocess.run(
        line,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise Failed(f"{' '.join(line)}: {done.returncode}\n{done.stdout[-6000:]}")
    return done.stdout


def missing(what: str) -> NoReturn:
    """Skip by name where a tool is missing; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI has to run every engine")
    pytest.skip(f"{what} is missing")


def marked(name: str = "") -> None:
    """Fail a test that uses an engine without its mark: `-m "not engines"` would not leave it out.

    Args:
        name: the engine; none for a program that several need.
    """
    if allowed is not None and (name not in allowed if name else not allowed):
        mark = f'@pytest.mark.engines("{name or "NAME"}")'
        pytest.fail(f"this test needs an engine, so it needs the mark {mark}", pytrace=False)


def need(*programs: str) -> None:
    """Programs that must be on the path, for a test that is marked with an engine."""
    marked()
    for program in programs:
        if shutil.which(program) is None:
            missing(program)


def record(target: str, language: str, engine: str, rules: Mapping[str, str]) -> None:
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
