"""Zip archives: each member is a file of its own, read in place; nothing is written to disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from sigmapack.events.files import SKIPPED_SUFFIX, UnreadableInput, holds_events
from sigmapack.events.packed import PIECE, BrokenPacking
from sigmapack.events.watch import Stopped

#: A member, an empty archive.
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
#: Members of an archive: a month of hourly logs of a dozen machines stays below it.
MOST_MEMBERS = 10_000
ENCRYPTED = 0x1

LOCKED = "an encrypted member of an archive: unpack it with its password, and name the file"
NESTED = "an archive inside an archive, which is not opened: unpack it, and name what is in it"
UNSEEKABLE = "a zip archive from a pipe, which has its list of members at its end: name the file"
INSIDE = frozenset({".zip", ".7z", ".rar", ".tar", ".tgz", ".jar", ".cab"})


class Member(NamedTuple):
    """A member as reports name it, its bytes, and if it has none to read, why.

    `skipped` says that its suffix is none of events.
    """

    name: str
    file: PurePosixPath
    pieces: Iterator[bytes] = iter(())
    error: str = ""
    skipped: bool = False


def members(path: Path, file: BinaryIO) -> Iterator[Member]:
    """The files of an archive, in its order.

    Raises:
        UnreadableInput: it is damaged, from a pipe, or has more members than `MOST_MEMBERS`.
    """
    if not file.seekable():
        raise UnreadableInput(path, UNSEEKABLE)
    try:
        archive = zipfile.ZipFile(file)
    except Stopped:
        raise
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        reason = f"damaged or cut-off zip archive ({error}): fetch it again"
        raise UnreadableInput(path, reason) from None
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MOST_MEMBERS:
            raise UnreadableInput(path, f"more than {MOST_MEMBERS} members: unpack it")
        for entry in entries:
            yield _member(path, archive, entry)


def _member(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Member:
    inside = PurePosixPath(entry.filename.replace("\\", "/"))
    name = f"{path}!{entry.filename}"
    if inside.suffix.lower() in INSIDE:
        return Member(name, inside, error=NESTED)
    if not holds_events(inside.name):
        reason = SKIPPED_SUFFIX.format(inside.suffix or "(none)")
        return Member(name, inside, error=reason, skipped=True)
    if entry.flag_bits & ENCRYPTED:
        return Member(name, inside, error=LOCKED)
    return Member(name, inside, _pieces(archive, entry))


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as file:
            while piece := file.read(PIECE):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BrokenPacking("zip", error) from None
