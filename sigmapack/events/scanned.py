"""JSON Lines of which only those are parsed that some rule could match.

A scan of the raw bytes says which lines have a needle; the others are counted, not parsed. What
the scan could misjudge is parsed as if there were none: the beginning of each file, lines that are
not one object each, bytes that are not UTF-8, and text that escapes what it need not.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from itertools import islice
from typing import BinaryIO

from sigmapack.events.blocks import Blocks
from sigmapack.events.candidates import Candidates, edges, lines, look
from sigmapack.events.records import MAX_RECORD, Passed, Record, json_line, json_lines
from sigmapack.events.scan import Scan
from sigmapack.events.workers import Asked, Workers, in_order

#: Blocks of a file after which processes are worth their start.
MANY = 1
#: Of every so many blocks the first and last line are parsed for their times, and of the last one:
#: of every block that would be a tenth of the time that a scan takes.
TIMED = 16


class Scanned:
    """The records of a stream of JSON Lines that have a needle, and how many have none.

    Line numbers, and what is said of broken records, are as `json_lines` gives them.
    """

    def __init__(
        self,
        stream: BufferedReader,
        errors: str,
        scan: Scan,
        workers: Workers | None = None,
        time_of: Callable[[bytes], str | None] | None = None,
    ) -> None:
        """Wrap a stream of UTF-8, with or without a byte order mark.

        Args:
            stream: of JSON Lines.
            errors: how bytes are decoded that are not UTF-8 (Python's name of it).
            scan: what finds needles.
            workers: what looks at blocks with it, if there are more processes than this one.
            time_of: gives the time of a line; without it no times are told.
        """
        self.workers = workers if workers and workers.number else None
        ahead, places = (workers.ahead, workers.places) if workers else (1, ())
        self.blocks = Blocks(stream, ahead + 1, places)
        self.errors = errors
        self.scan = scan
        self.time_of = time_of
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
        for (block, timed), found in in_order(self._looked(blocks), self.workers):
            yield from self._of(block, before, found, timed)
            before += found.lines
        if rest := self.blocks.rest:
            self.scan.skip()
            yield from self._parsed(rest, before)
        if self.blocks.broken:
            raise self.blocks.broken

    def doubt(self) -> None:
        """Take note of a record that cannot be used: in the sample it stands for others."""
        self.whole |= not self.sampled

    def _looked(
        self, blocks: Iterable[memoryview]
    ) -> Iterator[tuple[tuple[memoryview, bool], Asked | Candidates]]:
        """Blocks, whether their times are to be known, and what was found or who looks."""
        for number, block in enumerate(blocks):
            timed = self.blocks.ended or not number % TIMED
            yield (block, timed), self._asked(number, block)

    def _asked(self, number: int, block: memoryview) -> Asked | Candidates:
        if self.whole:
            self.scan.skip()
            return Candidates(lines(block), None)
        if self.workers and number >= MANY:
            self.workers.start()
        if self.workers and self.workers.running and self.blocks.place is not None:
            return self.workers.ask(look, self.blocks.place, len(block))
        return look(self.scan, block)

    def _of(
        self, block: memoryview, before: int, candidates: Candidates, timed: bool
    ) -> Iterator[Record | Passed]:
        if candidates.found is None:
            yield from self._parsed(io.BytesIO(block), before)
            return
        for number, begin, end in candidates.found:
            line = bytes(block[begin:end])
            record = json_line(line.decode(), before + number + 1)
            if record.error or end - begin > MAX_RECORD:
                yield from self._parsed(io.BytesIO(line), before + number)
            else:
                yield record
        yield Passed(candidates.lines - len(candidates.found), self._span(block) if timed else None)

    def _span(self, block: memoryview) -> tuple[str, str] | None:
        """The times of a block's first and last line."""
        times = [self.time_of(line) for line in edges(block)] if self.time_of else []
        known = sorted(time for time in times if time)
        return (known[0], known[-1]) if known else None

    def _parsed(self, text: BinaryIO, before: int) -> Iterator[Record]:
        encoding = "utf-8" if before else "utf-8-sig"
        for record in json_lines(io.TextIOWrapper(text, encoding, self.errors)):
            yield record._replace(number=record.number + before, line=record.line + before)
