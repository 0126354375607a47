"""Read event files of any supported form, recognised by their content, one event at a time."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping
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
from sigmapack.events.packed import BrokenPacking, unpacked, with_head
from sigmapack.events.records import Record, json_lines
from sigmapack.events.shapes import shaped
from sigmapack.events.windows import ChannelMap

__all__ = ["BadRecord", "ChannelMap", "Event", "LogSource", "UnreadableInput", "read_events"]

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
        year: of the last line of logs whose times have none; without it they have no time, but in a
            file that logrotate named after its day.

    Raises:
        UnreadableInput: the file is missing, no file, not permitted, or of no known kind.
    """
    check_file(path)
    try:
        with _opened(path) as file:
            start = file.peek(4)[:4]
            if not start.startswith(ZIP_MAGIC):
                place = Place(str(path), path.name, path.suffix.lower())
                yield from _events(place, unpacked(file, start), channels, year)
                return
            for member in members(path, file):
                yield from _of_member(member, channels, year)
    except FileNotFoundError:
        raise UnreadableInput(path, "no such file: check the path") from None
    except OSError as error:
        raise UnreadableInput(path, f"cannot be read: {error.strerror or error}") from None


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    if path == STDIN:
        yield cast(BufferedReader, sys.stdin.buffer)
        return
    with path.open("rb") as file:
        yield file


def _of_member(
    member: Member, channels: ChannelMap, year: int | None
) -> Iterator[Event | BadRecord]:
    """The events of a member of an archive; what cannot be read of it costs no other."""
    if member.error:
        yield BadRecord(member.name, 1, member.error, 0, "skipped" if member.skipped else "file")
        return
    place = Place(member.name, member.file.name, member.file.suffix.lower())
    try:
        head, stream = with_head(member.pieces, 4)
        if head.startswith(ZIP_MAGIC):
            raise UnreadableInput(member.name, NESTED)
        yield from _events(place, unpacked(stream, head), channels, year)
    except UnreadableInput as error:
        yield BadRecord(member.name, 1, error.message, 0, "file")


def _events(
    place: Place, pieces: Iterator[bytes], channels: ChannelMap, year: int | None
) -> Iterator[Event | BadRecord]:
    line = 0
    try:
        for record in _records(place, *with_head(pieces, HEAD_SIZE), year):
            line = record.line
            yield _event(place, record, channels)
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
    place: Place, head: bytes, stream: BufferedReader, year: int | None
) -> Iterator[Record]:
    if head.startswith(EVTX_MAGIC):
        return _evtx(place, stream)
    encoding = _encoding(head)
    opening = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    if place.suffix == ".evtx" and opening[:1] not in ("", "{", "["):
        reason = "not an EVTX file (no ElfFile signature): export it again"
        raise UnreadableInput(place.shown, reason)
    if head[TAR_MARK] == b"ustar":
        raise UnreadableInput(place.shown, TAR)
    # Undecodable bytes stay visible, so that only their records are lost; UTF-16 has no such mode.
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    if not opening.startswith(("{", '["', "[{")):
        log = recognised(opening, latest_of(place.name, year))
        table = None if log else table_of(opening)
        if log or table:
            text = io.TextIOWrapper(cast(BinaryIO, stream), encoding, errors, newline="\n")
            return log_lines(text, log) if log else table_rows(text, cast(Table, table))
    if "\0" in opening[:512] and not _some_text(opening[:512]):
        reason = "neither JSON text nor an EVTX file: export it as one of these"
        raise UnreadableInput(place.shown, reason)
    if opening.startswith("<"):
        return iter([Record(1, 1, None, XML)])
    if opening.startswith("["):
        return json_array(stream, encoding, errors)
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


def _evtx(place: Place, stream: BufferedReader) -> Iterator[Record]:
    try:
        yield from evtx_records(stream)
    except ValueError as error:
        raise UnreadableInput(place.shown, str(error)) from None
