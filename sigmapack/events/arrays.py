"""JSON arrays as single records, read piece by piece: a file's size does not bound them."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from io import BufferedIOBase
from typing import Any

from sigmapack.events.records import DECODER, MAX_RECORD, TOO_LONG, Record, reason, undecoded

PIECE = 64 * 1024
BETWEEN = re.compile(r"[\s,]*+")
#: Where text is cut, the decoder complains of the token there: the longest are `-Infinity` and
#: `\ud83d\ude00`. Of a string it complains at its beginning.
LONGEST_TOKEN = 16
CUT_STRING = "Unterminated string"
#: Blanks before an element that are compared with those before the next.
MOST_INDENT = 1024

EMPTY = "an empty array inside of an array: give one JSON object for each event"
NOT_CLOSED = "the JSON array is not closed, the file was cut off: export it again"
REST_LOST = "; the rest of the file is not read"


class Window:
    """A part of a stream's text: it grows at its end, and its beginning is forgotten."""

    def __init__(self, stream: BufferedIOBase, encoding: str, errors: str) -> None:
        self.stream = stream
        self.decoder = codecs.getincrementaldecoder(encoding)(errors)
        self.text = ""
        self.ended = False
        self.last = ""
        """The last sign of the stream so far that is no blank."""
        self.broken: Exception | None = None
        self._line = 1
        self._counted = 0

    def grow(self, by: int) -> None:
        """Read so many more characters, or what is left."""
        pieces = [self.text]
        while by > 0 and not self.ended:
            try:
                data = self.stream.read1(PIECE)
            except (EOFError, OSError) as error:  # what came before it is good
                data, self.broken = b"", error
            self.ended = not data
            piece = self.decoder.decode(data, final=self.ended)
            self.last = piece.rstrip()[-1:] or self.last
            by -= len(piece)
            pieces.append(piece)
        self.text = "".join(pieces)

    def line_at(self, position: int) -> int:
        """The line of the stream at a position of the text, which only goes up."""
        self._line += self.text.count("\n", self._counted, position)
        self._counted = position
        return self._line

    def drop(self, position: int) -> int:
        """Forget what stands before the line of a position; where that is now."""
        start = self.text.rfind("\n", max(0, position - MOST_INDENT), position)
        cut = position if start < 0 else start
        self.line_at(position)
        self.text = self.text[cut:]
        self._counted = position - cut
        return position - cut


def json_array(stream: BufferedIOBase, encoding: str, errors: str) -> Iterator[Record]:
    """The elements of a JSON array (or of several, one after the other); `number` is the position.

    Those of an array inside count like the others. After a broken element reading goes on at the
    next line that starts as that element did. At most twice `MAX_RECORD` characters are held.

    Raises:
        EOFError, OSError: the stream broke, after all that came before.
    """
    window = Window(stream, encoding, errors)
    number = position = depth = 0
    empty = False
    while (position := _after_separators(window, position)) < len(window.text):
        sign = window.text[position]
        if sign == "[" or (sign == "]" and depth):
            if sign == "]" and empty and depth > 1:
                number += 1
                yield Record(number, window.line_at(position), None, f"element {number}: {EMPTY}")
            depth += 1 if sign == "[" else -1
            empty = sign == "["
            position += 1
            continue
        empty = False
        number += 1
        line = window.line_at(position)
        value, end, error = _element(window, position)
        position = _next_alike(window, position) if end is None else end
        if end is None and position == len(window.text):
            error += f"{REST_LOST}: {NOT_CLOSED}" if depth and window.last != "]" else REST_LOST
            depth = 0
        yield Record(number, line, value, f"element {number}: {error}" if error else "")
    if depth:
        yield Record(number + 1, window.line_at(position), None, NOT_CLOSED)
    if window.broken:
        raise window.broken


def _after_separators(window: Window, position: int) -> int:
    """Where the next sign stands that is no blank and no comma; the end where there is none."""
    while True:
        match = BETWEEN.match(window.text, position)
        position = match.end() if match else position
        if position > PIECE or position == len(window.text):
            position = window.drop(position)
        if position < len(window.text) or window.ended:
            return position
        window.grow(PIECE)


def _element(window: Window, begin: int) -> tuple[Any, int | None, str]:
    """The element that begins there, where it ends if it can be told, and what is wrong with it."""
    while True:
        size = len(window.text) - begin
        try:
            value, end = DECODER.raw_decode(window.text, begin)
        except RecursionError as error:
            return None, None, reason(error)
        except json.JSONDecodeError as error:
            near_end = error.pos >= len(window.text) - LONGEST_TOKEN
            if window.ended or not (near_end or error.msg.startswith(CUT_STRING)):
                return None, None, reason(error)
        else:
            if end - begin > MAX_RECORD:
                return None, end, TOO_LONG
            if end < len(window.text) or window.ended:  # a number may go on
                return value, end, undecoded(window.text[begin:end])
        if size > MAX_RECORD:
            return None, None, TOO_LONG
        window.grow(min(size, MAX_RECORD) + PIECE)


def _next_alike(window: Window, begin: int) -> int:
    """Where the next element starts after a broken one: the next line indented as its own."""
    line = window.text.rfind("\n", 0, begin) + 1
    indent = window.text[line:begin]
    mark = f"\n{indent}{{" if indent.isspace() or not indent else ""
    while (found := window.text.find(mark, begin) if mark else -1) < 0:
        window.line_at(len(window.text))
        if window.ended:
            return len(window.text)
        begin = max(0, len(window.text) - len(mark))
        window.text, window._counted = window.text[begin:], len(window.text) - begin
        begin = 0
        window.grow(PIECE)
    return found
