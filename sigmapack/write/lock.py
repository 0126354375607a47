"""One build at a time writes to a place: a lock that the system frees when its holder dies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sigmapack.write import disk
from sigmapack.write.errors import WriteRefused

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

#: Seconds to wait for another build; writing takes about one, so a minute is a build that hangs.
PATIENCE = 60.0
PAUSE = 0.05


class Busy(WriteRefused):
    """Another build holds the lock."""


@contextmanager
def held(path: Path, patience: float = PATIENCE) -> Iterator[bool]:
    """Hold the lock file while in here; false where the file system has no locks.

    The file goes with its holder. Who waited for a file that went asks again, with the new one.

    Raises:
        Busy: another build holds it for longer than `patience`, in seconds.
        OSError: the file cannot be made.
    """
    deadline = time.monotonic() + patience
    while True:
        # Never through a symbolic link that somebody put there.
        number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        try:
            got = _try(number)
            if got is None or (got and _is(number, path)):
                try:
                    yield got is not None
                finally:
                    with suppress(OSError):
                        disk.remove_file(path)
                return
        finally:
            os.close(number)
        if time.monotonic() > deadline:
            raise Busy(f"{path}: another build holds this lock: wait for its end, or end it")
        time.sleep(PAUSE)


def _try(number: int) -> bool | None:
    """Whether the lock was free; None where there are no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is(number: int, path: Path) -> bool:
    """Whether the path still leads to the file that is open."""
    try:
        return os.path.samestat(os.fstat(number), path.lstat())
    except OSError:
        return False
