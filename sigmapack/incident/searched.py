"""What was searched: files with their sums and times, log sources, and what was left out.

`replay --json --searched` writes it as a last line, so that a report that is made of the hits later
knows it, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sigmapack.content.model import LogSource
from sigmapack.events.files import STDIN, UnreadableInput
from sigmapack.matches import Report

#: The one key of the line.
KEY = "searched"
STOPPED = "reading was stopped before its end"


@dataclass(frozen=True)
class Source:
    """A file that was searched: as it was given, its size and SHA-256, and why it was not read.

    `first` and `last` are the times of its events, as far as they were looked at. What is not known
    is empty.
    """

    file: str
    bytes: int
    sha256: str
    error: str = ""
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class Log:
    """A log source that there were events of, and their first and last time; "" for no part."""

    product: str
    category: str
    service: str
    first: str
    last: str

    @property
    def source(self) -> LogSource:
        return LogSource(self.product or None, self.category or None, self.service or None)


@dataclass(frozen=True)
class Searched:
    """What a replay searched, and how far it came."""

    sources: Sequence[Source] = ()
    logs: Sequence[Log] = ()
    events: int = 0
    unreadable: int = 0
    rules: int = 0
    not_run: Sequence[str] = ()
    whole: bool = True
    """Whether every event was looked at, so that the logs are all that there were."""
    interrupted: bool = False
    """Whether reading or the rules were stopped before their end."""
    partly: int = 0
    """Events of which not every combination of values was compared."""

    def as_json(self) -> dict[str, Any]:
        """The line of a replay's hits, by `hits.schema.json`."""
        return {KEY: asdict(self)}


def searched(
    report: Report, files: Iterable[Path], rules: int, skipped: Iterable[UnreadableInput] = ()
) -> Searched:
    """What a replay searched.

    Args:
        report: what it found.
        files: that it read; each is read once more for its sum.
        rules: how many ran.
        skipped: what was passed over before reading.
    """
    left = [*report.unread, *report.skipped, *skipped]
    unread = {str(error.path): error.message for error in left}
    partly = [report.partly_read] if report.partly_read else []
    unread |= {str(path): STOPPED for path in [*partly, *report.not_read]}
    listed = [source(path, report, unread.pop(str(path), "")) for path in files]
    listed += [Source(path, 0, "", reason) for path, reason in unread.items()]
    return Searched(
        sources=listed,
        logs=_logs(report),
        events=report.events,
        unreadable=report.unreadable,
        rules=rules,
        not_run=[
            *(f"{each.rule.name}: {each.reason}" for each in report.refused),
            *(f"{rule.name}: it was stopped" for rule in report.not_run),
        ],
        whole=report.parsed == report.events and not report.interrupted,
        interrupted=report.interrupted,
        partly=report.partly,
    )


def source(path: Path, report: Report, error: str = "") -> Source:
    """A file's size, sum and times; standard input, which is gone, has times alone."""
    name = str(path)
    first, last = _widest(
        span
        for (file, _), span in report.spans.items()
        if file == name or file.startswith(f"{name}!")
    )
    if path == STDIN:
        return Source(name, 0, "", error, first, last)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Source(name, path.stat().st_size, digest, error, first, last)
    except OSError as reason:
        return Source(name, 0, "", error or str(reason.strerror), first, last)


def _logs(report: Report) -> list[Log]:
    made = []
    for one in sorted(report.seen, key=lambda each: tuple(part or "" for part in each)):
        spans = (span for (_, own), span in report.spans.items() if one in own)
        product, category, service = (part or "" for part in one)
        made.append(Log(product, category, service, *_widest(spans)))
    return made


def _widest(spans: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """The first of all first times and the last of all last; "" where there are none."""
    found = list(spans)
    return (min(s[0] for s in found), max(s[1] for s in found)) if found else ("", "")


def joined(parts: Sequence[Searched]) -> Searched:
    """Several searches as one; of a file that more than one has, the first."""
    files: dict[str, Source] = {}
    logs: dict[LogSource, list[Log]] = {}
    for part in parts:
        for each in part.sources:
            files.setdefault(each.file, each)
        for log in part.logs:
            logs.setdefault(log.source, []).append(log)
    return Searched(
        sources=list(files.values()),
        logs=[_log(own) for own in logs.values()],
        events=sum(part.events for part in parts),
        unreadable=sum(part.unreadable for part in parts),
        rules=max((part.rules for part in parts), default=0),
        not_run=list(dict.fromkeys(each for part in parts for each in part.not_run)),
        whole=all(part.whole for part in parts),
        interrupted=any(part.interrupted for part in parts),
        partly=sum(part.partly for part in parts),
    )


def _log(own: Sequence[Log]) -> Log:
    known = [(log.first, log.last) for log in own if log.first]
    return Log(own[0].product, own[0].category, own[0].service, *_widest(known))
