"""One file, written whole or not at all, and never over a file that is not of its kind."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from sigmapack.write.errors import WriteRefused

UMASK_BITS = 0o666


def check_file(path: Path, mark: bytes) -> None:
    """Make sure that a file can be written, and that what it replaces is one of its kind.

    Args:
        path: where to write; a symbolic link is followed.
        mark: how files of this kind begin.

    Raises:
        WriteRefused: it is no file, one of another kind, or in no folder that is there.
    """
    place = path.resolve()
    try:
        if not place.parent.is_dir():
            raise WriteRefused(f"{path}: {place.parent} is no folder: make it first")
        if not os.path.lexists(place):
            return
        if not place.is_file():
            raise WriteRefused(f"{path}: is no file: name one")
        with place.open("rb") as file:
            if file.read(len(mark)) != mark:
                reason = "holds something else, which would be lost: name another file"
                raise WriteRefused(f"{path}: {reason}")
    except OSError as error:
        raise WriteRefused(f"{path}: {error.strerror}: nothing changed") from error


def write_file(path: Path, data: bytes, mark: bytes) -> None:
    """Write a file, or replace an earlier one of its kind.

    Raises:
        WriteRefused: as `check_file` does, or the system refuses to write.
    """
    check_file(path, mark)
    place = path.resolve()
    try:
        number, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=place.parent)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
            os.chmod(name, UMASK_BITS & ~_umask())
            check_file(path, mark)  # somebody may have put a file there meanwhile
            os.replace(name, place)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise WriteRefused(f"{path}: {error.strerror}: nothing changed") from error


def _umask() -> int:
    """The mask of this process, which the system tells only by setting another."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
