"""How rows and data stand on a terminal, in a pipe, and as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click

from sigmapack.content.text import visible

if TYPE_CHECKING:  # it takes a time to import, and draws on terminals only
    from rich.console import Console

#: What a spreadsheet takes for the beginning of a formula, also as it stands on Asian keyboards
#: (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def prepare() -> None:
    """Let no character stop the output: what a stream cannot encode is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; columns apart by blanks in a pipe."""
    rows = [[visible(cell) for cell in row] for row in rows]
    if console := watched(sys.stdout):
        from rich.table import Table
        from rich.text import Text

        shown = Table(*columns)
        for row in rows:
            shown.add_row(*map(Text, row))  # a text, whose brackets are no markup
        console.print(shown)
        return
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        cells = zip(row, widths, strict=True)
        click.echo("  ".join(cell.ljust(width) for cell, width in cells).rstrip())


def dump(data: Any) -> None:
    """JSON on standard output."""
    json.dump(data, sys.stdout, indent=1, ensure_ascii=ascii_only())
    sys.stdout.write("\n")


def watched(stream: TextIO) -> Console | None:
    """What draws on a stream that a person watches; rich alone takes a pipe for one where
    FORCE_COLOR is set."""
    if not stream.isatty():
        return None
    from rich.console import Console

    console = Console(file=stream)
    return console if console.is_terminal else None


def ascii_only() -> bool:
    """Whether JSON must escape all but ASCII: standard output is not UTF-8, as on Windows."""
    return sys.stdout.encoding.lower().replace("-", "") != "utf8"


def comma_separated(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """Rows under a header on standard output, as RFC 4180 has it: lines end with CR LF.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(newline="")  # Windows would add another CR
    for row in (columns, *rows):
        writer.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in row])
        sys.stdout.write(out.getvalue())
        out.seek(0)
        out.truncate()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
