"""What a replay finds: matches, and what could not be read or run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sigmapack.content.model import LogSource, Rule
from sigmapack.events.files import UnreadableInput
from sigmapack.events.read import BadRecord

#: Unreadable records that are told one by one; a file of a gigabyte may have millions, and all are
#: counted.
MOST_TOLD = 10_000
#: Sigma's levels, the gravest first.
LEVELS = ("critical", "high", "medium", "low", "informational")


def severity(rule: Rule) -> int:
    """What to sort rules by, so that the gravest come first."""
    return LEVELS.index(rule.level) if rule.level in LEVELS else len(LEVELS)


@dataclass(frozen=True)
class Match:
    """A rule that matched: on one record, or for a correlation on the records it lists."""

    rule: Rule
    file: str
    record: int
    timestamp: str | None
    host: str | None
    fields: Mapping[str, str | list[str]]
    records: tuple[tuple[str, int], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The object of `--json`: the keys that users may rely on."""
        data: dict[str, Any] = {
            "rule_id": self.rule.id,
            "rule": self.rule.name,
            "title": self.rule.title,
            "level": self.rule.level,
            "file": self.file,
            "record": self.record,
            "timestamp": self.timestamp,
            "host": self.host,
            "fields": dict(self.fields),
        }
        if self.rule.is_correlation:
            data["records"] = [{"file": file, "record": record} for file, record in self.records]
        return data

    def as_row(self) -> list[str | int]:
        """The row of `--csv`, under `COLUMNS`: as the JSON's, its lists and objects as JSON."""
        data = self.as_json()
        return [_cell(data.get(name)) for name in COLUMNS]


#: The columns of `--csv`: all keys of `Match.as_json`.
COLUMNS = (
    "rule_id",
    "rule",
    "title",
    "level",
    "file",
    "record",
    "timestamp",
    "host",
    "fields",
    "records",
)


def _cell(value: Any) -> str | int:
    if value is None or isinstance(value, str | int):
        return "" if value is None else value
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class NotRun:
    """A rule that could not run, and why."""

    rule: Rule
    reason: str
    faulty: bool = False
    """Whether the rule itself is wrong, on any engine."""


@dataclass
class Report:
    """What a replay found: matches, what could not be read, rules that could not run.

    Every record is counted once: in `events`, or in `unreadable`. Lines of a log that are of
    another kind (DHCP's in a log of DNS) are in `passed`.
    """

    matches: list[Match] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)
    """The first `MOST_TOLD` unreadable records."""
    unreadable: int = 0
    partial: list[BadRecord] = field(default_factory=list)
    """Events of which not every combination of values was compared, the first `MOST_TOLD`."""
    partly: int = 0
    unread: list[UnreadableInput] = field(default_factory=list)
    """Files that could not be read, or of which no record could; members of archives, too."""
    skipped: list[UnreadableInput] = field(default_factory=list)
    """Members of archives whose suffix is none of events."""
    passed: int = 0
    refused: list[NotRun] = field(default_factory=list)
    seen: set[LogSource] = field(default_factory=set)
    """The log sources that events were of."""
    spans: dict[tuple[str, tuple[LogSource, ...]], tuple[str, str]] = field(default_factory=dict)
    """By a file and the log sources of its events: the first and last time of those that were
    looked at, ISO 8601 UTC with milliseconds. Where the file says it of others: without sources."""
    unseen: list[Rule] = field(default_factory=list)
    """Rules that look for log sources of which there was no event, where that is known."""
    events: int = 0
    parsed: int = 0
    """Of the events those that were looked at field by field; the others had no rule's text."""
    files: int = 0
    """Those that reading began."""
    bytes: int = 0
    """Of the files, as they are on disk."""
    interrupted: bool = False
    """Whether it was stopped before its end; the next three say where."""
    partly_read: Path | None = None
    not_read: list[Path] = field(default_factory=list)
    not_run: list[Rule] = field(default_factory=list)

    def add_span(self, file: str, sources: tuple[LogSource, ...], first: str, last: str) -> None:
        """Widen the times of a file's events of some log sources."""
        known = self.spans.get((file, sources))
        if known is None:
            self.spans[file, sources] = first, last
        elif first < known[0] or last > known[1]:
            self.spans[file, sources] = min(first, known[0]), max(last, known[1])

    def add_bad(self, record: BadRecord) -> None:
        """Count a record, or several that one complaint stands for, as unreadable.

        What stands for a member of an archive goes to the files, lines of another kind are counted.
        """
        if record.kind == "passed":
            self.passed += record.count
            return
        if record.kind != "record":
            files = self.skipped if record.kind == "skipped" else self.unread
            files.append(UnreadableInput(record.file, record.message))
            return
        self.unreadable += record.count
        if len(self.bad) < MOST_TOLD:
            self.bad.append(record)

    def add_partial(self, record: BadRecord) -> None:
        """Count an event as compared in part."""
        self.partly += 1
        if len(self.partial) < MOST_TOLD:
            self.partial.append(record)
