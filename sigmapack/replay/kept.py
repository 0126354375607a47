"""Plans that were made before, kept in the user's cache: pySigma takes seconds to make one.

A plan is found by all that it was made of: the rules, the lookups, this package's own files, and
the versions of what compiles them. Whatever changes there, or is damaged here, makes a new plan.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sigmapack.replay.plan import Plan, dumped, loaded

#: What is read of a folder of rules or lookups.
READ = frozenset({".yml", ".yaml", ".toml", ".csv"})
#: What turns rules into queries.
COMPILERS = ("pysigma", "pysigma-backend-sqlite", "pyyaml", "google-re2")
#: Plans that are kept: the pack's, and some of other folders. One takes megabytes.
MOST_KEPT = 8

PACKAGE = Path(__file__).resolve().parents[1]


def folder() -> Path:
    """Where plans are kept: below the folder for caches, by the system's own convention.

    https://specifications.freedesktop.org/basedir-spec/latest/; on Windows %LOCALAPPDATA%.
    """
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    base = Path(named) if os.path.isabs(named) else Path.home() / ".cache"
    return base / "threecx-detection-pack" / "plans"


def kept(sources: list[Path], make: Callable[[], Plan]) -> Plan:
    """The plan of some sources: that which is kept, or a new one, which is then kept.

    Nothing is raised where it cannot be kept.

    Args:
        sources: files, and folders with the rules and lookups that it is made of.
        make: what makes the plan.
    """
    try:
        path = folder() / f"{_key(sources)}.json"
    except (OSError, RuntimeError):  # no home, or a source that cannot be read
        return make()
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return loaded(path.read_text("utf-8"))
    plan = make()
    with contextlib.suppress(OSError):
        _keep(path, dumped(plan))
    return plan


def _key(sources: list[Path]) -> str:
    # Rules are named by their paths as seen from here.
    start = f"{sys.version} {sqlite3.sqlite_version} {os.getcwd()}"
    found = hashlib.sha256(start.encode("utf-8", "surrogateescape"))
    for name in COMPILERS:
        with contextlib.suppress(PackageNotFoundError):
            found.update(f" {name} {version(name)}".encode())
    for source in sources:
        for path in _files(source, READ):
            _add(found, str(path), path)
    for path in _files(PACKAGE, frozenset({".py", ".toml"})):
        _add(found, path.relative_to(PACKAGE).as_posix(), path)
    return found.hexdigest()


def _add(found: hashlib._Hash, name: str, path: Path) -> None:
    data = path.read_bytes()
    found.update(f"\0{name}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
    found.update(data)


def _files(source: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    if source.is_file():
        yield source
        return
    for here, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            path = Path(here, name)
            if path.suffix in suffixes and path.is_file():
                yield path


def _keep(path: Path, text: str) -> None:
    """Write a plan whole or not at all, and forget the oldest beyond `MOST_KEPT`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix="new-", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise
    plans = sorted(path.parent.glob("*.json"), key=lambda each: each.stat().st_mtime)
    for old in plans[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
