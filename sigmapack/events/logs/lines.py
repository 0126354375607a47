"""What the formats of text logs have in common: lines in, records out, each accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, TextIO

from sigmapack.events.fields import ShapeError
from sigmapack.events.records import MAX_RECORD, TOO_LONG, Record, lines_of

Values = dict[str, Any]


class Format(Protocol):
    """One kind of log: what its header has said so far, and a function from a line to a record.

    Lines come without their end. But for the header no line depends on another, so that any of
    them may be read alone.
    """

    def header(self, line: str) -> bool:
        """Take a comment or a line of the header, which is no record: whether it was one."""

    def value(self, line: str) -> Values | None:
        """What `shapes.shaped` takes of a line; None for one of another kind, passed over.

        Raises:
            ShapeError: it is a line of this kind, and damaged.
        """


def log_lines(stream: TextIO, kind: Format) -> Iterator[Record]:
    """The records of a log, and at its end how many lines were passed over.

    Blank lines and the header count nowhere; of a line `MAX_RECORD` characters are held.

    Raises:
        EOFError, OSError: the stream broke, after all that came before.
    """
    passed = number = 0
    broken: Exception | None = None
    try:
        for number, line in enumerate(lines_of(stream), 1):
            line = line.rstrip("\r\n")
            if len(line) > MAX_RECORD:
                yield Record(number, number, None, TOO_LONG)
                continue
            if not line or line.isspace() or kind.header(line):
                continue
            try:
                value = kind.value(line)
            except ShapeError as error:
                yield Record(number, number, None, str(error))
                continue
            if value is None:
                passed += 1
            else:
                yield Record(number, number, value)
    except (EOFError, OSError) as error:
        broken = error
    if passed:
        yield passed_over(number, passed)
    if broken:
        raise broken


def passed_over(line: int, count: int) -> Record:
    """What says that so many lines, up to this one, are no events of a log that has them."""
    return Record(line, line, None, "lines of another kind", count, "passed")
