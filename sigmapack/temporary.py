"""Folders for temporary files, of which the next process removes what a killed one left.

A folder has a mark, a file that its process keeps locked. The system frees the lock when the
process dies, however that was: a mark that can be locked is a dead one's.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MARK = "sigmapack.lock"
#: What is in a mark: a folder of another program has no such file.
SAYS = b"A process of sigmapack that lives keeps this file locked.\n"
#: What `tempfile.mkdtemp` adds to a prefix.
RANDOM = "[a-z0-9_]{8}"


@contextmanager
def folder(prefix: str) -> Iterator[Path]:
    """A new folder in the system's folder for temporary files, removed at the end.

    Those of dead processes of this user, with the same prefix, are removed before. Where a system
    or file system has no locks, nothing tells the dead from the living, and they stay.

    Raises:
        OSError: it cannot be made.
    """
    place = Path(tempfile.gettempdir())
    with suppress(OSError):
        for left in _left(place, prefix):
            _clean(left)
    own = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    lock = None
    try:
        lock = _mark(own)
        yield own
    finally:
        _remove(own)
        if lock is not None:
            os.close(lock)


def _left(place: Path, prefix: str) -> list[Path]:
    """Folders of this user with such a name, dead or living; never a symbolic link to one."""
    if fcntl is None:
        return []
    name, user = re.compile(re.escape(prefix) + RANDOM), os.geteuid()
    with os.scandir(place) as entries:
        return [
            Path(entry.path)
            for entry in entries
            if name.fullmatch(entry.name)
            and entry.is_dir(follow_symlinks=False)
            and entry.stat(follow_symlinks=False).st_uid == user
        ]


def _mark(own: Path) -> int | None:
    """Lock a mark, and only then give it its name, so that none is ever seen without its lock.

    Returns:
        The open file, None where there are no locks.
    """
    if fcntl is None:
        return None
    draft = own / f"{MARK}.new"
    lock = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(lock, SAYS)
        draft.rename(own / MARK)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        os.close(lock)
        return None
    return lock


def _clean(left: Path) -> None:
    """Remove a folder whose process is dead."""
    mark = left / MARK
    with suppress(OSError):
        lock = os.open(mark, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # It may have gone, with its process, between the two calls.
            if os.read(lock, len(SAYS) + 1) == SAYS and os.path.samestat(
                os.fstat(lock), mark.lstat()
            ):
                _remove(left)
        finally:
            os.close(lock)


def _remove(own: Path) -> None:
    """Remove a folder with all that is in it, its mark last: what is left of one is known by it.

    Symbolic links are removed, not followed. What cannot be removed stays, as with the standard
    library's temporary folders that ignore errors.
    """
    with suppress(OSError):
        for entry in sorted(own.iterdir(), key=lambda path: path.name == MARK):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        own.rmdir()
