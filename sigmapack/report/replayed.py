"""What a replay found, and what it could not read or run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from sigmapack.content.model import Rule
from sigmapack.content.text import visible
from sigmapack.content.words import ENGLISH, Words, noted
from sigmapack.events.files import UnreadableInput
from sigmapack.matches import COLUMNS, LEVELS, MOST_TOLD, Match, Report, severity
from sigmapack.report.tables import ascii_only, comma_separated, table

#: Files that the summary names; each is told on a line of its own before.
MOST_NAMED = 5
COLUMNS_SHOWN = (noted("level"), noted("rule"), noted("record"), noted("time"), noted("host"))


def replayed(
    result: Report,
    skipped: Sequence[UnreadableInput],
    as_json: bool,
    quiet: bool,
    as_csv: bool = False,
    words: Words = ENGLISH,
) -> None:
    """Matches on standard output; what was not read and a summary on standard error.

    The table and the summary are in the language of the words; JSON, CSV and the codes of what was
    not read are the same in all.
    """
    if as_json:
        for match in result.matches:
            click.echo(json.dumps(match.as_json(), ensure_ascii=ascii_only()))
    elif as_csv:
        comma_separated(COLUMNS, (match.as_row() for match in result.matches))
    else:
        ordered = sorted(result.matches, key=lambda match: severity(match.rule))
        columns = tuple(map(words, COLUMNS_SHOWN))
        if ordered:
            table(columns, [_row(match, words) for match in ordered])
    skipped = [*skipped, *result.skipped]
    _told("skipped-file", ((error.path, 1, error.message) for error in skipped))
    _told("unreadable-file", ((error.path, 1, error.message) for error in result.unread))
    _told("unreadable-record", ((bad.file, bad.line, bad.message) for bad in result.bad))
    _told("partly-read", ((path, 1, "reading stopped inside it") for path in _partly(result)))
    _told("not-read", ((path, 1, "reading stopped before it") for path in result.not_read))
    _told("partly-compared", ((bad.file, bad.line, bad.message) for bad in result.partial))
    _told("not-replayed", ((q.rule.path, q.rule.line(), q.reason) for q in result.refused))
    if not quiet:
        for line in _summed(result, len(skipped), words):
            click.echo(visible(line), err=True)


def _told(code: str, places: Iterable[tuple[Path | str, int, str]]) -> None:
    for path, line, message in places:
        click.echo(visible(f"{path}:{line}: {code}: {message}"), err=True)


def _summed(result: Report, skipped: int, words: Words) -> Iterator[str]:
    """The numbers of a replay, and further lines where not all was read."""
    levels = Counter(match.rule.level for match in result.matches)
    spread = ", ".join(f"{levels[level]} {level}" for level in LEVELS if levels[level])
    parts = [
        words("{events} events in {files} files", events=result.events, files=result.files),
        words("{count} unreadable", count=result.unreadable),
    ]
    if result.passed:
        parts.append(words("{count} lines of other kinds passed over", count=result.passed))
    rules = len({match.rule.id for match in result.matches})
    found = words("{matches} matches of {rules} rules", matches=len(result.matches), rules=rules)
    yield f"{', '.join(parts)}: {found}{f' ({spread})' if spread else ''}"
    if result.interrupted:
        yield _interrupted(result, words)
    if incomplete := list(_incomplete(result, skipped, words)):
        yield words("not all was read: {what}", what="; ".join(incomplete))
    if result.refused:
        count = len(result.refused)
        yield words("{count} rules were not run: see not-replayed above", count=count)
    if result.unseen and result.events:
        yield _unseen(result.unseen, words)


def _incomplete(result: Report, skipped: int, words: Words) -> Iterator[str]:
    if result.unread:
        named = _named([str(error.path) for error in result.unread], words)
        count = len(result.unread)
        yield words("{count} files could not be read ({names})", count=count, names=named)
    if skipped:
        yield words("{count} were skipped", count=skipped)
    if max(len(result.bad), len(result.partial)) == MOST_TOLD:
        yield words("only the first {count} complaints of records are shown", count=MOST_TOLD)
    if result.partly:
        yield words("{count} events were compared in part", count=result.partly)


def _interrupted(result: Report, words: Words) -> str:
    """After how much it was interrupted, and what it did not come to."""
    left = []
    if result.partly_read:
        left.append(words("1 files were read in part ({name})", name=result.partly_read))
    if result.not_read:
        names, count = _named(result.not_read, words), len(result.not_read)
        left.append(words("{count} files not at all ({names})", count=count, names=names))
    if result.not_run:
        names, count = _named([rule.name for rule in result.not_run], words), len(result.not_run)
        left.append(
            words("{count} rules did not run to the end ({names})", count=count, names=names)
        )
    return words(
        "interrupted after {events} events and {size} MB: {left}",
        events=result.events,
        size=f"{result.bytes / 1e6:,.1f}",
        left="; ".join(left) or words("all was read"),
    )


def _partly(result: Report) -> Iterator[Path]:
    if result.partly_read:
        yield result.partly_read


def _named(names: Sequence[Path | str], words: Words) -> str:
    """The first names of a list, and how many more there are."""
    first, more = ", ".join(map(str, names[:MOST_NAMED])), len(names) - MOST_NAMED
    return words("{names} and {count} more", names=first, count=more) if more > 0 else first


def _unseen(rules: Sequence[Rule], words: Words) -> str:
    """How many rules nothing was there for, and the log sources that most of them look for."""
    other = words("correlations")
    kinds = Counter(other if r.is_correlation else r.logsource.key for r in rules)
    named = _named([f"{key} ({count})" for key, count in kinds.most_common()], words)
    return words(
        "{count} rules look for log sources of which no event was: {names}",
        count=len(rules),
        names=named,
    )


def _row(match: Match, words: Words) -> tuple[str, ...]:
    place = f"{match.file}:{match.record}"
    if match.rule.is_correlation:
        place += words(" (rests on {count} records)", count=len(match.records))
    return (match.rule.level, match.rule.name, place, match.timestamp or "-", match.host or "-")
