"""What kind of Windows event a line of JSON is, told by its bytes: decoding it takes longer.

Only what can be told for sure is told. In a text a quote is escaped (RFC 8259, section 7), so that
a name between two quotes, none of them escaped, with a colon behind it is a key.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: What stands behind both keys: a number, and a text that is as it is written.
IDENTIFIER = re.compile(rb'\s?"?([0-9]{1,9})"?[,}]')
CHANNEL = re.compile(rb'\s?"([^"\\\x80-\xff]{1,255})"')
#: How an event begins in the form of the XML schema.
NESTED = re.compile(rb'\{\s?"Event":\s?\{')
#: Keys beside an event that make another kind of a record (`shapes.shaped`); with any of them it is
#: left to be decoded.
OUTSIDE = (b'"logsource"', b'"_source"', b'"document"', b'"preview"')
#: And those that stand for others in flat fields (`windows.SAME`).
FLAT = (
    *(*OUTSIDE, b'"Event"', b'"result"', b'"_path"', b'"winlog', b'"event"', b'"event.code"'),
    *(b'"EventId"', b'"event_id"', b'"EventCode"', b'"LogName"', b'"log_name"'),
)


class Kind(NamedTuple):
    """The channel of an event of Windows, and its identifier."""

    channel: str
    number: int


def glance(line: bytes) -> Kind | None:
    """The kind of an event; None where it cannot be told for sure.

    Args:
        line: one object of JSON, without escapes of what needs none.
    """
    identifier, channel = (
        _value(line, b'"EventID":', IDENTIFIER),
        _value(line, b'"Channel":', CHANNEL),
    )
    if not identifier or not channel:
        return None
    depth, others = 1, FLAT  # type: int, tuple[bytes, ...]
    if NESTED.match(line):
        depth, others = 1 + _opened(line, line.find(b'"System":')), OUTSIDE
    if any(map(line.__contains__, others)):
        return None
    if any(_opened(line, found.start()) != depth for found in (identifier, channel)):
        return None
    return Kind(channel[1].decode(), int(identifier[1]))


def _value(line: bytes, key: bytes, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
    """What stands behind a key that stands there once."""
    place = line.find(key)
    if place < 1 or line[place - 1] == ord("\\") or line.find(key[:-1], place + 1) >= 0:
        return None
    return pattern.match(line, place + len(key))


def _opened(line: bytes, end: int) -> int:
    """How many objects are open at a place."""
    return line.count(b"{", 0, end) - line.count(b"}", 0, end)
