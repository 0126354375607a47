"""Read event files of any supported form, recognised by their content, one event at a time."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO, cast

from sigmapack.content.model import LogSource
from sigmapack.events.arrays import json_array
from sigmapack.events.chunks import EVTX_MAGIC, evtx_records
from sigmapack.events.fields import ShapeError, Value
from sigmapack.events.files import UnreadableInput, check_file
from sigmapack.events.records import Record, json_lines
from sigmapack.events.scanned import Passed, Scan, Scanned
from sigmapack.events.shapes import shaped
from sigmapack.events.windows import ChannelMap

__all__ = [
    "BadRecord",
    "ChannelMap",
    "Event",
    "LogSource",
    "Passed",
    "UnreadableInput",
    "read_events",
]

GZIP_MAGIC = b"\x1f\x8b"
BROKEN_GZIP = (EOFError, zlib.error, gzip.BadGzipFile)

#: Text that is no JSON but shows what it is, and what to do then.
FOREIGN = {
    "<": "XML, not JSON; the file is not read: give the .evtx itself, or JSON (evtx_dump -o jsonl)",
    "#separator": "a tab-separated Zeek log; the file is not read: let Zeek write JSON "
    "(LogAscii::use_json=T)",
}


@dataclass(frozen=True)
class Event:
    """One event: where it stands, which Sigma log sources it is, and its fields as text.

    `file` is the path as given; `record` is 1-based, the line of JSON Lines, the position in a
    JSON array or in an EVTX file; `timestamp` is ISO 8601 UTC with milliseconds.
    """

    file: str
    record: int
    logsource: tuple[LogSource, ...]
    timestamp: str | None
    host: str | None
    fields: Mapping[str, Value]


@dataclass(frozen=True)
class BadRecord:
    """A record that cannot be used: its line (in an EVTX file its position), and why.

    Where several were lost in one place, `count` says how many.
    """

    file: str
    line: int
    message: str
    count: int = 1


def read_events(path: Path, channels: ChannelMap) -> Iterator[Event | BadRecord]:
    """Read a file of JSON Lines, a JSON array, JSON objects or EVTX; plain, or gzip of these.

    Text is UTF-8 (with or without a byte order mark) or UTF-16. Records are read one at a time, of
    an EVTX file one chunk: memory does not bound the size of a file, packed or not. Kinds of
    records: flat Sigma fields, Winlogbeat and Elastic Agent documents, Windows event JSON of EVTX
    dumpers, Zeek logs; a file may mix them.

    Args:
        path: the file; a pipe is fine.
        channels: what the events of a Windows channel are in Sigma.

    Raises:
        UnreadableInput: the file is missing, no file, not permitted, or neither text nor EVTX.
    """
    for item in scan_events(path, channels, None):
        if not isinstance(item, Passed):
            yield item


def scan_events(
    path: Path, channels: ChannelMap, scan: Scan | None
) -> Iterator[Event | BadRecord | Passed]:
    """Read a file as `read_events` does, but pass over records in which a scan finds nothing.

    Args:
        path: the file; a pipe is fine.
        channels: what the events of a Windows channel are in Sigma.
        scan: what finds the texts that matter; None to read every record.

    Raises:
        UnreadableInput: as `read_events` does.
    """
    check_file(path)
    line = 0
    try:
        with _opened(path) as stream:
            records = _records(path, stream, scan)
            if scan and not isinstance(records, Scanned):
                scan.skip()
            for record in records:
                if isinstance(record, Passed):
                    yield record
                    continue
                line = record.line
                item = _event(path, record, channels)
                if isinstance(item, BadRecord) and isinstance(records, Scanned):
                    records.doubt()
                yield item
    except BROKEN_GZIP as error:
        reason = f"damaged or cut-off gzip file ({error}): fetch it again"
        if not line:
            raise UnreadableInput(path, reason) from None
        yield BadRecord(str(path), line + 1, f"{reason}; the rest is not read")
    except FileNotFoundError:
        raise UnreadableInput(path, "no such file: check the path") from None
    except OSError as error:
        raise UnreadableInput(path, f"cannot be read: {error.strerror or error}") from None


@contextmanager
def _opened(path: Path) -> Iterator[BufferedIOBase]:
    """The file's bytes, unpacked where it starts as gzip does."""
    with path.open("rb") as plain:
        if plain.peek(2)[:2] != GZIP_MAGIC:
            yield plain
            return
        with gzip.GzipFile(fileobj=plain) as unpacked:
            yield cast(BufferedIOBase, unpacked)


def _event(path: Path, record: Record, channels: ChannelMap) -> Event | BadRecord:
    if record.error:
        return BadRecord(str(path), record.line, record.error, record.many)
    try:
        return Event(str(path), record.number, *shaped(record.value, path.name, channels))
    except ShapeError as error:
        return BadRecord(str(path), record.line, str(error))


def _records(path: Path, stream: BufferedIOBase, scan: Scan | None) -> Iterable[Record | Passed]:
    head = cast(io.BufferedReader, stream).peek(512)[:512]
    if head.startswith(EVTX_MAGIC):
        return _evtx(path, stream)
    encoding = _encoding(head)
    opening = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    if path.suffix.lower() == ".evtx" and opening[:1] not in ("", "{", "["):
        raise UnreadableInput(path, "not an EVTX file (no ElfFile signature): export it again")
    if "\0" in opening and not _some_text(opening):
        raise UnreadableInput(path, "neither JSON text nor an EVTX file: export it as one of these")
    for start, message in FOREIGN.items():
        if opening.startswith(start):
            return iter([Record(1, 1, None, message)])
    # Undecodable bytes stay visible, so that only their records are lost; UTF-16 has no such mode.
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    if opening.startswith("["):
        return json_array(stream, encoding, errors)
    if scan and encoding == "utf-8-sig":
        return Scanned(stream, errors, scan)
    return json_lines(io.TextIOWrapper(cast(BinaryIO, stream), encoding, errors))


def _some_text(opening: str) -> bool:
    """Whether among the NULs a line of JSON begins: a crash leaves NULs in a log, of any length."""
    lines = (line.lstrip("\0 \t") for line in opening.splitlines())
    return not opening.strip("\0") or any(line.startswith(("{", "[")) for line in lines)


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head[1:2] == b"\0" and head[:1] in (b"{", b"["):
        return "utf-16-le"
    if head[:1] == b"\0" and head[1:2] in (b"{", b"["):
        return "utf-16-be"
    return "utf-8-sig"


def _evtx(path: Path, stream: BufferedIOBase) -> Iterator[Record]:
    try:
        yield from evtx_records(stream)
    except ValueError as error:
        raise UnreadableInput(path, str(error)) from None
