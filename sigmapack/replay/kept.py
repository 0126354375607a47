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
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

from sigmapack.replay import tables
from sigmapack.replay.plan import Plan, dumped, loaded

#: What is read of a folder of rules or lookups.
READ = frozenset({".yml", ".yaml", ".toml", ".csv"})
#: What turns rules into queries.
COMPILERS = ("pysigma", "pysigma-backend-sqlite", "pyyaml", "google-re2")
#: Plans, and databases for their scan, that are kept: the pack's, and some of other folders. One
#: takes megabytes.
MOST_KEPT = 8
#: Bytes of a file that are read to tell whether it is the same. A longer one, such as a table of a
#: million names, is told by its place and times: nothing but the system sets that of its change.
MOST_HASHED = 4 * 2**20
Made = TypeVar("Made")

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
        name = f"{_key(sources)}.json"
    except OSError:  # a source that cannot be read
        return make()
    return remembered(name, _read, make, _written)


def _read(data: bytes) -> Plan:
    plan = loaded(data.decode())
    if not all((folder() / table.file).is_file() for table in plan.tables):
        raise ValueError("a table is no longer there")
    return plan


def _written(plan: Plan) -> bytes:
    """A plan as bytes, with the files of its tables beside where they will be."""
    for table in plan.tables:
        _keep(folder() / table.file, partial(tables.write, table))
    return dumped(plan).encode()


def remembered(
    name: str,
    read: Callable[[bytes], Made],
    make: Callable[[], Made],
    write: Callable[[Made], bytes],
) -> Made:
    """What is kept under a name, or else is made, and then kept.

    Args:
        name: of a file, with a suffix that tells its kind: of each some are kept.
        read: what makes it of bytes; a ValueError, KeyError or TypeError says that they are others.
        make: what makes it of nothing.
        write: its bytes.
    """
    try:
        path = folder() / name
    except RuntimeError:  # no home
        return make()
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return read(path.read_bytes())
    made = make()
    with contextlib.suppress(OSError):
        data = write(made)
        _keep(path, partial(_write, data))
    return made


def located(table: tables.Table, other: Path) -> Path:
    """The file of a table: where it is kept, or one that is made in another folder.

    Raises:
        OSError: it was kept, and is no longer.
    """
    with contextlib.suppress(RuntimeError):
        if (path := folder() / table.file).is_file():
            return path
    if not table.names:
        raise FileNotFoundError(2, "a kept table is gone: run it again", table.file)
    path = other / table.file
    tables.write(table, path)
    return path


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
    status = path.stat()
    if status.st_size > MOST_HASHED:
        data = (
            f"{status.st_size} {status.st_ino} {status.st_mtime_ns} {status.st_ctime_ns}".encode()
        )
    else:
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


def _write(data: bytes, path: Path) -> None:
    path.write_bytes(data)


def _keep(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file whole or not at all, and forget the oldest of its kind beyond `MOST_KEPT`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix="new-", dir=path.parent)
    os.close(number)
    try:
        write(Path(name))
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise
    plans = sorted(path.parent.glob(f"*{path.suffix}"), key=lambda each: each.stat().st_mtime)
    for old in plans[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
