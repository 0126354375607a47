"""How far a replay is, for whoever looks on, and how it is stopped from outside.

The readers count bytes where they leave the system, and a reader of the count looks when it likes:
nothing is called for a record.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO


class Stopped(OSError):
    """Reading was stopped; what came before is good. Like every OSError it ends a file's stream."""


class Ended(Exception):
    """A replay was ended before it had asked all that it was to ask."""


class Watch:
    """How far a replay is, and whether it is to stop. One thread interrupts: that which made it."""

    def __init__(self) -> None:
        self.size: int | None = None
        """Bytes of all files, as they are on disk; None while that is not known, as of a pipe."""
        self.read = 0
        """Bytes of the files so far; of packed files those that are packed."""
        self.records = 0
        self.rules = 0
        """The rules whose queries are to run; 0 while files are read."""
        self.rule = 0
        """The rules whose queries ran."""
        self.stopping = False
        """Whether to read no further."""
        self.ended = False
        """Whether to ask no further either."""
        self._owner = threading.get_ident()
        self._waiting = False

    def interrupt(self) -> None:
        """Stop reading; when called again, or when nothing is read any more, end at once.

        Made for the handler of a signal.

        Raises:
            Stopped: inside a read, which could wait for ever.
        """
        self.ended = self.stopping or bool(self.rules)
        first, self.stopping = not self.stopping, True
        if first and self._waiting:
            raise Stopped("reading was stopped")

    def reading(self, read: Callable[[Any], int | None], buffer: Any) -> int | None:
        """Read into a buffer, unless reading is to stop.

        Raises:
            Stopped: it is to stop.
        """
        if self.stopping:
            raise Stopped("reading was stopped")
        try:
            self._waiting = threading.get_ident() == self._owner
            count = read(buffer)
        finally:
            self._waiting = False
        self.read += count or 0
        return count


class Watched(io.RawIOBase):
    """A file whose bytes a watch counts and stops."""

    def __init__(self, file: BinaryIO, watch: Watch) -> None:
        """Wrap a file without a buffer, or one that gives what it has (`readinto1`)."""
        self.file = file
        self.watch = watch
        self._readinto = getattr(file, "readinto1", None) or file.readinto  # type: ignore[attr-defined]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        return self.watch.reading(self._readinto, buffer)

    def seekable(self) -> bool:
        return self.file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()


def total(paths: Iterable[Path]) -> int | None:
    """Bytes of some files; None if that cannot be known of one, as of a pipe."""
    sizes = [size_of(path) for path in paths]
    return sum(size or 0 for size in sizes) if None not in sizes else None


def size_of(path: Path) -> int | None:
    """Bytes of a file; None of what has no size, or is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size if S_ISREG(found.st_mode) else None
