"""JSON text, in any of the forms in which logs are exported, as single records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

#: Numbers stay as they are written ("18.10" is not 18.1), however long they are.
DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)

SEPARATORS = re.compile(r"[\s,\[\]]*")
STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|([{\[])|([}\]])')
EVTX_DUMP_HEADING = re.compile(r"Record \d+\s*")
ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
NOT_UTF8 = "not UTF-8: save the file as UTF-8"
UNCLOSED = "the JSON object that starts here is not closed: export the record again"
TOO_DEEP = "nested too deeply: not an event of a known log"


class Record(NamedTuple):
    """One record: its number, the line where it starts, and its value or what is wrong with it."""

    number: int
    line: int
    value: Any
    error: str = ""


def json_lines(lines: Iterable[str]) -> Iterator[Record]:
    """One record a line, or objects over several lines each; `number` is the first line's.

    Blank lines and the `Record 1` headings of evtx_dump are passed over. Bytes that could not be
    decoded stand in the lines as surrogates (Python's `surrogateescape`).
    """
    block: list[str] = []
    start = depth = 0
    for number, line in enumerate(lines, 1):
        if block and _starts_anew(block, line):
            yield Record(start, start, None, UNCLOSED)
            block = []
        if block:
            block.append(line)
            depth += _opened(line)
            if depth <= 0:
                yield _decoded("".join(block), start)
                block = []
        elif line.strip() and not EVTX_DUMP_HEADING.fullmatch(line):
            record = _decoded(line, number)
            depth = _opened(line) if record.error and not _string_cut(line) else 0
            if depth > 0:
                block, start = [line], number
            else:
                yield record
    if block:
        yield Record(start, start, None, UNCLOSED)


def json_array(content: str) -> Iterator[Record]:
    """The elements of a JSON array (or of several, one after the other); `number` is the position.

    After a broken element reading goes on at the next line that starts as that element did.
    """
    number = position = 0
    line = 1
    while (begin := _after_separators(content, position)) < len(content):
        line += content.count("\n", position, begin)
        number += 1
        value, position, error = _element(content, begin)
        if error and position == len(content):
            error += "; the rest of the file is not read"
        yield Record(number, line, value, f"element {number}: {error}" if error else "")
        line += content.count("\n", begin, position)
    if not content.rstrip().endswith("]"):
        reason = "the JSON array is not closed, the file was cut off: export it again"
        yield Record(number + 1, line, None, reason)


def _element(content: str, begin: int) -> tuple[Any, int, str]:
    """The element that begins there, where it ends, and what is wrong with it."""
    try:
        value, end = DECODER.raw_decode(content, begin)
    except (json.JSONDecodeError, RecursionError) as error:
        return None, _next_alike(content, begin), _reason(error)
    return value, end, _undecoded(content[begin:end])


def _after_separators(content: str, position: int) -> int:
    match = SEPARATORS.match(content, position)
    return match.end() if match else position


def _next_alike(content: str, begin: int) -> int:
    """Where the next element starts after a broken one: the next line indented as its own."""
    indent = content[content.rfind("\n", 0, begin) + 1 : begin]
    if not indent.isspace() and indent:
        return len(content)
    found = content.find(f"\n{indent}{{", begin)
    return len(content) if found < 0 else found


def _starts_anew(block: list[str], line: str) -> bool:
    """Whether a line inside an unfinished object is the start of another record.

    So it is when the object before it was cut off: a record in one line breaks off anywhere, and
    inside an indented one nothing stands at the margin.
    """
    opens_only = block[0].rstrip().endswith(("{", "["))
    indented = len(block) > 1 and block[1][:1].isspace()
    return line.startswith("{") and (indented or not opens_only)


def _string_cut(line: str) -> bool:
    return '"' in STRUCTURE.sub("", line)


def _opened(line: str) -> int:
    """How many braces and brackets a line opens more than it closes (strings do not count)."""
    found = STRUCTURE.findall(line)
    return sum(bool(opening) - bool(closing) for opening, closing in found)


def _decoded(source: str, number: int) -> Record:
    if reason := _undecoded(source):
        return Record(number, number, None, reason)
    source = source.strip()
    try:
        value, end = DECODER.raw_decode(source)
        if source[end:].strip(" \t\r\n,"):
            raise json.JSONDecodeError("text after the object", source, end)
    except (json.JSONDecodeError, RecursionError) as error:
        return Record(number, number, None, _reason(error))
    return Record(number, number, value)


def _undecoded(source: str) -> str:
    return NOT_UTF8 if not source.isascii() and ESCAPED_BYTE.search(source) else ""


def _reason(error: json.JSONDecodeError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return TOO_DEEP
    what = error.msg[:1].lower() + error.msg[1:]
    return f"not JSON ({what} at column {error.colno}): give one JSON object a line, or an array"
