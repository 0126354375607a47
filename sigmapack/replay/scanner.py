"""Finds many needles at once in raw bytes, in any case."""

from __future__ import annotations

import hashlib
import platform
import re
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from sigmapack.events.scan import PLAIN, Found, Hit
from sigmapack.replay.kept import remembered
from sigmapack.replay.tables import Table, read

Hits = Callable[[bytes | memoryview], list[Hit]]
#: A regular expression, and the number that what it finds has.
Expression = tuple[bytes, int]
#: Whether a record may matter: its needles, but `ESCAPED`, and the record.
Wanted = Callable[[frozenset[int], bytes], bool]


def expressions(needles: Iterable[str]) -> list[bytes]:
    r"""What finds needles in JSON text, and all that could hide one: `\u0041` for an `A`.

    A backslash stands doubled in JSON, and a slash may have one before it (RFC 8259, section 7).
    """
    return [*("".join(map(_sign, needle)).encode() for needle in needles), ESCAPED]


def _sign(sign: str) -> str:
    return {"\\": r"\\\\", "/": r"\\?/"}.get(sign, re.escape(sign))


def _escaped() -> bytes:
    by_row: dict[str, str] = {}
    for sign in PLAIN:
        code = f"{ord(sign):02x}"
        by_row[code[0]] = by_row.get(code[0], "") + code[1]
    rows = "|".join(f"{row}[{columns}]" for row, columns in sorted(by_row.items()))
    return rf"\\u00(?:{rows})".encode()


#: A sign that a needle may have, escaped though it need not be.
ESCAPED = _escaped()
#: A line's end behind another sign than `}`, one before another than `{`, and that of old Macs.
ODD = (rb"[^}\r]\n", rb"[^}]\r\n", rb"\n[^{]", rb"\r[^\n]")
BEYOND_ASCII = rb"[\x80-\xff]"


class Scanner:
    """Gives the needles of some bytes, and remembers which were found.

    In the same pass it sees how lines begin and end: that costs nothing beside the needles.

    With Hyperscan or its port Vectorscan, which finds all of them at once; where there is none for
    a machine, with Python's expressions, which give the same and take many times as long. Several
    threads may call it.
    """

    def __init__(
        self,
        needles: Sequence[str],
        wanted: Wanted | None = None,
        keep: bool = False,
        tables: Sequence[tuple[Table, Path]] = (),
    ) -> None:
        """Compile the needles.

        Args:
            needles: ASCII in lower case.
            wanted: says of a record with needles whether it may matter; else each does.
            keep: whether to keep what is compiled for the next time.
            tables: of which any name is a needle, and their files; their numbers come behind.
        """
        self.needles = (*needles, *(table.needle for table, _ in tables))
        self._wanted = wanted
        self.seen: set[int] = set()
        """The numbers of the needles that were found; that behind the last is `ESCAPED`."""
        self._odd, self._beyond = len(self.needles) + 1, len(self.needles) + 2
        self.blind = False
        """Whether there were records that were not scanned."""
        counts = (table.rows for table, _ in tables)
        self._firsts = list(accumulate(counts, initial=self._beyond + 1))[:-1]
        """The numbers of the first name of each table."""
        key = [*map(re.escape, needles), *(table.file for table, _ in tables)]

        def found() -> list[Expression]:
            numbers = [*range(len(needles)), len(self.needles)]
            listed = list(zip(expressions(needles), numbers, strict=True))
            for first, (_, file) in zip(self._firsts, tables, strict=True):
                names = enumerate(read(file), first)
                listed += [(re.escape(name).encode(), number) for number, name in names]
            return [*listed, *((each, self._odd) for each in ODD), (BEYOND_ASCII, self._beyond)]

        try:
            import hyperscan
        except ImportError:
            self._hits = _plain(found())
        else:
            self._hits = _hyperscan(hyperscan, _database(hyperscan, found, key, keep))

    def __call__(self, data: bytes | memoryview) -> Found:
        """The needles of some bytes, and how their lines are."""
        every = self._hits(data)
        hits = [hit for hit in every if hit[1] < self._odd]
        if self._firsts:
            hits += [(end, self._table(name)) for end, name in every if name > self._beyond]
        self.seen.update(number for _, number in hits)
        others = {number for _, number in every if self._odd <= number <= self._beyond}
        return Found(hits, self._odd in others, self._beyond not in others)

    def _table(self, name: int) -> int:
        """The number that a table has as a needle, by that of one of its names."""
        place = bisect_right(self._firsts, name) - 1
        return len(self.needles) - len(self._firsts) + place

    def wanted(self, needles: frozenset[int], record: bytes) -> bool:
        """Whether a record may matter that has some needles: any may be behind an escape."""
        if not self._wanted or len(self.needles) in needles:
            return True
        return self._wanted(needles, record)

    def skip(self) -> None:
        """Take note that records are read of which no bytes are scanned."""
        self.blind = True

    def found(self) -> frozenset[str] | None:
        """The needles that were found; None if any could have been there unseen."""
        if self.blind or len(self.needles) in self.seen:
            return None
        return frozenset(self.needles[number] for number in self.seen)


def _plain(found: list[Expression]) -> Hits:
    patterns = [(re.compile(each, re.IGNORECASE), number) for each, number in found]

    def hits(data: bytes | memoryview) -> list[Hit]:
        return [
            (match.end(), number)
            for pattern, number in patterns
            for match in pattern.finditer(data)
        ]

    return hits


def _database(
    hyperscan: Any, found: Callable[[], list[Expression]], key: Sequence[str], keep: bool
) -> Any:
    """What finds expressions: 100,000 take seconds to compile, and milliseconds to read again."""

    def read(data: bytes) -> Any:
        try:
            return hyperscan.loadb(data, hyperscan.HS_MODE_BLOCK)
        except hyperscan.error as error:  # of another version or machine, or damaged
            raise ValueError(str(error)) from None

    def make() -> Any:
        texts, numbers = zip(*found(), strict=True)
        once = {*ODD, BEYOND_ASCII}  # of these it is enough to know that they are there
        also = {text: hyperscan.HS_FLAG_SINGLEMATCH for text in once}
        flags = [hyperscan.HS_FLAG_CASELESS | also.get(text, 0) for text in texts]
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(expressions=texts, ids=numbers, elements=len(texts), flags=flags)
        return database

    if not keep:
        return make()
    start = f"{hyperscan.__version__} {platform.machine()}"
    name = hashlib.sha256("\n".join([start, *key]).encode()).hexdigest()
    return remembered(f"{name}.hs", read, make, hyperscan.dumpb)


def _hyperscan(hyperscan: Any, database: Any) -> Hits:
    own = threading.local()

    def hits(data: bytes | memoryview) -> list[Hit]:
        if not hasattr(own, "scratch"):
            own.scratch = hyperscan.Scratch(database)
        behind: list[Hit] = []

        def note(number: int, start: int, end: int, flags: int, context: object) -> None:
            behind.append((end, number))

        database.scan(data, match_event_handler=note, scratch=own.scratch)
        return behind

    return hits
