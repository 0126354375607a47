"""Hosts, indicators and evidence of matches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sigmapack.content.model import Content, Rule
from sigmapack.exports.feed import Indicator as Listed
from sigmapack.exports.rows import Unfit, read
from sigmapack.matches import LEVELS, Match, severity

#: Characters of a field's value that a document shows.
LONGEST = 300
#: Levels at which a rule alerts nobody.
LOW = ("low", "informational")
#: Tables of builds that are affected.
AFFECTED = "builds_affected"


@dataclass(frozen=True)
class Host:
    """A host or client: the gravest level, its first and last match, builds, indicators, stages."""

    host: str
    level: str
    first: str
    last: str
    matches: int
    builds: Sequence[str]
    indicators: Sequence[str]
    stages: Sequence[str]
    rules: Sequence[str]
    titles: Sequence[str]
    """Of the rules, in the language of the document, the gravest first."""


@dataclass(frozen=True)
class Sighting:
    """A host that touched an indicator, and when first and last."""

    host: str
    first: str
    last: str


@dataclass(frozen=True)
class Indicator:
    """An indicator that was touched: by which hosts, and when first and last."""

    type: str
    value: str
    role: str
    confidence: str
    hosts: Sequence[str]
    sightings: Sequence[Sighting]
    first: str
    last: str


@dataclass(frozen=True)
class Evidence:
    """A match: where its record stands, and what is in it."""

    time: str
    host: str
    level: str
    rule: str
    title: str
    file: str
    record: int
    fields: Mapping[str, str]
    rests_on: Sequence[str]


def evidence(content: Content, match: Match) -> Evidence:
    """A match as evidence, its title in the content's language."""
    rule = content.by_name.get(match.rule.name, match.rule)
    return Evidence(
        match.timestamp or "",
        match.host or "",
        match.rule.level,
        match.rule.name,
        rule.title,
        match.file,
        match.record,
        {name: text[:LONGEST] for name, text in _texts(match).items()},
        [f"{file}:{record}" for file, record in match.records],
    )


def hosts(content: Content, matches: Sequence[Match]) -> tuple[list[Host], list[Host]]:
    """The hosts, the gravest first; matches without a host are one without a name.

    A name is the same in any case (RFC 4343), as the first match has it.

    Returns:
        Those that somebody has to look at, and those of which there are leads only.
    """
    by_host: dict[str, list[Match]] = {}
    for match in matches:
        by_host.setdefault((match.host or "").lower(), []).append(match)
    affected: list[Host] = []
    leads: list[Host] = []
    for found in by_host.values():
        made = _host(content, found[0].host or "", found)
        (leads if all(is_lead(match.rule) for match in found) else affected).append(made)
    return _gravest(affected), _gravest(leads)


def is_lead(rule: Rule) -> bool:
    """Whether a match is weak evidence: of a rule for hunting, or of a low level."""
    return not rule.alerts or rule.level in LOW


def _gravest(made: Iterable[Host]) -> list[Host]:
    return sorted(made, key=lambda each: (LEVELS.index(each.level), each.first or "~", each.host))


def _host(content: Content, name: str, found: Sequence[Match]) -> Host:
    first, last = _times(found)
    rules = list({match.rule.name: match.rule for match in found}.values())
    level = min((match.rule for match in found), key=severity).level
    names_of = {one.value for match in found for one in touched(content, match)}
    return Host(
        host=name,
        level=level if level in LEVELS else LEVELS[-1],
        first=first,
        last=last,
        matches=len(found),
        builds=sorted({build for match in found for build in _builds(content, match)}),
        indicators=sorted(names_of),
        stages=[stage.id for stage in content.stages if any(stage.sees(rule) for rule in rules)],
        rules=sorted(rule.name for rule in rules),
        titles=list(dict.fromkeys(_titles(content, found))),
    )


def _titles(content: Content, found: Iterable[Match]) -> Iterator[str]:
    for match in sorted(found, key=lambda each: severity(each.rule)):
        yield content.by_name.get(match.rule.name, match.rule).title


def indicators(content: Content, matches: Sequence[Match]) -> list[Indicator]:
    """The indicators of the tables that stand in matches, in the order of the tables."""
    called: dict[str, str] = {}
    found: dict[Listed, list[Match]] = {}
    for match in matches:
        called.setdefault((match.host or "").lower(), match.host or "")
        for one in touched(content, match):
            found.setdefault(one, []).append(match)
    order = {one: number for number, one in enumerate(_listed(content))}
    made = []
    for one in sorted(found, key=lambda each: order[each]):
        by_host: dict[str, list[Match]] = {}
        for match in found[one]:
            by_host.setdefault(called[(match.host or "").lower()], []).append(match)
        seen = [Sighting(name, *_times(own)) for name, own in sorted(by_host.items()) if name]
        names, times = [each.host for each in seen], _times(found[one])
        made.append(Indicator(one.type, one.value, one.role, one.confidence, names, seen, *times))
    return made


def _times(matches: Iterable[Match]) -> tuple[str, str]:
    """The first and last time of matches; "" where none has one."""
    times = sorted(match.timestamp for match in matches if match.timestamp)
    return (times[0], times[-1]) if times else ("", "")


def _texts(match: Match) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else ", ".join(value)
        for name, value in match.fields.items()
    }


def touched(content: Content, match: Match) -> Sequence[Listed]:
    """The indicators that stand in what a match shows: names with all below them, whole values."""
    _listed(content)
    return _standing(id(content), "\n".join(_texts(match).values()).lower())


def _listed(content: Content) -> list[Listed]:
    if id(content) not in _known:
        _known[id(content)] = (content, _read(content))
    return _known[id(content)][1]


#: The content itself, so that its id stays its own, and its indicators.
_known: dict[int, tuple[Content, list[Listed]]] = {}


@lru_cache(maxsize=10_000)
def _standing(key: int, text: str) -> tuple[Listed, ...]:
    """Those that stand in a text in lower case; hits of one rule often show the same."""
    return tuple(one for one in _known[key][1] if _stands(one.value.lower(), text))


def _stands(low: str, text: str) -> bool:
    if low not in text:
        return False
    return re.search(rf"(?<![a-z0-9-]){re.escape(low)}\.?(?![a-z0-9.-])", text) is not None


def _builds(content: Content, match: Match) -> set[str]:
    """Affected builds that stand in what a match shows."""
    text = "\n".join(_texts(match).values())
    return {
        build
        for name, table in content.lookups.items()
        if AFFECTED in name
        for build in table.values()
        if build in text and re.search(rf"(?<![\d.]){re.escape(build)}(?![\d])", text)
    }


def _read(content: Content) -> list[Listed]:
    try:
        return list(read(content).indicators)
    except Unfit:  # strangers' tables
        return []
