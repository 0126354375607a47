"""`sources.toml`: what to switch on for which log source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True)
class Switch:
    """One thing to switch on, as the head of `sources.toml` describes it."""

    title: str
    logsources: tuple[str, ...]
    shows: str
    note: str
    sources: tuple[str, ...]
    file: str = ""
    text: str = ""
    sensor: str = ""
    ids: tuple[int, ...] = ()
    lacks: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()

    def feeds(self, logsource: str) -> bool:
        """Whether it is about a log source, such as `windows/dns_query`."""
        return any(fnmatchcase(logsource, pattern) for pattern in self.logsources)


@dataclass(frozen=True)
class File:
    """A file of several switches: what it begins with, and the mark of its comments."""

    path: str
    head: str
    comment: str = ""


@dataclass(frozen=True)
class Table:
    """All switches, in the order of their worth, and the files by path."""

    switches: tuple[Switch, ...]
    files: dict[str, File]


@cache
def read(path: Path = TABLE) -> Table:
    """The table.

    Raises:
        TypeError: an entry lacks a key, or has one that is none.
        tomllib.TOMLDecodeError: it is no TOML.
    """
    data = tomllib.loads(path.read_text("utf-8"))
    files = [File(**entry) for entry in data["file"]]
    switches = tuple(_switch(entry) for entry in data["switch"])
    return Table(switches, {file.path: file for file in files})


def _switch(entry: dict[str, Any]) -> Switch:
    lists = {key: tuple(entry.get(key, ())) for key in ("logsources", "sources", "ids")}
    sets = {key: frozenset(entry.get(key, ())) for key in ("lacks", "asks")}
    return Switch(**{**entry, **lists, **sets})
