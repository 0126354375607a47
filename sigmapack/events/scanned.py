"""JSON Lines of which only those are parsed that some rule could match.

A scan of the raw bytes says which lines have a needle; the others are counted, not parsed. What
the scan could misjudge is parsed as if there were none: the beginning of each file, lines that are
not one object each, bytes that are not UTF-8, and text that escapes what it need not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from io import BufferedIOBase
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, cast

from sigmapack.events.ahead import ahead
from sigmapack.events.records import MAX_RECORD, Passed, Record, json_line, json_lines
from sigmapack.events.scan import Scan

#: Bytes of a block: enough for a scan to be worth its call, and little memory.
BLOCK = 4 * 2**20
#: The beginning of a file that is parsed whole: it tells whether its records are of a known kind.
SAMPLE = 2**18
#: Longer is no block, but one line, or objects over several lines: these are read as they come.
MOST_BLOCK = 16 * 2**20
#: Blocks that are scanned ahead of the one whose lines are parsed.
AHEAD = 3
#: Where more than one line in so many is a candidate, parsing all costs less than scanning, too.
SELDOM = 4


class Candidates(NamedTuple):
    """A block's lines that have needles, or None where the block has to be parsed whole."""

    lines: int
    found: list[tuple[int, int, int]] | None
    """(line, its beginning, its end) in the block; lines are counted from 0."""


class Scanned:
    """The records of a stream of JSON Lines that have a needle, and how many have none.

    Line numbers, and what is said of broken records, are as `json_lines` gives them.
    """

    def __init__(self, stream: BufferedIOBase, errors: str, scan: Scan) -> None:
        """Wrap a stream of UTF-8, with or without a byte order mark.

        Args:
            stream: of JSON Lines.
            errors: how bytes are decoded that are not UTF-8 (Python's name of it).
            scan: what finds needles.
        """
        self.blocks = Blocks(stream)
        self.errors = errors
        self.scan = scan
        self.whole = False
        """Whether to parse every line from here on."""
        self.sampled = False

    def __iter__(self) -> Iterator[Record | Passed]:
        """Raises what broke the stream (EOFError, OSError), after all before it."""
        line = 0
        blocks = iter(self.blocks)
        for block in islice(blocks, 1):
            self.scan(block)
            yield from self._parsed(io.BytesIO(block), line)
            line += _lines(block)
        self.sampled = True
        for block, (lines, found) in ahead(self._candidates, blocks, AHEAD):
            yield from self._of(block, line, lines, found)
            line += lines
        if rest := self.blocks.rest:
            self.scan.skip()
            yield from self._parsed(rest, line)
        if self.blocks.broken:
            raise self.blocks.broken

    def doubt(self) -> None:
        """Take note of a record that cannot be used: in the sample it stands for others."""
        self.whole |= not self.sampled

    def _of(
        self, block: bytes, before: int, lines: int, found: list[tuple[int, int, int]] | None
    ) -> Iterator[Record | Passed]:
        if found is None:
            yield from self._parsed(io.BytesIO(block), before)
            return
        self.whole |= len(found) * SELDOM > lines
        yield Passed(lines - len(found))
        for number, begin, end in found:
            record = json_line(block[begin:end].decode(), before + number + 1)
            if record.error or end - begin > MAX_RECORD:
                yield from self._parsed(io.BytesIO(block[begin:end]), before + number)
            else:
                yield record

    def _parsed(self, text: BinaryIO, before: int) -> Iterator[Record]:
        encoding = "utf-8" if before else "utf-8-sig"
        for record in json_lines(io.TextIOWrapper(text, encoding, self.errors)):
            yield record._replace(number=record.number + before, line=record.line + before)

    def _candidates(self, block: bytes) -> Candidates:
        if self.whole:
            self.scan.skip()
            return Candidates(_lines(block), None)
        hits = self.scan(block)
        if not _utf8(block) or _bare_returns(block):
            return Candidates(_lines(block), None)
        return candidates(block, hits)


def candidates(block: bytes, hits: Sequence[int]) -> Candidates:
    """The lines of a block that have a needle; None if one of its lines is not one object."""
    import numpy as np  # here, since it takes a time that small files need not spend

    signs = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    if not block.endswith(b"\n"):
        ends = np.append(ends, len(block))
    starts = np.concatenate(([0], ends[:-1] + 1))
    last = np.where(signs[ends - 1] == ord("\r"), ends - 2, ends - 1)
    if not ((signs[starts] == ord("{")) & (signs[last] == ord("}")) & (last > starts)).all():
        return Candidates(len(ends), None)
    behind = np.asarray(hits, np.int64)
    found = np.unique(np.searchsorted(ends, behind - 1)) if len(behind) else behind
    places = zip(found.tolist(), starts[found].tolist(), ends[found].tolist(), strict=True)
    return Candidates(len(ends), list(places))


class Blocks:
    """A stream in blocks that end where a line ends with `}` and the next begins with `{`.

    Where no line does for `MOST_BLOCK` bytes, there are no blocks any more, but a `rest`.
    """

    def __init__(self, stream: BufferedIOBase) -> None:
        self.stream = stream
        self.broken: Exception | None = None
        self.ended = False
        self.rest: BinaryIO | None = None

    def __iter__(self) -> Iterator[bytes]:
        text, size = b"", SAMPLE
        while not self.ended:
            text += self._read(size)
            size = BLOCK
            cut = len(text) if self.ended else _between(text)
            if cut:
                yield text[:cut]
                text = text[cut:]
            elif len(text) > MOST_BLOCK:
                self.rest = cast(BinaryIO, io.BufferedReader(Joined(text, self.stream)))
                return

    def _read(self, size: int) -> bytes:
        """So many bytes, or what is left: a broken gzip file gives what came before."""
        pieces = []
        while size > 0 and not self.ended:
            try:
                piece = self.stream.read1(size)
            except (EOFError, OSError) as error:
                piece, self.broken = b"", error
            self.ended = not piece
            size -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)


class Joined(io.RawIOBase):
    """Some bytes, and the stream that follows them."""

    def __init__(self, first: bytes, stream: BufferedIOBase) -> None:
        self.first, self.stream = io.BytesIO(first), stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self.first.read(len(buffer)) or self.stream.read1(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _between(text: bytes) -> int:
    """Where the last record of a text begins, behind another one; 0 where none does."""
    found = text.rfind(b"}\n{")
    if found < 0:
        return text.rfind(b"}\r\n{") + 3 if b"\r" in text[-BLOCK:] else 0
    return found + 2


def _lines(block: bytes) -> int:
    return block.count(b"\n") + (not block.endswith(b"\n"))


def _utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _bare_returns(block: bytes) -> bool:
    """Whether lines end as on old Macs, too: then they are not what a scan takes for them."""
    return b"\r" in block and block.count(b"\r") != block.count(b"\r\n")
