"""An incident report for the national response team, of what a replay found.

It says what was found on which host and since when, by which records of which files, which stages
of the attack were seen and which could not be, and what was searched. What only a person knows is
marked to be filled. Nothing is sent anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sigmapack.content.model import Content
from sigmapack.events.files import STDIN, UnreadableInput
from sigmapack.incident.found import Evidence, Host, Indicator, evidence, hosts, indicators
from sigmapack.incident.seen import Stage, stages
from sigmapack.matches import Match, Report

#: The version of the document's form, which `report.schema.json` describes.
FORM = 1
#: Records that are listed as evidence, the gravest first; the rest is counted.
MOST_EVIDENCE = 200
#: The Traffic Light Protocol 2.0 (https://www.first.org/tlp/).
TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")


@dataclass(frozen=True)
class Given:
    """What only a person knows; what is empty is to be filled in the document."""

    organisation: str = ""
    reporter: str = ""
    date: str = ""
    case: str = ""
    tlp: str = "AMBER"
    actions: Sequence[str] = ()


@dataclass(frozen=True)
class Source:
    """A file that was searched: as it was given, its size, and its SHA-256; why it was not read."""

    file: str
    bytes: int
    sha256: str
    error: str = ""


@dataclass(frozen=True)
class Incident:
    """The document, as data: times are ISO 8601 in UTC, as the logs have them."""

    form: int
    language: str
    to: str
    given: Given
    hosts: Sequence[Host]
    indicators: Sequence[Indicator]
    evidence: Sequence[Evidence]
    more_evidence: int
    stages: Sequence[Stage]
    sources: Sequence[Source]
    events: int
    unreadable: int
    rules: int
    not_run: Sequence[str]
    logs: Sequence[str]
    whole: bool
    """Whether every event was looked at, so that the logs are all that there were."""
    interrupted: bool
    """Whether reading or the rules were stopped before their end."""
    partly: int
    """Events of which not every combination of values was compared."""
    levels: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The object of `--json`, by the schema beside this module."""
        return asdict(self)


def incident(
    content: Content,
    report: Report,
    files: Iterable[Path],
    given: Given,
    rules: int,
    skipped: Iterable[UnreadableInput] = (),
) -> Incident:
    """The document of a replay.

    Args:
        content: the rules that ran, in the language of the document.
        report: what the replay found.
        files: that it read; each is read once more for its sum.
        given: what a person says.
        rules: how many ran.
        skipped: what was passed over before reading.
    """
    found = sorted(report.matches, key=_order)
    whole = report.parsed == report.events and not report.interrupted
    logs = sorted({source.key for source in report.seen})
    left = [*report.unread, *report.skipped, *skipped]
    unread = {str(error.path): error.message for error in left}
    stopped = "reading was stopped before its end"
    unread |= {str(path): stopped for path in [*_partly(report), *report.not_read]}
    listed = [source(path, unread.pop(str(path), "")) for path in files]
    listed += [Source(path, 0, "", reason) for path, reason in unread.items()]
    levels: dict[str, int] = {}
    for match in found:
        levels[match.rule.level] = levels.get(match.rule.level, 0) + 1
    return Incident(
        form=FORM,
        language=content.words.lang,
        to=content.contact,
        given=given,
        hosts=hosts(content, found),
        indicators=indicators(content, found),
        evidence=[evidence(content, match) for match in found[:MOST_EVIDENCE]],
        more_evidence=max(0, len(found) - MOST_EVIDENCE),
        stages=stages(content, found, report.seen if whole else None),
        sources=listed,
        events=report.events,
        unreadable=report.unreadable,
        rules=rules,
        not_run=[
            *(f"{each.rule.name}: {each.reason}" for each in report.refused),
            *(f"{rule.name}: it was stopped" for rule in report.not_run),
        ],
        logs=logs,
        whole=whole,
        interrupted=report.interrupted,
        partly=report.partly,
        levels=levels,
    )


def _partly(report: Report) -> list[Path]:
    return [report.partly_read] if report.partly_read else []


def _order(match: Match) -> tuple[int, str, str, int]:
    from sigmapack.matches import severity

    return severity(match.rule), match.timestamp or "~", match.file, match.record


def source(path: Path, error: str = "") -> Source:
    """A file's size and sum; standard input, which is gone, has none."""
    if path == STDIN:
        return Source(str(path), 0, "", error)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Source(str(path), path.stat().st_size, digest, error)
    except OSError as reason:
        return Source(str(path), 0, "", error or str(reason.strerror))
