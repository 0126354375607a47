"""What the tests share: small packs of content in a temporary folder."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sigmapack.content.load import load
from sigmapack.content.model import Content
from tests.engines import matrix

ROOT = Path(__file__).resolve().parents[1]
pytest_plugins = ["tests.engines.session"]

# What gzip and zip files begin with.
ARCHIVES = (b"\x1f\x8b", b"PK\x03\x04")

DOMAINS = (
    "domain,role,platform,confidence,source,first_seen,last_seen,valid_until,advisory\n"
    "bad.example.com,c2,any,high,test,,,,yes\n"
    "worse.example.net,c2,any,high,test,,,,no\n"
)

RULE = """\
title: Sample
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01
name: sample
logsource:
    product: windows
    category: dns_query
detection:
    selection:
        QueryName|expand: '%ioc_domains%'
    condition: selection
level: high
"""

MakeContent = Callable[..., Content]
RulesFolder = Callable[..., Path]


@pytest.fixture
def rules_folder(tmp_path: Path) -> RulesFolder:
    """Write a folder of rules with lookups: keywords are file stems, values their text."""

    def make(lookups: dict[str, str] | None = None, **rules: str) -> Path:
        folder = tmp_path / "rules"
        (folder / "lookups").mkdir(parents=True, exist_ok=True)
        for stem, text in (lookups or {"ioc_domains": DOMAINS}).items():
            (folder / "lookups" / f"{stem}.csv").write_text(text, "utf-8")
        for stem, text in rules.items():
            (folder / f"{stem}.yml").write_text(text, "utf-8")
        return folder

    return make


@pytest.fixture
def make_content(rules_folder: RulesFolder) -> MakeContent:
    """Load the content of such a folder."""

    def make(lookups: dict[str, str] | None = None, **rules: str) -> Content:
        return load(ROOT, rules_folder(lookups, **rules))

    return make


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two whole builds, each by a process of its own; made once, for all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "builds"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "done").exists():
            for name, seed in (("one", "1"), ("two", "2")):
                environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "UTC"}
                command = [sys.executable, "build.py", "--quiet", "--out", str(place / name)]
                subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)
            (place / "done").touch()
    return place / "one", place / "two"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Forget how an earlier run proved the queries."""
    if not hasattr(session.config, "workerinput"):
        matrix.clear()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down how this run proved them, when all workers are done."""
    if not hasattr(session.config, "workerinput"):
        matrix.write()


def pytest_make_parametrize_id(val: object) -> None:
    """Ask for a name where bytes are an archive: they hold the second in which it was made.

    Two processes that collect the tests would disagree on their names.
    """
    if isinstance(val, bytes) and val.startswith(ARCHIVES) and len(val) > len(ARCHIVES[1]):
        raise pytest.UsageError(f"give {val[:8]!r}… a name: pytest.param(…, id='what it is')")
