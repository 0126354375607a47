"""JSON text, in any of the forms in which logs are exported, as single records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TextIO

#: Numbers stay as they are written ("18.10" is not 18.1), however long they are.
DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)

#: Characters of one record. The greatest Windows event has 64 KiB; this leaves room for what
#: exporters add. Decoded, such a record takes up to 100 times its size in memory.
MAX_RECORD = 4 * 1024 * 1024

#: A string, to its closing quote or the end. It never goes back over what it has passed: strings
#: of megabytes take linear time.
STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
EVTX_DUMP_HEADING = re.compile(r"Record \d+\s*")
ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
NOT_UTF8 = "not UTF-8: save the file as UTF-8"
UNCLOSED = "the JSON object that starts here is not closed: export the record again"
TOO_DEEP = "nested too deeply: not an event of a known log"
TOO_LONG = (
    f"longer than {MAX_RECORD} characters, the limit of a record: not an event of a known log"
)


class Record(NamedTuple):
    """One record: its number, the line where it starts, and its value or what is wrong with it.

    `many` is the number of records that one complaint stands for, or of lines that are none
    (`kind` is "passed" then).
    """

    number: int
    line: int
    value: Any
    error: str = ""
    many: int = 1
    kind: Literal["record", "passed"] = "record"


class Passed(NamedTuple):
    """So many records that no rule can match, which were not decoded.

    `span` is the first and last time of these and of what was decoded beside them, where that was
    looked up: ISO 8601 UTC with milliseconds.
    """

    many: int
    span: tuple[str, str] | None = None


def json_lines(stream: TextIO) -> Iterator[Record]:
    """One record a line, or objects over several lines each; `number` is the first line's.

    Blank lines and the `Record 1` headings of evtx_dump are passed over. Bytes that could not be
    decoded stand in the lines as surrogates (Python's `surrogateescape`). Of a line, and of an
    object over several, `MAX_RECORD` characters are held.
    """
    block: list[str] = []
    start = depth = size = 0
    for number, line in enumerate(lines_of(stream), 1):
        if block and _starts_anew(block, line):
            yield from _unclosed(block, start, size)
            block = []
        if block:
            depth += _opened(line)
            if size <= MAX_RECORD < size + len(line):
                yield from _unclosed(block, start, size + len(line))
                block = block[:2]
            size += len(line)
            if size <= MAX_RECORD:
                block.append(line)
                if depth <= 0:
                    yield json_line("".join(block), start)
            block = block if depth > 0 else []
        elif len(line) > MAX_RECORD:
            yield Record(number, number, None, TOO_LONG)
        elif line.strip() and not EVTX_DUMP_HEADING.fullmatch(line):
            record = json_line(line, number)
            depth = _opened(line) if record.error and not _string_cut(line) else 0
            if depth > 0:
                block, start, size = [line], number, len(line)
            else:
                yield record
    if block:
        yield from _unclosed(block, start, size)


def lines_of(stream: TextIO) -> Iterator[str]:
    """Lines; of one that is too long its beginning, one character longer than the limit."""
    while line := stream.readline(MAX_RECORD + 1):
        yield line
        while len(line) > MAX_RECORD and not line.endswith("\n"):
            line = stream.readline(MAX_RECORD + 1)


def _unclosed(block: list[str], start: int, size: int) -> Iterator[Record]:
    """An object that is not closed or too long, and the whole objects that stand at its margin."""
    yield Record(start, start, None, TOO_LONG if size > MAX_RECORD else UNCLOSED)
    for number, line in enumerate(block[1:], start + 1):
        if line.startswith("{") and not (record := json_line(line, number)).error:
            yield record


def _starts_anew(block: list[str], line: str) -> bool:
    """Whether a line inside an unfinished object is the start of another record.

    So it is when the object before it was cut off: a record in one line breaks off anywhere, and
    inside an indented one nothing stands at the margin.
    """
    opens_only = block[0].rstrip().endswith(("{", "["))
    indented = len(block) > 1 and block[1][:1].isspace()
    return line.startswith("{") and (indented or not opens_only)


def _string_cut(line: str) -> bool:
    """Whether a line ends inside a string: then a quote after it is the end of that one."""
    return STRING.sub("", f'{line} "}}').endswith("}")


def _opened(line: str) -> int:
    """How many braces and brackets a line opens more than it closes (strings do not count)."""
    rest = STRING.sub("", line)
    return sum(rest.count(sign) for sign in "{[") - sum(rest.count(sign) for sign in "}]")


def json_line(source: str, number: int) -> Record:
    """The record of a line, which must be one whole JSON value."""
    if complaint := undecoded(source):
        return Record(number, number, None, complaint)
    source = source.strip()
    try:
        value, end = DECODER.raw_decode(source)
        if source[end:].strip(" \t\r\n,"):
            raise json.JSONDecodeError("text after the object", source, end)
    except (json.JSONDecodeError, RecursionError) as error:
        return Record(number, number, None, reason(error))
    return Record(number, number, value)


def undecoded(source: str) -> str:
    """What to say of text with bytes that could not be decoded, "" for other text."""
    return NOT_UTF8 if not source.isascii() and ESCAPED_BYTE.search(source) else ""


def reason(error: json.JSONDecodeError | RecursionError) -> str:
    """What to say of text that is no JSON."""
    if isinstance(error, RecursionError):
        return TOO_DEEP
    what = error.msg[:1].lower() + error.msg[1:]
    return f"not JSON ({what} at column {error.colno}): give one JSON object a line, or an array"
