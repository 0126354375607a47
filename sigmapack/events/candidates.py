"""The lines of a block of JSON Lines that may matter, by what a scan finds in its bytes."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sigmapack.events.scan import Found, Scan

#: How the last line of a block ends.
ENDED = re.compile(rb"\}(?:\r?\n)?\Z")
#: Of a needle's line: its number, where it begins and ends.
PLACE: Callable[[tuple[int, ...]], tuple[int, int, int]] = itemgetter(0, 1, 2)
#: Memory that each thread works with.
OWN = threading.local()


class Line(NamedTuple):
    """A line of a block: its number from 0, where it begins and ends."""

    number: int
    begin: int
    end: int


class Candidates(NamedTuple):
    """A block's lines that may matter, or None where the block has to be parsed whole."""

    lines: int
    found: list[Line] | None


def look(scan: Scan, block: memoryview) -> Candidates:
    """What a scan leaves of a block; None if it could have misjudged it.

    So it is where a line is not one object, is not UTF-8, or ends as on old Macs.

    Args:
        scan: what finds needles, and says which lines with some may matter.
        block: whole lines; the last one may lack its end.
    """
    looked = scan(block)
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
    return Candidates(count, list(_wanted(scan, block, looked, ends)))


def _wanted(scan: Scan, block: memoryview, looked: Found, ends: object) -> Iterator[Line]:
    """The lines with needles that may matter, by where lines end."""
    import numpy as np

    places_of_ends = np.asarray(ends)
    behind, needles = np.asarray(sorted(looked.hits), np.int64).T
    places = np.searchsorted(places_of_ends, behind - 1)
    begins = np.where(places > 0, places_of_ends[places - 1] + 1, 0)
    columns = (places, begins, places_of_ends[places], needles)
    rows = zip(*(each.tolist() for each in columns), strict=True)
    for (number, begin, end), own in groupby(rows, PLACE):
        if scan.wanted(frozenset(row[3] for row in own), bytes(block[begin:end])):
            yield Line(number, begin, end)


def edges(block: memoryview) -> tuple[bytes, bytes]:
    """The first and last line of a block."""
    text = bytes(block).rstrip(b"\r\n")
    return text.partition(b"\n")[0], text.rpartition(b"\n")[2]


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
