"""EVTX files chunk by chunk, so that neither their size nor their damage hides a record.

The format: a header of 4 KiB, then chunks of 64 KiB, each with a header of its own that says which
records it holds (https://github.com/libyal/libevtx/blob/main/documentation/).
"""

from __future__ import annotations

import io
import json
import struct
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from io import BufferedIOBase
from itertools import accumulate
from typing import Any, NamedTuple, cast

from evtx import PyEvtxParser

from sigmapack.events.fields import timestamp
from sigmapack.events.packed import BrokenPacking
from sigmapack.events.records import DECODER, MAX_RECORD, TOO_LONG, Passed, Record
from sigmapack.events.scan import Scan
from sigmapack.events.workers import Asked, Workers, in_order

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
#: In a chunk: where its first record stands, where the header says that its last one does, and in
#: a record its mark and the time of writing (FILETIME).
FIRST_RECORD, LAST_OFFSET, RECORD, TIME_OFFSET = 512, 44, b"**\0\0", 16

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


#: Chunks of a file after which processes are worth their start: a megabyte.
MANY = 16

#: What was found in a file: a record's JSON, or what is wrong and of how many.
Found = tuple[str, str, int]


class Parsed(NamedTuple):
    """A chunk: the records that may matter, each behind how many; how many do not, and all; the
    times of its first and last."""

    records: list[tuple[int, Found]]
    passed: int
    all: int
    span: tuple[str, str] | None = None


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


def evtx_records(
    stream: BufferedIOBase, scan: Scan | None = None, workers: Workers | None = None
) -> Iterator[Record | Passed]:
    """The records of an EVTX file; those that cannot be parsed, or are missing, as errors.

    The numbers of missing records come from the headers; where these cannot be true, each damaged
    chunk is one. The stream need not be seekable: some chunks are held in memory.

    Args:
        stream: the file's bytes.
        scan: what finds the texts that matter in the JSON of records; the others are counted.
        workers: processes that parse and scan, of the same scan.

    Raises:
        ValueError: there is no chunk in it.
        BrokenPacking: the packed file breaks off before the first.
    """
    number = 1
    given = workers if workers and workers.number else None
    for _, parsed in in_order(_asked(_chunks(Source(stream)), scan, given), given):
        for before, (text, error, count) in parsed.records:
            yield _record(number + before, text, error, count)
        if parsed.passed:
            yield Passed(parsed.passed, parsed.span)
        number += parsed.all


def _record(number: int, text: str, error: str, count: int) -> Record:
    if not error:
        try:
            return Record(number, number, DECODER.decode(text))
        except (RecursionError, json.JSONDecodeError) as wrong:
            error = f"damaged part of the EVTX file ({wrong}): {AGAIN}"
    message = f"{count} records are lost: {error}" if count > 1 else error
    return Record(number, number, None, message, count)


def _asked(
    pieces: Iterable[bytes | Found], scan: Scan | None, workers: Workers | None
) -> Iterator[tuple[None, Asked | Parsed]]:
    for number, piece in enumerate(pieces):
        if isinstance(piece, tuple):
            yield None, Parsed([(0, piece)], 0, piece[2])
            continue
        if workers and number >= MANY:
            workers.start()
        if workers and workers.running:
            place = number % len(workers.places)
            workers.places[place][: len(piece)] = piece
            yield None, workers.ask(parse, place, len(piece))
        else:
            yield None, parse(scan, piece)


def parse(scan: Scan | None, data: bytes | memoryview) -> Parsed:
    """The records of a chunk.

    Args:
        scan: what finds needles in their JSON; None for all records.
        data: the chunk; a cut one is shorter.
    """
    records = list(_chunk(bytes(data)))
    wanted = _with_needles(records, scan) if scan else None
    found: list[tuple[int, Found]] = []
    before = passed = 0
    for place, record in enumerate(records):
        if wanted is None or place in wanted or record[1]:
            found.append((before, record))
        else:
            passed += 1
        before += record[2]
    return Parsed(found, passed, before, _span(data) if passed else None)


def _span(data: bytes | memoryview) -> tuple[str, str] | None:
    """The times of a chunk's first and last record; None where it is damaged."""
    text = bytes(data).ljust(CHUNK_SIZE, b"\0")
    (last,) = struct.unpack_from("<I", text, LAST_OFFSET)
    times = []
    for place in (FIRST_RECORD, last):
        if text[place : place + len(RECORD)] != RECORD or place + TIME_OFFSET + 8 > CHUNK_SIZE:
            return None
        times.append(timestamp(str(struct.unpack_from("<Q", text, place + TIME_OFFSET)[0])))
    known = sorted(time for time in times if time)
    return (known[0], known[-1]) if known else None


def _with_needles(records: list[Found], scan: Scan) -> set[int]:
    """The places of the records in whose JSON a scan finds something."""
    texts = [text.encode() for text, _, _ in records]
    ends = list(accumulate(len(text) + 1 for text in texts))
    found: defaultdict[int, set[int]] = defaultdict(set)
    for behind, needle in scan(b"\n".join(texts)).hits:
        found[bisect_left(ends, behind)].add(needle)
    return {place for place, own in found.items() if scan.wanted(frozenset(own), texts[place])}


def _chunks(source: Source) -> Iterator[bytes | Found]:
    """The chunks of a file, and between them what is wrong."""
    head = source.read(HEADER_SIZE).ljust(HEADER_SIZE, b"\0")
    (next_id,) = struct.unpack_from("<Q", head, NEXT_ID_OFFSET)
    (count,) = struct.unpack_from("<H", head, CHUNK_COUNT_OFFSET)
    index = last = lost = good = 0  # lost: damaged chunks, until a good one tells what they held
    while data := source.read(CHUNK_SIZE):
        index += 1
        if index > MOST_CHUNKS:
            yield "", TOO_MANY, 1
            return
        if not data.startswith(CHUNK_MAGIC):
            used = index <= count or bool(data.strip(b"\0"))
            lost += used  # files are enlarged by empty chunks
            continue
        good += 1
        first, end = struct.unpack_from("<QQ", data.ljust(CHUNK_SIZE, b"\0"), IDS_OFFSET)
        if lost:
            yield "", BROKEN, _missing(first - last - 1 if last else 0, lost)
            lost = 0
        yield data
        last = end
    if source.broken and not good:
        raise source.broken
    if not good:
        raise ValueError("damaged EVTX file, without events: export it again")
    absent = max(0, count - index)
    if lost or absent:
        reason = CUT if absent else BROKEN
        yield "", reason, _missing(next_id - last - 1, lost + absent)
    if source.broken:  # the records that it took are counted
        yield "", str(source.broken), 0


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
    for text, error in _texts(ALONE + data):
        read += 1
        yield text, error, 1
    if read < declared <= MOST_RECORDS:
        yield "", CUT if cut else MISSING, declared - read
    elif cut:
        yield "", CUT_AFTER, 0


def _texts(file: bytes) -> Iterator[tuple[str, str]]:
    """Each record's JSON, or the parser's complaint."""
    try:
        records = PyEvtxParser(io.BytesIO(file), number_of_threads=1).records_json()
    except (OSError, RuntimeError) as error:
        yield "", f"damaged part of the EVTX file ({error}): {AGAIN}"
        return
    while True:
        try:
            text: str = cast(Any, next(records))["data"]
        except StopIteration:
            return
        except RuntimeError as error:
            yield "", f"damaged part of the EVTX file ({error}): {AGAIN}"
        else:
            yield (text, "") if len(text) <= MAX_RECORD else ("", TOO_LONG)
