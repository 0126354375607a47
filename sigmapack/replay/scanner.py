"""Finds many needles at once in raw bytes, in any case."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

from sigmapack.events.scanned import PLAIN

Ends = Callable[[bytes], list[int]]


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


def scanner(needles: Iterable[str]) -> Ends:
    """A function that gives the offsets behind the needles of some bytes, for several threads.

    With Hyperscan or its port Vectorscan, which finds all of them at once; where there is none for
    a machine, with Python's expressions, which give the same and take many times as long.

    Args:
        needles: ASCII, in lower case.
    """
    found = expressions(needles)
    try:
        import hyperscan
    except ImportError:
        return _plain(found)
    return _hyperscan(hyperscan, found)


def _plain(found: list[bytes]) -> Ends:
    pattern = re.compile(b"|".join(found), re.IGNORECASE)
    return lambda data: [match.end() for match in pattern.finditer(data)]


def _hyperscan(hyperscan: Any, found: list[bytes]) -> Ends:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=found,
        ids=list(range(len(found))),
        elements=len(found),
        flags=[hyperscan.HS_FLAG_CASELESS] * len(found),
    )
    own = threading.local()

    def ends(data: bytes) -> list[int]:
        if not hasattr(own, "scratch"):
            own.scratch = hyperscan.Scratch(database)
        behind: list[int] = []

        def note(expression: int, start: int, end: int, flags: int, context: object) -> None:
            behind.append(end)

        database.scan(data, match_event_handler=note, scratch=own.scratch)
        return behind

    return ends
