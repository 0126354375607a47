"""What is offered: one value, what is known of it, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sigmapack.content.model import Problem
from sigmapack.content.text import one_line

#: Kinds that others exchange.
EXCHANGED = frozenset({"domain", "url", "ip", "hash"})
ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256"}
#: Characters of what is said of a value: a cell that people read.
LONGEST_NOTE = 300
#: Characters of a value: the longest URL that browsers and proxies agree on.
LONGEST_VALUE = 2_000
#: How reports write a value so that nobody clicks on it.
DEFANGED = ((re.compile(r"^hxxp", re.I), "http"), (re.compile(r"\[(\.|dot)\]", re.I), "."))


@dataclass(frozen=True)
class Offer:
    """A value that somebody offers as an indicator; empty where nothing is said of a thing."""

    path: str
    line: int
    kind: str
    value: str
    role: str = ""
    platform: str = ""
    confidence: str = ""
    source: str = ""
    first_seen: str = ""
    last_seen: str = ""
    valid_until: str = ""
    file_name: str = ""
    wrong: str = ""
    """Why it cannot be taken, whatever the value is."""

    def row(self, columns: Sequence[str]) -> dict[str, str]:
        """The offer as a row of a table."""
        cells = {**self._value(), **self._about()}
        return {column: cells.get(column, "") for column in columns}

    def problem(self, code: str, message: str) -> Problem:
        """Why it is refused, with its place."""
        return Problem(self.path, self.line, code, f"{self.value}: {message}")

    def _value(self) -> Mapping[str, str]:
        if self.kind == "hash":
            algorithm = ALGORITHMS.get(len(self.value), "")
            return {"hash": self.value, "algorithm": algorithm, "file_name": self.file_name}
        if self.kind == "url":
            host, slash, path = self.value.removeprefix("https://").partition("/")
            return {"url": self.value, "host": host, "path": slash + path}
        return {self.kind: self.value}

    def _about(self) -> Mapping[str, str]:
        return {
            "role": self.role or "role not stated",
            "platform": self.platform or "unknown",
            "confidence": self.confidence,
            "source": self.source,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "valid_until": self.valid_until,
            "advisory": "no",
        }


def normal(kind: str, value: str) -> str:
    """A value as the tables write it: not defanged, in lower case where that means the same."""
    value = one_line(value)[:LONGEST_VALUE]
    for pattern, plain in DEFANGED:
        value = pattern.sub(plain, value)
    if kind != "url":
        return value.lower().rstrip(".") if kind == "domain" else value.lower()
    start, _, rest = value.partition("://")
    host, slash, path = rest.partition("/")
    # The tables have one form, which matches both.
    return f"https://{host.lower()}{slash}{path}" if start.lower() in ("http", "https") else value


def note(text: object) -> str:
    """What is said of a value, as a cell; nothing where it is no text."""
    return one_line(text)[:LONGEST_NOTE] if isinstance(text, str) else ""


def day(text: object) -> str:
    """The day of a time (ISO 8601), nothing where there is none; a check looks at its form."""
    return text[:10] if isinstance(text, str) else ""
