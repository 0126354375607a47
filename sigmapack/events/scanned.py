"""JSON Lines of which only those are parsed that some rule could match.

A scan of the raw bytes says which lines have a needle; the others are counted, not parsed. What
the scan could misjudge is parsed as if there were none: the beginning of each file, lines that are
not one object each, bytes that are not UTF-8, and text that escapes what it need not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from io import BufferedReader
from itertools import islice
from typing import BinaryIO, NamedTuple

from sigmapack.events.ahead import ahead
from sigmapack.events.blocks import Blocks
from sigmapack.events.records import MAX_RECORD, Passed, Record, json_line, json_lines
from sigmapack.events.scan import Scan

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

    def __init__(self, stream: BufferedReader, errors: str, scan: Scan) -> None:
        """Wrap a stream of UTF-8, with or without a byte order mark.

        Args:
            stream: of JSON Lines.
            errors: how bytes are decoded that are not UTF-8 (Python's name of it).
            scan: what finds needles.
        """
        self.blocks = Blocks(stream, AHEAD + 1)
        self.errors = errors
        self.scan = scan
        self.whole = False
        """Whether to parse every line from here on."""
        self.sampled = False

    def __iter__(self) -> Iterator[Record | Passed]:
        """Raises what broke the stream (EOFError, OSError), after all before it."""
        before = 0
        blocks = iter(self.blocks)
        for block in islice(blocks, 1):
            self.scan(block)
            yield from self._parsed(io.BytesIO(block), before)
            before += lines(block)
        self.sampled = True
        for block, (count, found) in ahead(self._candidates, blocks, AHEAD):
            yield from self._of(block, before, count, found)
            before += count
        if rest := self.blocks.rest:
            self.scan.skip()
            yield from self._parsed(rest, before)
        if self.blocks.broken:
            raise self.blocks.broken

    def doubt(self) -> None:
        """Take note of a record that cannot be used: in the sample it stands for others."""
        self.whole |= not self.sampled

    def _of(
        self, block: memoryview, before: int, count: int, found: list[tuple[int, int, int]] | None
    ) -> Iterator[Record | Passed]:
        if found is None:
            yield from self._parsed(io.BytesIO(block), before)
            return
        self.whole |= len(found) * SELDOM > count
        yield Passed(count - len(found))
        for number, begin, end in found:
            record = json_line(str(block[begin:end], "utf-8"), before + number + 1)
            if record.error or end - begin > MAX_RECORD:
                yield from self._parsed(io.BytesIO(block[begin:end]), before + number)
            else:
                yield record

    def _parsed(self, text: BinaryIO, before: int) -> Iterator[Record]:
        encoding = "utf-8" if before else "utf-8-sig"
        for record in json_lines(io.TextIOWrapper(text, encoding, self.errors)):
            yield record._replace(number=record.number + before, line=record.line + before)

    def _candidates(self, block: memoryview) -> Candidates:
        if self.whole:
            self.scan.skip()
            return Candidates(lines(block), None)
        return candidates(block, self.scan(block))


def candidates(block: memoryview, hits: Sequence[int]) -> Candidates:
    """The lines of a block that have a needle; None if the scan could have misjudged it.

    So it is where a line is not one object, is not UTF-8, or ends as on old Macs.

    Args:
        block: whole lines; the last one may lack its end.
        hits: the offsets behind the needles, in any order.
    """
    import numpy as np  # here, since it takes a time that small files need not spend

    signs = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    returns = np.flatnonzero(signs == ord("\r"))
    if signs[-1] != ord("\n"):
        ends = np.append(ends, len(block))
    starts = np.concatenate(([0], ends[:-1] + 1))
    last = np.where(signs[ends - 1] == ord("\r"), ends - 2, ends - 1)
    whole = (signs[starts] == ord("{")) & (signs[last] == ord("}")) & (last > starts)
    bare = len(returns) and not (signs[(returns + 1) % len(signs)] == ord("\n")).all()
    if not whole.all() or bare or not ((signs < 0x80).all() or _utf8(block)):
        return Candidates(len(ends), None)
    behind = np.asarray(hits, np.int64)
    found = np.unique(np.searchsorted(ends, behind - 1)) if len(behind) else behind
    places = zip(found.tolist(), starts[found].tolist(), ends[found].tolist(), strict=True)
    return Candidates(len(ends), list(places))


def lines(block: memoryview) -> int:
    """How many lines a block has."""
    text = block.tobytes()
    return text.count(b"\n") + (not text.endswith(b"\n"))


def _utf8(block: memoryview) -> bool:
    try:
        str(block, "utf-8")
    except UnicodeDecodeError:
        return False
    return True
