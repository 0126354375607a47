"""An incident report for the national response team, of what a replay found.

It says what was found on which host and since when, by which records of which files, which stages
of the attack were seen and which could not be, and what was searched. What only a person knows is
marked to be filled. Nothing is sent anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sigmapack.content.model import Content
from sigmapack.events.files import UnreadableInput
from sigmapack.incident.found import Evidence, Host, Indicator, evidence, hosts, indicators
from sigmapack.incident.hits import Hits
from sigmapack.incident.searched import Searched, Source, joined, searched
from sigmapack.incident.seen import Stage, stages
from sigmapack.matches import Match, Report, severity

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
class Span:
    """A log source, as `logsources.toml` calls it, and the first and last time of its events."""

    log: str
    first: str
    last: str


@dataclass(frozen=True)
class LeftOut:
    """What the content has not, or does not find, for a client: a rule, a row or a filter."""

    kind: str
    name: str
    reason: str


@dataclass(frozen=True)
class Incident:
    """The document, as data: times are ISO 8601 in UTC, as the logs have them."""

    form: int
    language: str
    to: str
    given: Given
    hosts: Sequence[Host]
    leads: Sequence[Host]
    """Hosts of which only rules for hunting, or of a low level, matched."""
    indicators: Sequence[Indicator]
    evidence: Sequence[Evidence]
    more_evidence: int
    stages: Sequence[Stage]
    sources: Sequence[Source]
    spans: Sequence[Span]
    events: int
    unreadable: int
    rules: int
    not_run: Sequence[str]
    left_out: Sequence[LeftOut]
    logs: Sequence[str]
    whole: bool
    """Whether every event was looked at, so that the logs are all that there were."""
    interrupted: bool
    """Whether reading or the rules were stopped before their end."""
    partly: int
    """Events of which not every combination of values was compared."""
    unknown: Sequence[str]
    """Files of hits that do not say what was searched for them."""
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
    hits: Sequence[Hits] = (),
    left_out: Sequence[LeftOut] = (),
) -> Incident:
    """The document of a replay, of hits that one found earlier, or of both.

    Args:
        content: the rules that ran, in the language of the document.
        report: what the replay found.
        files: that it read; each is read once more for its sum.
        given: what a person says.
        rules: how many ran.
        skipped: what was passed over before reading.
        hits: what earlier replays found.
        left_out: what of the pack is not looked for.
    """
    matches = [*report.matches, *(match for each in hits for match in each.matches)]
    found = sorted(matches, key=_order)
    files = list(files)
    own = [searched(report, files, rules, skipped)] if files or not hits else []
    made = joined([*own, *(each.searched for each in hits if each.searched)])
    unknown = [str(each.path) for each in hits if each.searched is None]
    whole = made.whole and not unknown
    affected, leads = hosts(content, found)
    levels: dict[str, int] = {}
    for match in found:
        levels[match.rule.level] = levels.get(match.rule.level, 0) + 1
    return Incident(
        form=FORM,
        language=content.words.lang,
        to=content.contact,
        given=given,
        hosts=affected,
        leads=leads,
        indicators=indicators(content, found),
        evidence=[evidence(content, match) for match in found[:MOST_EVIDENCE]],
        more_evidence=max(0, len(found) - MOST_EVIDENCE),
        stages=stages(content, found, {log.source for log in made.logs} if whole else None),
        sources=[*made.sources, *_named(made, found)],
        spans=_spans(made),
        events=made.events,
        unreadable=made.unreadable,
        rules=made.rules,
        not_run=made.not_run,
        left_out=left_out,
        logs=sorted({log.source.key for log in made.logs}),
        whole=whole,
        interrupted=made.interrupted,
        partly=made.partly,
        unknown=unknown,
        levels=levels,
    )


def _order(match: Match) -> tuple[int, str, str, int, str]:
    place = match.file, match.record, match.rule.name
    return severity(match.rule), match.timestamp or "~", *place


def _spans(made: Searched) -> list[Span]:
    """The times of each log source by its name, which a category and a service may share."""
    found: dict[str, tuple[str, str]] = {}
    for log in made.logs:
        if log.first:
            first, last = found.get(log.source.key, (log.first, log.last))
            found[log.source.key] = min(first, log.first), max(last, log.last)
    return [Span(key, *found[key]) for key in sorted(found)]


def _named(made: Searched, found: Iterable[Match]) -> list[Source]:
    """The files that hits name and no search does: nothing but their names is known."""
    known = {source.file for source in made.sources}
    names = {match.file: None for match in found}
    return [
        Source(name, 0, "")
        for name in sorted(names)
        if name not in known and name.partition("!")[0] not in known
    ]
