"""Zeek's own tab-separated logs (ASCII writer), as the same fields that its JSON has.

The format: https://docs.zeek.org/en/current/log-formats.html, and the writer's source,
https://github.com/zeek/zeek/blob/master/src/threading/formatters/Ascii.cc: bytes that are not
printable, and the separators inside of values, are `\\xHH`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sigmapack.events.fields import ShapeError
from sigmapack.events.logs.lines import Values
from sigmapack.events.logs.times import Latest

ESCAPED = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(\\))")
DIRECTIVES = frozenset(
    "separator set_separator empty_field unset_field path open close fields types".split()  # noqa: SIM905
)
TRUTH = {"T": "true", "F": "false"}
NO_FIELDS = "a line of a Zeek log whose #fields line is missing: give the log from its beginning"
WRONG_COUNT = "{} values for {} fields, the line was cut off: fetch the log again"


class ZeekTable:
    """A log with its header; a second one in the same file, as of joined logs, replaces it."""

    def __init__(self, lines: Sequence[str] = (), latest: Latest | None = None) -> None:
        self.separator, self.between = "\t", ","
        self.empty, self.unset = "(empty)", "-"
        self.path = ""
        self.fields: list[str] = []
        self.kinds: list[str] = []
        self.begun = False

    def header(self, line: str) -> bool:
        if not line.startswith("#"):
            return False
        if line.startswith("#separator "):
            self.separator = _plain(line.removeprefix("#separator ")) or "\t"
            self.begun = True
            return True
        name, *values = line[1:].split(self.separator)
        if not self.begun or name not in DIRECTIVES:
            return self.begun
        if name == "fields":
            self.fields, self.kinds = values, []
        elif name == "types":
            self.kinds = values
        elif name == "path":
            self.path = values[0] if values else ""
        elif name == "set_separator":
            self.between = values[0] if values and values[0] else ","
        elif name == "empty_field":
            self.empty = values[0] if values else ""
        elif name == "unset_field":
            self.unset = values[0] if values else ""
        return True

    def value(self, line: str) -> Values | None:
        if not self.begun:
            return None
        if not self.fields:
            raise ShapeError(NO_FIELDS)
        values = line.split(self.separator)
        if len(values) != len(self.fields):
            raise ShapeError(WRONG_COUNT.format(len(values), len(self.fields)))
        kinds = self.kinds if len(self.kinds) == len(values) else [""] * len(values)
        record: Values = {"_path": self.path} if self.path else {}
        for name, kind, value in zip(self.fields, kinds, values, strict=True):
            if value != self.unset:
                record[name] = self._value(kind, value)
        return record

    def _value(self, kind: str, value: str) -> Any:
        if kind.startswith(("set[", "vector[")):
            items = [] if value == self.empty else value.split(self.between)
            inner = kind[kind.index("[") + 1 : -1]
            return [None if item == self.unset else self._value(inner, item) for item in items]
        if kind == "bool":
            return TRUTH.get(value, value)
        if value == self.empty:
            return ""
        return _plain(value) if "\\" in value else value


def _plain(value: str) -> str:
    """A value without escapes; bytes that are no UTF-8 stay `\\xHH`, as in Zeek's JSON."""
    raw = value.encode("utf-8", "surrogateescape")
    return ESCAPED.sub(_byte, raw).decode("utf-8", "backslashreplace")


def _byte(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode()) if found[1] else b"\\"
