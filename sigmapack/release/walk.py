"""What lies in a folder of a stranger: no link is followed, and nothing but a file is opened."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sigmapack.release.sums import DEEPEST, LONGEST_PATH, MOST_FILES

CHUNK = 1 << 20
#: Kinds of entries, as messages name them.
FILE, FOLDER, LINK, SPECIAL = "file", "folder", "link", "special"


class Entry(NamedTuple):
    """Something in the folder, by its path in it."""

    path: str
    kind: str
    size: int


class TooMany(Exception):
    """More than a bundle ever has; the text says of what."""


class Changed(Exception):
    """A file that was another one, or no file, when it was opened."""


def entries(folder: Path) -> Iterator[Entry]:
    """All that is below a folder, each folder before what it holds.

    Raises:
        TooMany: it is more, or deeper, than a bundle ever is.
        OSError: a folder cannot be read.
    """
    count = 0
    waiting = [""]
    while waiting:
        above = waiting.pop()
        with os.scandir(folder / above) as found:
            for each in found:
                count += 1
                if count > 2 * MOST_FILES:
                    raise TooMany(f"holds more than {2 * MOST_FILES} files and folders")
                entry = _entry(f"{above}{each.name}", each.stat(follow_symlinks=False))
                yield entry
                if entry.kind != FOLDER:
                    continue
                if entry.path.count("/") >= DEEPEST or len(entry.path) > LONGEST_PATH:
                    raise TooMany(f"has folders deeper than {DEEPEST}, or longer paths than any")
                waiting.append(f"{entry.path}/")


def read(folder: Path, path: str, most: int) -> bytes:
    """The bytes of a file, one more than `most` at most.

    Raises:
        Changed, OSError: it is no file, or cannot be read.
    """
    with _opened(folder / path) as file:
        return file.read(most + 1)


def digest(folder: Path, entry: Entry) -> str:
    """The SHA-256 of a file, read in pieces and no further than its size.

    Raises:
        Changed, OSError: it is no file or another one by now, or cannot be read.
    """
    found, left = hashlib.sha256(), entry.size
    with _opened(folder / entry.path) as file:
        while chunk := file.read(min(CHUNK, left + 1)):
            found.update(chunk)
            left -= len(chunk)
            if left < 0:
                raise Changed(entry.path)
    if left:
        raise Changed(entry.path)
    return found.hexdigest()


def _entry(path: str, info: os.stat_result) -> Entry:
    # Windows has links of other kinds; they have a tag.
    tagged = getattr(info, "st_reparse_tag", 0)
    if stat.S_ISLNK(info.st_mode) or tagged:
        kind = LINK
    elif stat.S_ISDIR(info.st_mode):
        kind = FOLDER
    else:
        kind = FILE if stat.S_ISREG(info.st_mode) else SPECIAL
    return Entry(path, kind, info.st_size)


def _opened(path: Path) -> io.BufferedReader:
    """A file, open; never what a link leads to, and never waiting for a pipe.

    Raises:
        Changed: it is no file.
    """
    number = os.open(
        path,
        os.O_RDONLY
        | getattr(os, "O_NOFOLLOW", 0)
        | getattr(os, "O_NONBLOCK", 0)
        | getattr(os, "O_BINARY", 0),
    )
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise Changed(str(path))
    return os.fdopen(number, "rb")
