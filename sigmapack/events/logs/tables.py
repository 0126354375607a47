"""CSV with a header: Windows events as tools export them, and flat fields with a log source.

Known by their columns: PowerShell's `Get-WinEvent | Export-Csv`, Event Viewer (in English), Splunk,
Kibana, Hayabusa's timelines; and fields of Sigma with columns `logsource.product`,
`logsource.category`, `logsource.service`. An empty cell is no field: CSV cannot say "empty". A row
may go over several lines, inside of quotes (RFC 4180).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import TextIO

from sigmapack.events.fields import ShapeError
from sigmapack.events.logs.lines import Values
from sigmapack.events.logs.times import local, month_first
from sigmapack.events.records import MAX_RECORD, TOO_LONG, Record, lines_of

#: One of these sets of columns, in small letters, is in the header of every table that is known.
KNOWN = tuple(
    frozenset(names.split(","))
    for names in (
        "eventid", "eventcode", "event id", "event_id", "id,logname", "winlog.event_id",
        "event.code", "logsource.category", "logsource.product", "logsource.service",
    )
)  # fmt: skip
#: Event Viewer's own names, and the text that it gives a column without a name.
RENAMED = {"Event ID": "EventID", "Date and Time": "TimeCreated"}
LOCAL_TIMES = ("TimeCreated", "Date and Time")
REST = "Message"
#: Hayabusa joins fields so: `Image: C:\\a.exe ¦ User: b`.
JOINED = ("AllFieldInfo", "ExtraFieldInfo")
JOINT = re.compile(r" ¦ ")
DELIMITERS = ",;\t"
MOST_COLUMNS = 10_000
UNCLOSED = "the quoted cell that starts here is not closed: export the table again"
WRONG_COUNT = "{} cells for {} columns, the row was cut off: export the table again"

csv.field_size_limit(MAX_RECORD)


class Table:
    """The columns of a table, and its rows as records."""

    def __init__(self, columns: Sequence[str], delimiter: str, sample: str = "") -> None:
        self.columns = list(columns)
        self.delimiter = delimiter
        self.month_first = month_first(sample)
        self.viewer = "Event ID" in self.columns
        self.kibana = any(name.startswith("winlog.") for name in self.columns)

    def value(self, text: str) -> Values:
        """The record of a row, which is given whole.

        Raises:
            ShapeError: it has more or fewer cells than the header, or is no CSV.
        """
        cells = _cells(text, self.delimiter)
        columns = self.columns
        if len(cells) == len(columns) + 1 and (self.viewer or not cells[-1]):
            columns = [*columns, REST]
        if len(cells) != len(columns):
            raise ShapeError(WRONG_COUNT.format(len(cells), len(columns)))
        record: Values = {}
        for name, cell in zip(columns, cells, strict=True):
            if cell and not (self.kibana and cell == "-"):
                record[RENAMED.get(name, name)] = cell
        if self.viewer and "Source" in record:
            record.setdefault("ProviderName", record["Source"])
        self._add(record)
        return record

    def _add(self, record: Values) -> None:
        """What stands in parts, or in a form of its own."""
        time = record.get("TimeCreated")
        if time and (read := local(time, self.month_first)):
            record["TimeCreated"] = read
        for name in JOINED:
            for part in JOINT.split(record.get(name, "")):
                key, colon, value = part.partition(": ")
                if colon:
                    record.setdefault(key, value)
        source = {}
        for name in ("product", "category", "service"):
            if value := record.pop(f"logsource.{name}", ""):
                source[name] = value
        if source:
            record["logsource"] = source


def table_of(head: str) -> Table | None:
    """The table that a text begins, None if it is none, or none with events."""
    for line in head.split("\n"):
        line = line.rstrip("\r")
        if line.strip() and not _before(line):
            break
    else:
        return None
    delimiter = max(DELIMITERS, key=line.count)
    try:
        columns = [name.strip() for name in _cells(line, delimiter)]
    except ShapeError:
        return None
    low = {name.lower() for name in columns}
    if not 1 < len(columns) <= MOST_COLUMNS or not any(names <= low for names in KNOWN):
        return None
    return Table(columns, delimiter, head)


def table_rows(stream: TextIO, table: Table) -> Iterator[Record]:
    """The rows of a table; `number` is the first line's. Of a row `MAX_RECORD` characters are held.

    After a cell that is not closed reading goes on at the next line.

    Raises:
        EOFError, OSError: the stream broke, after all that came before.
    """
    held: list[str] = []
    size = start = quotes = 0
    seen = False
    for number, line in enumerate(lines_of(stream), 1):
        if not seen:
            seen = bool(line.strip("\ufeff \t\r\n")) and not _before(line.lstrip("\ufeff"))
            continue
        if not held and not line.strip():
            continue
        if not held:
            start, size, quotes = number, 0, 0
        held.append(line)
        size += len(line)
        quotes += line.count('"')
        if size > MAX_RECORD:
            yield Record(start, start, None, TOO_LONG if len(held) == 1 else UNCLOSED)
            yield from _each(held[1:], start + 1, table)
            held = []
        elif quotes % 2 == 0:
            yield _row("".join(held), start, table)
            held = []
    if held:
        yield Record(start, start, None, UNCLOSED)
        yield from _each(held[1:], start + 1, table)


def _each(lines: list[str], start: int, table: Table) -> Iterator[Record]:
    """Lines after a quote that is not closed, each a row: none of them has an odd number."""
    for number, line in enumerate(lines, start):
        if line.strip():
            yield _row(line, number, table)


def _row(text: str, number: int, table: Table) -> Record:
    try:
        return Record(number, number, table.value(text.rstrip("\r\n")))
    except ShapeError as error:
        return Record(number, number, None, str(error))


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
    except csv.Error as error:
        raise ShapeError(f"no row of a CSV table ({error}): export the table again") from None
    return [cell for row in rows for cell in row]


def _before(line: str) -> bool:
    """Whether a line stands before the header: PowerShell's type, Excel's delimiter."""
    return line.startswith("#TYPE ") or bool(re.fullmatch(r"sep=.\s*", line))
