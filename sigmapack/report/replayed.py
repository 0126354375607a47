"""What a replay found, and what it could not read or run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from sigmapack.content.model import Rule
from sigmapack.content.text import visible
from sigmapack.events.files import UnreadableInput
from sigmapack.matches import COLUMNS, LEVELS, MOST_TOLD, Match, Report, severity
from sigmapack.report.tables import ascii_only, comma_separated, table

#: Files that the summary names; each is told on a line of its own before.
MOST_NAMED = 5


def replayed(
    result: Report,
    skipped: Sequence[UnreadableInput],
    as_json: bool,
    quiet: bool,
    as_csv: bool = False,
) -> None:
    """Matches on standard output; what was not read and a summary on standard error."""
    if as_json:
        for match in result.matches:
            click.echo(json.dumps(match.as_json(), ensure_ascii=ascii_only()))
    elif as_csv:
        comma_separated(COLUMNS, (match.as_row() for match in result.matches))
    else:
        ordered = sorted(result.matches, key=lambda match: severity(match.rule))
        columns = ("level", "rule", "record", "time", "host")
        if ordered:
            table(columns, [_row(match) for match in ordered])
    skipped = [*skipped, *result.skipped]
    _told("skipped-file", ((error.path, 1, error.message) for error in skipped))
    _told("unreadable-file", ((error.path, 1, error.message) for error in result.unread))
    _told("unreadable-record", ((bad.file, bad.line, bad.message) for bad in result.bad))
    _told("partly-read", ((path, 1, "reading stopped inside it") for path in _partly(result)))
    _told("not-read", ((path, 1, "reading stopped before it") for path in result.not_read))
    _told("partly-compared", ((bad.file, bad.line, bad.message) for bad in result.partial))
    _told("not-replayed", ((q.rule.path, q.rule.line(), q.reason) for q in result.refused))
    if not quiet:
        _summed(result, len(skipped))


def _told(code: str, places: Iterable[tuple[Path | str, int, str]]) -> None:
    for path, line, message in places:
        click.echo(visible(f"{path}:{line}: {code}: {message}"), err=True)


def _summed(result: Report, skipped: int) -> None:
    """The numbers of a replay, and a second line where not all was read."""
    rules = len({match.rule.id for match in result.matches})
    levels = Counter(match.rule.level for match in result.matches)
    spread = ", ".join(f"{levels[level]} {level}" for level in LEVELS if levels[level])
    passed = f", {result.passed} lines of other kinds passed over" if result.passed else ""
    click.echo(
        f"{result.events} events in {result.files} files, {result.unreadable} unreadable{passed}: "
        f"{len(result.matches)} matches of {rules} rules{f' ({spread})' if spread else ''}",
        err=True,
    )
    if result.interrupted:
        click.echo(visible(_interrupted(result)), err=True)
    incomplete = []
    if result.unread:
        named = _named([str(error.path) for error in result.unread])
        incomplete.append(f"{len(result.unread)} files could not be read ({named})")
    if skipped:
        incomplete.append(f"{skipped} were skipped")
    if max(len(result.bad), len(result.partial)) == MOST_TOLD:
        incomplete.append(f"only the first {MOST_TOLD} complaints of records are shown")
    if result.partly:
        incomplete.append(f"{result.partly} events were compared in part")
    if incomplete:
        click.echo(visible(f"not all was read: {'; '.join(incomplete)}"), err=True)
    if result.refused:
        click.echo(f"{len(result.refused)} rules were not run: see not-replayed above", err=True)
    if result.unseen and result.events:
        click.echo(visible(_unseen(result.unseen)), err=True)


def _interrupted(result: Report) -> str:
    """After how much it was interrupted, and what it did not come to."""
    left = []
    if result.partly_read:
        left.append(f"1 files were read in part ({result.partly_read})")
    if result.not_read:
        left.append(f"{len(result.not_read)} files not at all ({_named(result.not_read)})")
    if result.not_run:
        names = _named([rule.name for rule in result.not_run])
        left.append(f"{len(result.not_run)} rules did not run to the end ({names})")
    size = f"{result.bytes / 1e6:,.1f} MB"
    return (
        f"interrupted after {result.events} events and {size}: {'; '.join(left) or 'all was read'}"
    )


def _partly(result: Report) -> Iterator[Path]:
    if result.partly_read:
        yield result.partly_read


def _named(names: Sequence[Path | str]) -> str:
    """The first names of a list, and how many more there are."""
    more = len(names) - MOST_NAMED
    return ", ".join(map(str, names[:MOST_NAMED])) + (f" and {more} more" if more > 0 else "")


def _unseen(rules: Sequence[Rule]) -> str:
    """How many rules nothing was there for, and the log sources that most of them look for."""
    kinds = Counter("correlations" if r.is_correlation else r.logsource.key for r in rules)
    named = _named([f"{key} ({count})" for key, count in kinds.most_common()])
    return f"{len(rules)} rules look for log sources of which no event was: {named}"


def _row(match: Match) -> tuple[str, ...]:
    place = f"{match.file}:{match.record}"
    if match.rule.is_correlation:
        place += f" (rests on {len(match.records)} records)"
    return (match.rule.level, match.rule.name, place, match.timestamp or "-", match.host or "-")
