"""Read event files of any supported form, recognised by their content, one event at a time."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, cast

from sigmapack.content.model import LogSource
from sigmapack.events.archives import NESTED, ZIP_MAGIC, Member, members
from sigmapack.events.arrays import json_array
from sigmapack.events.chunks import EVTX_MAGIC, evtx_records
from sigmapack.events.fields import ShapeError, Value
from sigmapack.events.files import STDIN, UnreadableInput, check_file
from sigmapack.events.logs.formats import recognised
from sigmapack.events.logs.lines import log_lines
from sigmapack.events.logs.tables import Table, table_of, table_rows
from sigmapack.events.logs.times import latest_of
from sigmapack.events.opening import encoding_of, some_text
from sigmapack.events.packed import BrokenPacking, begun, unpacked, with_head
from sigmapack.events.records import Passed, Record, json_lines
from sigmapack.events.scan import Scan
from sigmapack.events.scanned import Scanned
from sigmapack.events.shapes import shaped, timer
from sigmapack.events.watch import Stopped, Watch, Watched
from sigmapack.events.windows import ChannelMap
from sigmapack.events.workers import Workers

__all__ = [
    "BadRecord",
    "ChannelMap",
    "Event",
    "LogSource",
    "Passed",
    "UnreadableInput",
    "read_events",
    "scan_events",
]

#: What of a file is looked at to tell what it is.
HEAD_SIZE = 64 * 1024
XML = "XML, not JSON; the file is not read: give the .evtx itself, or JSON (evtx_dump -o jsonl)"
TAR = "a tar archive, which is not opened: unpack it, and name what is in it"
TAR_MARK = slice(257, 262)


@dataclass(frozen=True)
class Event:
    """One event: where it stands, which Sigma log sources it is, and its fields as text.

    `file` is the path as given, of a member of an archive `archive.zip!member`; `record` is
    1-based, the line of a text log, the position in a JSON array or in an EVTX file; `timestamp` is
    ISO 8601 UTC with milliseconds.
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

    Where several were lost in one place, `count` says how many. Of another `kind` it stands for
    what is no record: a member of an archive that cannot be read (`file`) or has no suffix of
    events (`skipped`), or lines that are of another kind than the log (`passed`).
    """

    file: str
    line: int
    message: str
    count: int = 1
    kind: Literal["record", "file", "skipped", "passed"] = "record"


class Place(NamedTuple):
    """A file as reports name it, and what it is called itself."""

    shown: str
    name: str
    suffix: str


class How(NamedTuple):
    """How a file is read: channels of Windows, a scan if there is one, a year for bare times, and
    processes that scan."""

    channels: ChannelMap
    scan: Scan | None
    year: int | None
    workers: Workers | None


def read_events(
    path: Path, channels: ChannelMap, year: int | None = None
) -> Iterator[Event | BadRecord]:
    """Read a file of any known kind: text, EVTX, packed by gzip or zstd, or an archive of these.

    Text is UTF-8 (with or without a byte order mark) or UTF-16. Records are read one at a time, of
    an EVTX file one chunk: memory does not bound the size of a file, packed or not. Kinds of
    records: flat Sigma fields, Winlogbeat and Elastic Agent documents, Windows event JSON of EVTX
    dumpers, Zeek logs; a file may mix them. Text logs: `sigmapack/events/logs`.

    Args:
        path: the file; a pipe is fine; `-` is standard input.
        channels: what the events of a Windows channel are in Sigma.
        year: of the last line of logs whose times have none, but for what logrotate named by day.

    Raises:
        UnreadableInput: the file is missing, no file, not permitted, or of no known kind.
    """
    for item in scan_events(path, channels, None, year):
        if not isinstance(item, Passed):
            yield item


def scan_events(
    path: Path,
    channels: ChannelMap,
    scan: Scan | None,
    year: int | None = None,
    watch: Watch | None = None,
    workers: Workers | None = None,
) -> Iterator[Event | BadRecord | Passed]:
    """Read a file as `read_events` does, but pass over records in which a scan finds nothing.

    Args:
        path: the file; a pipe is fine; `-` is standard input.
        channels: what the events of a Windows channel are in Sigma.
        scan: what finds the texts that matter; None to read every record.
        year: of the last line of logs whose times have none.
        watch: what counts the bytes, and can stop it.
        workers: processes that scan, of the same scan.

    Raises:
        UnreadableInput: as `read_events` does.
        Stopped: the watch did; the last record, cut off, may have come as a bad one.
    """
    check_file(path)
    how = How(channels, scan, year, workers)
    try:
        with _opened(path, watch or Watch()) as file:
            start = file.peek(4)[:4]
            if not start.startswith(ZIP_MAGIC):
                place = Place(str(path), path.name, path.suffix.lower())
                yield from _events(place, *begun(file, start, HEAD_SIZE), how)
                return
            for member in members(path, file):
                yield from _of_member(member, how)
    except FileNotFoundError:
        raise UnreadableInput(path, "no such file: check the path") from None
    except OSError as error:
        if isinstance(error, Stopped):
            raise
        raise UnreadableInput(path, f"cannot be read: {error.strerror or error}") from None


@contextmanager
def _opened(path: Path, watch: Watch) -> Iterator[BufferedReader]:
    if path == STDIN:
        yield BufferedReader(Watched(sys.stdin.buffer, watch), HEAD_SIZE)
        return
    with path.open("rb", 0) as file:
        yield BufferedReader(Watched(cast(BinaryIO, file), watch), HEAD_SIZE)


def _of_member(member: Member, how: How) -> Iterator[Event | BadRecord | Passed]:
    """The events of a member of an archive; what cannot be read of it costs no other."""
    if member.error:
        yield BadRecord(member.name, 1, member.error, 0, "skipped" if member.skipped else "file")
        return
    place = Place(member.name, member.file.name, member.file.suffix.lower())
    try:
        head, stream = with_head(member.pieces, 4)
        if head.startswith(ZIP_MAGIC):
            raise UnreadableInput(member.name, NESTED)
        yield from _events(place, *with_head(unpacked(stream, head), HEAD_SIZE), how)
    except UnreadableInput as error:
        yield BadRecord(member.name, 1, error.message, 0, "file")


def _events(
    place: Place, head: bytes, stream: BufferedReader, how: How
) -> Iterator[Event | BadRecord | Passed]:
    line = 0
    try:
        records = _records(place, head, stream, how)
        if how.scan and not isinstance(records, Scanned) and not head.startswith(EVTX_MAGIC):
            how.scan.skip()
        for record in records:
            if isinstance(record, Passed):
                yield record
                continue
            line = record.line
            item = _event(place, record, how.channels)
            if isinstance(item, BadRecord) and isinstance(records, Scanned):
                records.doubt()
            yield item
    except BrokenPacking as error:
        if not line:
            raise UnreadableInput(place.shown, str(error)) from None
        yield BadRecord(place.shown, line + 1, f"{error}; the rest is not read")


def _event(place: Place, record: Record, channels: ChannelMap) -> Event | BadRecord:
    if record.error:
        return BadRecord(place.shown, record.line, record.error, record.many, record.kind)
    try:
        return Event(place.shown, record.number, *shaped(record.value, place.name, channels))
    except ShapeError as error:
        return BadRecord(place.shown, record.line, str(error))


def _records(
    place: Place, head: bytes, stream: BufferedReader, how: How
) -> Iterable[Record | Passed]:
    if head.startswith(EVTX_MAGIC):
        return _evtx(place, stream, how)
    encoding = encoding_of(head)
    opening = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    if place.suffix == ".evtx" and opening[:1] not in ("", "{", "["):
        reason = "not an EVTX file (no ElfFile signature): export it again"
        raise UnreadableInput(place.shown, reason)
    if head[TAR_MARK] == b"ustar":
        raise UnreadableInput(place.shown, TAR)
    # Undecodable bytes stay visible, so that only their records are lost; UTF-16 has no such mode.
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    if not opening.startswith(("{", '["', "[{")):
        log = recognised(opening, latest_of(place.name, how.year))
        table = None if log else table_of(opening)
        if log or table:
            text = io.TextIOWrapper(cast(BinaryIO, stream), encoding, errors, newline="\n")
            return log_lines(text, log) if log else table_rows(text, cast(Table, table))
    if "\0" in opening[:512] and not some_text(opening[:512]):
        reason = "neither JSON text nor an EVTX file: export it as one of these"
        raise UnreadableInput(place.shown, reason)
    if opening.startswith("<"):
        return iter([Record(1, 1, None, XML)])
    if opening.startswith("["):
        return json_array(stream, encoding, errors)
    if how.scan and encoding == "utf-8-sig":
        return Scanned(stream, errors, how.scan, how.workers, timer(place.name, how.channels))
    return json_lines(io.TextIOWrapper(cast(BinaryIO, stream), encoding, errors))


def _evtx(place: Place, stream: BufferedReader, how: How) -> Iterator[Record | Passed]:
    try:
        yield from evtx_records(stream, how.scan, how.workers)
    except ValueError as error:
        raise UnreadableInput(place.shown, str(error)) from None
