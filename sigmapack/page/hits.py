"""What a replay found as one page: hits by host and rule, their evidence, and what to do."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sigmapack.content.model import Playbook, Rule
from sigmapack.content.response import description
from sigmapack.content.text import visible
from sigmapack.content.words import ENGLISH, Words, noted
from sigmapack.events.files import UnreadableInput
from sigmapack.matches import LEVELS, Match, Report, severity
from sigmapack.page import timeline

#: How the page begins; a file that begins otherwise is none of ours.
MARK = b"<!doctype html>\n<!-- What a replay of the 3CX detection pack found. -->\n"

#: What is shown; the rest is counted. A page of some megabytes opens on a telephone, one of a
#: million matches does not, and `--json` has them all.
MOST_OF_RULE, MOST_SHOWN, MOST_LISTED = 50, 2_000, 100
#: Of a match.
MOST_FIELDS, MOST_RECORDS, MOST_TEXT = 30, 20, 400


#: How levels are shown.
LEVELLED = {
    "critical": noted("critical"),
    "high": noted("high"),
    "medium": noted("medium"),
    "low": noted("low"),
    "informational": noted("informational"),
}


class Section(NamedTuple):
    """A rule with its matches, of which the first are shown."""

    rule: Rule
    about: str
    playbook: Playbook | None
    found: int
    hosts: int
    shown: Sequence[Mapping[str, Any]]


def html(
    report: Report,
    skipped: Sequence[UnreadableInput],
    playbooks: Mapping[str, Playbook],
    command: str,
    words: Words = ENGLISH,
) -> bytes:
    """The page. It holds no time of its own, so that equal input gives equal bytes.

    Args:
        report: of the replay.
        skipped: files that were passed over.
        playbooks: by name, as rules refer to them.
        command: that a reader can repeat.
        words: the language; rules and playbooks are in it already.
    """
    environment = Environment(
        loader=PackageLoader("sigmapack.page", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = words
    sections = _sections(report.matches, playbooks, words)
    books = list(dict.fromkeys(each.playbook.name for each in sections if each.playbook))
    skipped = [*skipped, *report.skipped]
    text = environment.get_template("hits.html").render(
        report=report,
        command=command,
        levels=_levels(report.matches),
        hosts=len({match.host for match in report.matches if match.host}),
        sections=sections,
        books=[playbooks[name] for name in books],
        line=timeline.of(report.matches),
        lists=_lists(report, skipped, words),
        lang=words.lang,
        levelled={level: words(name) for level, name in LEVELLED.items()},
        most=MOST_LISTED,
    )
    return MARK + text.encode() + b"\n"


def _shown(value: object) -> object:
    """A text of strangers without characters that nobody sees, or that turn what is around them."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value)


def _levels(matches: Iterable[Match]) -> list[tuple[str, int]]:
    counts = Counter(match.rule.level for match in matches)
    return [(level, counts[level]) for level in LEVELS if counts[level]]


def _sections(
    matches: Sequence[Match], playbooks: Mapping[str, Playbook], words: Words
) -> list[Section]:
    by_rule: dict[str, list[Match]] = {}
    for match in matches:
        by_rule.setdefault(f"{match.rule.path} {match.rule.name}", []).append(match)
    left, made = MOST_SHOWN, []
    for found in sorted(by_rule.values(), key=_order):
        rule = found[0].rule
        found = sorted(found, key=lambda match: (match.timestamp or "~", match.file, match.record))
        shown = [_match(match, words) for match in found[: min(MOST_OF_RULE, left)]]
        left -= len(shown)
        hosts = len({match.host for match in found if match.host})
        book = playbooks.get(rule.response)
        made.append(Section(rule, description(rule), book, len(found), hosts, shown))
    return made


def _order(found: Sequence[Match]) -> tuple[int, str, str]:
    rule = found[0].rule
    return severity(rule), rule.name, rule.path


def _match(match: Match, words: Words) -> dict[str, Any]:
    fields = [
        (_short(name, words), _short(value if isinstance(value, str) else json.dumps(value), words))
        for name, value in list(match.fields.items())[:MOST_FIELDS]
    ]
    records = [f"{file}:{record}" for file, record in match.records[:MOST_RECORDS]]
    return {
        "time": match.timestamp or words("no time"),
        "host": _short(match.host or words("no host"), words),
        "place": f"{match.file}:{match.record}",
        "fields": fields,
        "more_fields": max(0, len(match.fields) - MOST_FIELDS),
        "records": records,
        "more_records": max(0, len(match.records) - MOST_RECORDS),
    }


def _short(text: str, words: Words) -> str:
    more = len(text) - MOST_TEXT
    if more <= 0:
        return text
    return words("{text}… ({count} characters more)", text=text[:MOST_TEXT], count=more)


def _lists(
    report: Report, skipped: Sequence[UnreadableInput], words: Words
) -> list[tuple[str, int, Sequence[str]]]:
    """What was not read, not compared or not run: (heading, how many, those that are named)."""
    partly = [report.partly_read] if report.partly_read else []
    unread = [f"{error.path}: {error.message}" for error in report.unread]
    bad = [f"{bad.file}:{bad.line}: {bad.message}" for bad in report.bad]
    partial = [f"{bad.file}:{bad.line}: {bad.message}" for bad in report.partial]
    refused = [f"{each.rule.name}: {each.reason}" for each in report.refused]
    found: list[tuple[str, int, Sequence[str]]] = [
        (words("Files that could not be read"), len(unread), unread),
        (words("Files read in part: reading was stopped"), len(partly), [*map(str, partly)]),
        (
            words("Files not read: reading was stopped"),
            len(report.not_read),
            [*map(str, report.not_read)],
        ),
        (words("Unreadable records"), report.unreadable, bad),
        (words("Events compared in part"), report.partly, partial),
        (words("Rules that could not run"), len(refused), refused),
        (
            words("Rules ended before their end"),
            len(report.not_run),
            [r.name for r in report.not_run],
        ),
        (
            words("Rules whose log source no event was of"),
            len(report.unseen),
            _sources(report.unseen, words),
        ),
        (
            words("Files skipped"),
            len(skipped),
            [f"{each.path}: {each.message}" for each in skipped],
        ),
    ]
    return [(heading, count, list(names)[:MOST_LISTED]) for heading, count, names in found if count]


def _sources(rules: Sequence[Rule], words: Words) -> list[str]:
    return [
        f"{rule.name}: {words('a correlation') if rule.is_correlation else rule.logsource.key}"
        for rule in rules
    ]
