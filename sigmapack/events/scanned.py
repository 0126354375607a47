"""JSON Lines of which only those are parsed that some rule could match.

A scan of the raw bytes says which lines have a needle; the others are counted, not parsed. What
the scan could misjudge is parsed as if there were none: the beginning of each file, lines that are
not one object each, bytes that are not UTF-8, and text that escapes what it need not.
"""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Callable, Iterator
from io import BufferedReader
from itertools import groupby, islice
from operator import itemgetter
from typing import BinaryIO, NamedTuple

from sigmapack.events.ahead import ahead
from sigmapack.events.blocks import Blocks
from sigmapack.events.records import MAX_RECORD, Passed, Record, json_line, json_lines
from sigmapack.events.scan import Found, Scan

#: Blocks that are scanned ahead of the one whose lines are parsed.
AHEAD = 3


#: How the last line of a block ends.
ENDED = re.compile(rb"\}(?:\r?\n)?\Z")
#: Of a needle's line: its number, where it begins and ends.
PLACE: Callable[[tuple[int, ...]], tuple[int, int, int]] = itemgetter(0, 1, 2)
#: Memory that each thread works with.
OWN = threading.local()


class Line(NamedTuple):
    """A line of a block: its number from 0, where it begins and ends, and its needles."""

    number: int
    begin: int
    end: int
    needles: frozenset[int]


class Candidates(NamedTuple):
    """A block's lines that have needles, or None where the block has to be parsed whole."""

    lines: int
    found: list[Line] | None


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
        self, block: memoryview, before: int, count: int, found: list[Line] | None
    ) -> Iterator[Record | Passed]:
        if found is None:
            yield from self._parsed(io.BytesIO(block), before)
            return
        passed = count - len(found)
        for number, begin, end, needles in found:
            line = bytes(block[begin:end])
            if not self.scan.wanted(needles, line):
                passed += 1
                continue
            record = json_line(line.decode(), before + number + 1)
            if record.error or end - begin > MAX_RECORD:
                yield from self._parsed(io.BytesIO(line), before + number)
            else:
                yield record
        yield Passed(passed)

    def _parsed(self, text: BinaryIO, before: int) -> Iterator[Record]:
        encoding = "utf-8" if before else "utf-8-sig"
        for record in json_lines(io.TextIOWrapper(text, encoding, self.errors)):
            yield record._replace(number=record.number + before, line=record.line + before)

    def _candidates(self, block: memoryview) -> Candidates:
        if self.whole:
            self.scan.skip()
            return Candidates(lines(block), None)
        return candidates(block, self.scan(block))


def candidates(block: memoryview, looked: Found) -> Candidates:
    """The lines of a block that have a needle; None if the scan could have misjudged it.

    So it is where a line is not one object, is not UTF-8, or ends as on old Macs.

    Args:
        block: whole lines; the last one may lack its end.
        looked: what the scan found in it.
    """
    # Here, since it takes a time that small files need not spend; and nothing is multiplied, for
    # which it would start threads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import numpy as np

    signs = np.frombuffer(block, np.uint8)
    if getattr(OWN, "size", 0) < len(signs):  # to have it made anew for each block takes longer
        OWN.size, OWN.mask = len(signs), np.empty(len(signs), bool)
    line_ends = np.equal(signs, ord("\n"), out=OWN.mask[: len(signs)])
    open_end = block[-1] != ord("\n")
    count = int(np.count_nonzero(line_ends)) + open_end
    if looked.odd or block[0] != ord("{") or not ENDED.search(block[-3:]):
        return Candidates(count, None)
    if not looked.ascii and not _utf8(block):
        return Candidates(count, None)
    if not looked.hits:
        return Candidates(count, [])
    ends = np.flatnonzero(line_ends)
    if open_end:
        ends = np.append(ends, len(block))
    behind, needles = np.asarray(sorted(looked.hits), np.int64).T
    places = np.searchsorted(ends, behind - 1)
    begins = np.where(places > 0, ends[places - 1] + 1, 0)
    rows = zip(*(each.tolist() for each in (places, begins, ends[places], needles)), strict=True)
    return Candidates(
        count,
        [Line(*place, frozenset(row[3] for row in own)) for place, own in groupby(rows, PLACE)],
    )


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
