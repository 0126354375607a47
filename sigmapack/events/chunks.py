"""EVTX files chunk by chunk, so that neither their size nor their damage hides a record.

The format: a header of 4 KiB, then chunks of 64 KiB, each with a header of its own that says which
records it holds (https://github.com/libyal/libevtx/blob/main/documentation/).
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator
from io import BufferedIOBase
from typing import Any, cast

from evtx import PyEvtxParser

from sigmapack.events.packed import BrokenPacking
from sigmapack.events.records import DECODER, MAX_RECORD, TOO_LONG, Record

EVTX_MAGIC, CHUNK_MAGIC = b"ElfFile\0", b"ElfChnk\0"
HEADER_SIZE, CHUNK_SIZE = 4096, 65536
#: In the file's header: the identifier of the next record, and the number of chunks (16 bits).
NEXT_ID_OFFSET, CHUNK_COUNT_OFFSET = 24, 42
#: In a chunk's header: the numbers of its first and last record, and their identifiers.
NUMBERS_OFFSET, IDS_OFFSET = 8, 24
#: What the number of chunks can say: 4 GiB. What a packed file unpacks to beyond is no EVTX file.
MOST_CHUNKS = 65_535
#: A chunk's header has 512 bytes, a record a header of 24, one element and its size again (4): a
#: header that claims more records than fit is damaged.
MOST_RECORDS = (CHUNK_SIZE - 512) // 32

AGAIN = "export the log again"
CUT = f"the EVTX file is cut off here: {AGAIN}"
CUT_AFTER = f"the EVTX file is cut off here, after its last record: {AGAIN}"
BROKEN = f"damaged part of the EVTX file (no ElfChnk signature): {AGAIN}"
MISSING = f"damaged part of the EVTX file (the chunk counts more records than it has): {AGAIN}"
TOO_MANY = f"more than {MOST_CHUNKS} chunks, the limit of an EVTX file; the rest is not read"

#: The header that each chunk gets, so that it is parsed as a file of its own.
ALONE = struct.pack("<8sQQQIHHHH", EVTX_MAGIC, 0, 0, 1, 128, 1, 3, HEADER_SIZE, 1).ljust(
    HEADER_SIZE, b"\0"
)


#: What was found in a file: a record, or what is wrong and of how many.
Found = tuple[Any, str, int]


class Source:
    """A stream that gives what it has, and ends where its packed file is broken."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self.stream = stream
        self.broken: Exception | None = None

    def read(self, size: int) -> bytes:
        """So many bytes, or what is left: a pipe gives less at a time."""
        pieces = []
        try:
            while size > 0 and not self.broken and (piece := self.stream.read1(size)):
                pieces.append(piece)
                size -= len(piece)
        except BrokenPacking as error:  # what came before it is good
            self.broken = error
        return b"".join(pieces)


def evtx_records(stream: BufferedIOBase) -> Iterator[Record]:
    """The records of an EVTX file; those that cannot be parsed, or are missing, as errors.

    The numbers of missing records come from the headers; where these cannot be true, each damaged
    chunk is one. The stream need not be seekable: one chunk is held in memory.

    Raises:
        ValueError: there is no chunk in it.
        BrokenPacking: the packed file breaks off before the first.
    """
    number = 1
    for value, error, count in _found(Source(stream)):
        message = f"{count} records are lost: {error}" if count > 1 else error
        yield Record(number, number, value, message, count)
        number += count


def _found(source: Source) -> Iterator[Found]:
    head = source.read(HEADER_SIZE).ljust(HEADER_SIZE, b"\0")
    (next_id,) = struct.unpack_from("<Q", head, NEXT_ID_OFFSET)
    (count,) = struct.unpack_from("<H", head, CHUNK_COUNT_OFFSET)
    index = last = lost = good = 0  # lost: damaged chunks, until a good one tells what they held
    while data := source.read(CHUNK_SIZE):
        index += 1
        if index > MOST_CHUNKS:
            yield None, TOO_MANY, 1
            return
        if not data.startswith(CHUNK_MAGIC):
            used = index <= count or bool(data.strip(b"\0"))
            lost += used  # files are enlarged by empty chunks
            continue
        good += 1
        first, end = struct.unpack_from("<QQ", data.ljust(CHUNK_SIZE, b"\0"), IDS_OFFSET)
        if lost:
            yield None, BROKEN, _missing(first - last - 1 if last else 0, lost)
            lost = 0
        yield from _chunk(data)
        last = end
    if source.broken and not good:
        raise source.broken
    if not good:
        raise ValueError("damaged EVTX file, without events: export it again")
    absent = max(0, count - index)
    if lost or absent:
        reason = CUT if absent else BROKEN
        yield None, reason, _missing(next_id - last - 1, lost + absent)
    if source.broken:  # the records that it took are counted
        yield None, str(source.broken), 0


def _missing(records: int, chunks: int) -> int:
    """How many records some chunks held: what the headers say, if it can be true."""
    return records if chunks <= records <= chunks * MOST_RECORDS else chunks


def _chunk(data: bytes) -> Iterator[Found]:
    """The records of a chunk, which is cut off where it is shorter than one."""
    cut = len(data) < CHUNK_SIZE
    data = data.ljust(CHUNK_SIZE, b"\0")
    first, last = struct.unpack_from("<QQ", data, NUMBERS_OFFSET)
    declared = (last - first + 1) % 2**64  # an empty chunk ends before it begins
    read = 0
    for value, error in _parsed(ALONE + data):
        read += 1
        yield value, error, 1
    if read < declared <= MOST_RECORDS:
        yield None, CUT if cut else MISSING, declared - read
    elif cut:
        yield None, CUT_AFTER, 0


def _parsed(file: bytes) -> Iterator[tuple[Any, str]]:
    """Each record's JSON, decoded, or the parser's complaint."""
    try:
        records = PyEvtxParser(io.BytesIO(file), number_of_threads=1).records_json()
    except (OSError, RuntimeError) as error:
        yield None, f"damaged part of the EVTX file ({error}): {AGAIN}"
        return
    while True:
        try:
            text: str = cast(Any, next(records))["data"]
            if len(text) > MAX_RECORD:
                yield None, TOO_LONG
            else:
                yield DECODER.decode(text), ""
        except StopIteration:
            return
        except (RuntimeError, json.JSONDecodeError) as error:  # RecursionError is a RuntimeError
            yield None, f"damaged part of the EVTX file ({error}): {AGAIN}"
