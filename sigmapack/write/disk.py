"""Every system call that changes the output's file system, one function each.

Nothing else in this package changes a file, so that a test can let each call fail, or end there.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: What renameat2 says where the kernel, the file system or a sandbox does not have it.
NO_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}
# From linux/fs.h and fcntl.h.
RENAME_EXCHANGE = 2
AT_FDCWD = -100

HELD_BACK = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def make_scratch(folder: Path, prefix: str, suffix: str) -> Path:
    """A new folder with a random name, for this user only."""
    return Path(tempfile.mkdtemp(prefix=prefix, suffix=suffix, dir=folder))


def make_folder(path: Path) -> None:
    """Make a folder."""
    path.mkdir()


def set_mode(path: Path, mode: int) -> None:
    """Set who may read and write."""
    path.chmod(mode)


def write(path: Path, data: bytes) -> None:
    """Write a new file."""
    with path.open("xb") as file:
        file.write(data)


def link(source: Path, target: Path) -> None:
    """Give a file, or a symbolic link itself, a second name."""
    os.link(source, target, follow_symlinks=False)


def copy(source: Path, target: Path) -> None:
    """Copy a file with its times, or a symbolic link itself."""
    shutil.copy2(source, target, follow_symlinks=False)


def rename(source: Path, target: Path) -> None:
    """Move within a file system; a file that has the new name goes."""
    os.replace(source, target)


def exchange(one: Path, other: Path) -> None:
    """Swap two names in one step, so that neither is missing at any time (Linux: renameat2).

    Raises:
        OSError: with a number of NO_EXCHANGE where that cannot be done here.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if _linux() else None
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(other))
    if call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))


def remove_file(path: Path) -> None:
    """Remove a file."""
    path.unlink()


def remove_folder(path: Path) -> None:
    """Remove an empty folder."""
    path.rmdir()


def remove_tree(path: Path) -> None:
    """Remove a folder with all that is in it; symbolic links are not followed."""
    shutil.rmtree(path)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C and its like back until the few renames in here are done."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HELD_BACK)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _linux() -> bool:
    return sys.platform == "linux"
