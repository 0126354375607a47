"""Read event files of any supported form, recognised by their content, one event at a time."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from evtx import PyEvtxParser

from sigmapack.content.model import LogSource
from sigmapack.events.fields import ShapeError, Value
from sigmapack.events.records import DECODER, Record, json_array, json_lines
from sigmapack.events.shapes import shaped
from sigmapack.events.windows import ChannelMap

__all__ = ["BadRecord", "ChannelMap", "Event", "LogSource", "UnreadableInput", "read_events"]

GZIP_MAGIC = b"\x1f\x8b"
#: EVTX: a header of 4 KiB, then chunks of 64 KiB (https://github.com/libyal/libevtx).
EVTX_MAGIC, CHUNK_MAGIC = b"ElfFile\0", b"ElfChnk\0"
HEADER_SIZE, CHUNK_SIZE, CHUNK_COUNT_OFFSET = 4096, 65536, 42
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
    """A record that cannot be used: its line (in an EVTX file its position), and why."""

    file: str
    line: int
    message: str


class UnreadableInput(Exception):
    """A file that cannot be read at all; its text is `path: what is wrong`."""

    def __init__(self, path: Path | str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


def read_events(path: Path, channels: ChannelMap) -> Iterator[Event | BadRecord]:
    """Read a file of JSON Lines, a JSON array, JSON objects or EVTX; plain, or gzip of these.

    Text is UTF-8 (with or without a byte order mark) or UTF-16. Records are read one at a time;
    only a JSON array is held in memory whole. Kinds of records: flat Sigma fields, Winlogbeat and
    Elastic Agent documents, Windows event JSON of EVTX dumpers, Zeek logs; a file may mix them.

    Args:
        path: the file; a pipe is fine.
        channels: what the events of a Windows channel are in Sigma.

    Raises:
        UnreadableInput: the file is missing, a folder, not permitted, or neither text nor EVTX.
    """
    if path.is_dir():
        raise UnreadableInput(path, "a folder, not a file: name the event files in it")
    line = 0
    try:
        with _opened(path) as stream:
            for record in _records(path, stream):
                line = record.line
                yield _event(path, record, channels)
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
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, unpacked where it starts as gzip does."""
    with path.open("rb") as plain:
        if plain.peek(2)[:2] != GZIP_MAGIC:
            yield plain
            return
        with gzip.GzipFile(fileobj=plain) as unpacked:
            yield cast(BinaryIO, unpacked)


def _event(path: Path, record: Record, channels: ChannelMap) -> Event | BadRecord:
    if record.error:
        return BadRecord(str(path), record.line, record.error)
    try:
        return Event(str(path), record.number, *shaped(record.value, path.name, channels))
    except ShapeError as error:
        return BadRecord(str(path), record.line, str(error))


def _records(path: Path, stream: BinaryIO) -> Iterator[Record]:
    head = cast(io.BufferedReader, stream).peek(512)[:512]
    if head.startswith(EVTX_MAGIC):
        return _evtx(path, stream)
    encoding = _encoding(head)
    opening = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    if path.suffix.lower() == ".evtx" and opening[:1] not in ("", "{", "["):
        raise UnreadableInput(path, "not an EVTX file (no ElfFile signature): export it again")
    if "\0" in opening:
        raise UnreadableInput(path, "neither JSON text nor an EVTX file: export it as one of these")
    for start, message in FOREIGN.items():
        if opening.startswith(start):
            return iter([Record(1, 1, None, message)])
    # Undecodable bytes stay visible, so that only their records are lost; UTF-16 has no such mode.
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    if opening.startswith("["):
        return _array(stream, encoding, errors)
    return json_lines(io.TextIOWrapper(stream, encoding, errors))


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head[1:2] == b"\0" and head[:1] in (b"{", b"["):
        return "utf-16-le"
    if head[:1] == b"\0" and head[1:2] in (b"{", b"["):
        return "utf-16-be"
    return "utf-8-sig"


def _array(stream: BinaryIO, encoding: str, errors: str) -> Iterator[Record]:
    pieces = []
    broken: Exception | None = None
    try:
        while piece := stream.read(CHUNK_SIZE):
            pieces.append(piece)
    except BROKEN_GZIP as error:  # what came before it is good
        broken = error
    yield from json_array(b"".join(pieces).decode(encoding, errors))
    if broken:
        raise broken


def _evtx(path: Path, stream: BinaryIO) -> Iterator[Record]:
    """The records of an EVTX file, those that cannot be parsed as errors."""
    with tempfile.TemporaryFile() as unpacked:
        if not stream.seekable() or isinstance(stream, gzip.GzipFile):
            shutil.copyfileobj(stream, unpacked)
            stream = cast(BinaryIO, unpacked)
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        head = stream.read(HEADER_SIZE + len(CHUNK_MAGIC))
        if head[HEADER_SIZE:] != CHUNK_MAGIC:
            raise UnreadableInput(path, "damaged EVTX file, without events: export it again")
        number = 0
        for number, record in enumerate(_parsed(path, stream), 1):
            if isinstance(record, str):
                reason = f"damaged part of the EVTX file ({record}): export the log again"
                yield Record(number, number, None, reason)
            else:
                yield Record(number, number, record)
        (chunks,) = struct.unpack_from("<H", head, CHUNK_COUNT_OFFSET)
        if size < HEADER_SIZE + chunks * CHUNK_SIZE or (size - HEADER_SIZE) % CHUNK_SIZE:
            reason = "the EVTX file is cut off here: export the log again"
            yield Record(number + 1, number + 1, None, reason)


def _parsed(path: Path, stream: BinaryIO) -> Iterator[Any]:
    """Each record's JSON, decoded; for a record that cannot be parsed, the parser's complaint."""
    stream.seek(0)
    try:
        records = PyEvtxParser(stream, number_of_threads=1).records_json()
    except (OSError, RuntimeError) as error:
        raise UnreadableInput(path, f"damaged EVTX file ({error}): export it again") from None
    while True:
        try:
            record: Any = next(records)
            yield DECODER.decode(record["data"])
        except StopIteration:
            return
        except (RuntimeError, json.JSONDecodeError) as error:  # RecursionError is a RuntimeError
            yield str(error)
