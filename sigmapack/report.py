"""What people and pipelines read: tables on a terminal, plain lines in a pipe, JSON on request."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from sigmapack.compiling.package import Packed
from sigmapack.compiling.product import Artifact, Query
from sigmapack.content.model import Content, Problem, Rule
from sigmapack.content.text import visible
from sigmapack.events.files import UnreadableInput
from sigmapack.manifest import OUTCOMES, entry, summary, table_entry
from sigmapack.matches import MOST_TOLD, Match, Report

Item = TypeVar("Item")

#: Files that the summary names; each is told on a line of its own before.
MOST_NAMED = 5

LEVELS = ("critical", "high", "medium", "low", "informational")


def prepare() -> None:
    """Let no character stop the output: what a stream cannot encode is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def progress(items: Sequence[Item], label: str, quiet: bool) -> Iterable[Item]:
    """The items, with a progress bar on standard error if that is a terminal."""
    console = Console(stderr=True)
    shown = _watched(console) and not quiet
    return track(items, label, console=console, transient=True) if shown else items


def problems(found: Sequence[Problem], as_json: bool) -> None:
    """Problems, one a line on standard error; with JSON an array on standard output."""
    if as_json:
        keys = ("path", "line", "code", "message")
        dump([{key: getattr(problem, key) for key in keys} for problem in found])
    for problem in found:
        click.echo(visible(str(problem)), err=True)


def built(
    content: Content,
    made: Packed,
    out: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """What a build made: the outcomes by target and language, the files, and where they are."""
    queries, artifacts, tables = made
    if as_json:
        paths = sorted(artifact.path for artifact in artifacts)
        found = [entry(query) for query in queries]
        lacking = [table_entry(each) for each in tables]
        dump({"out": out.as_posix(), "queries": found, "tables": lacking, "files": paths})
        return
    if quiet:
        return
    rows = [
        (target, language, *(str(counts[outcome]) for outcome in OUTCOMES))
        for target, language, counts in summary(queries)
    ]
    table(("target", "language", *OUTCOMES), rows)
    click.echo()
    table(("folder", "files", "holds"), _folders(artifacts))
    _refused(content, made)
    click.echo(
        f"{sum(bool(query.path) for query in queries)} queries written to {visible(str(out))}"
    )


def _refused(content: Content, made: Packed) -> None:
    """The rules that products do not have, by product and reason, and the tables: the manifest
    names each. The pack's own are declared."""
    if content.own:
        return
    queries = [query for query in made.queries if query.outcome == "refused"]
    found = Counter((query.target, query.language, query.reason) for query in queries)
    first: dict[tuple[str, str, str], Query] = {}
    for query in queries:
        first.setdefault((query.target, query.language, query.reason), query)
    for (target, language, reason), number in sorted(found.items()):
        path = first[target, language, reason].rule.path
        more = f" (and {number - 1} more)" if number > 1 else ""
        click.echo(visible(f"refused on {target}/{language}: {path}{more}: {reason}"))
    for refused in made.tables:
        path = f"{refused.lookup.path}:1"
        click.echo(visible(f"refused on {refused.target}: {path}: {refused.reason}"))


def _folders(artifacts: Sequence[Artifact]) -> list[tuple[str, ...]]:
    """(folder, number of its files, what stands in it) of each folder of a build."""
    found: dict[str, list[list[str]]] = {}
    for artifact in artifacts:
        folder, *rest = artifact.path.split("/")
        if rest:
            found.setdefault(folder, []).append(rest)
    rows: list[tuple[str, ...]] = []
    for folder, files in sorted(found.items()):
        holds = sorted({f"{rest[0]}/" if rest[1:] else rest[0] for rest in files})
        rows.append((f"{folder}/", str(len(files)), ", ".join(holds)))
    return rows


def checked(content: Content, made: Packed, as_json: bool, quiet: bool) -> None:
    """What was checked and found in order, and what products would not have of it."""
    counts = {
        "rules": len(content.detections),
        "correlations": len(content.rules) - len(content.detections),
        "lookups": len(content.lookups),
        "waivers": len(content.waivers),
    }
    if as_json:
        dump([])
    elif not quiet:
        _refused(content, made)
        numbers = ", ".join(f"{count} {name}" for name, count in counts.items())
        click.echo(f"no problems in {numbers}")


def covered(stages: Sequence[dict[str, Any]], as_json: bool) -> None:
    """The stages of the attack with the rules that see them, then what no log shows."""
    if as_json:
        dump({"stages": list(stages)})
        return
    for stage in stages:
        lines = [f"{stage['id']}  {stage['title']}  ({', '.join(stage['techniques'])})"]
        lines += [f"      {rule['level']:<13} {rule['rule']}" for rule in stage["rules"]]
        if stage["telemetry"]:
            lines.append(f"      needs: {', '.join(stage['telemetry'])}")
        if stage["not_visible"]:
            lines.append(f"      not visible: {stage['not_visible']}")
        for line in lines:
            click.echo(visible(line))
    seen = sum(stage["seen"] for stage in stages)
    click.echo(f"{seen} of {len(stages)} stages are seen by rules; the others say why not")


def replayed(
    result: Report, skipped: Sequence[UnreadableInput], as_json: bool, quiet: bool
) -> None:
    """Matches on standard output; what was not read and a summary on standard error."""
    if as_json:
        for match in result.matches:
            click.echo(json.dumps(match.as_json(), ensure_ascii=_ascii_only()))
    else:
        ordered = sorted(result.matches, key=_severity)
        columns = ("level", "rule", "record", "time", "host")
        if ordered:
            table(columns, [_row(match) for match in ordered])
    skipped = [*skipped, *result.skipped]
    _told("skipped-file", ((error.path, 1, error.message) for error in skipped))
    _told("unreadable-file", ((error.path, 1, error.message) for error in result.unread))
    _told("unreadable-record", ((bad.file, bad.line, bad.message) for bad in result.bad))
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
    incomplete = []
    if result.unread:
        names = ", ".join(str(error.path) for error in result.unread[:MOST_NAMED])
        more = len(result.unread) - MOST_NAMED
        named = names + (f" and {more} more" if more > 0 else "")
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


def _unseen(rules: Sequence[Rule]) -> str:
    """How many rules nothing was there for, and the log sources that most of them look for."""
    kinds = Counter("correlations" if r.is_correlation else r.logsource.key for r in rules)
    most = [f"{key} ({count})" for key, count in kinds.most_common(MOST_NAMED)]
    more = len(kinds) - len(most)
    named = ", ".join(most) + (f" and {more} more" if more > 0 else "")
    return f"{len(rules)} rules look for log sources of which no event was: {named}"


def _severity(match: Match) -> int:
    level = match.rule.level
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _row(match: Match) -> tuple[str, ...]:
    place = f"{match.file}:{match.record}"
    if match.rule.is_correlation:
        place += f" (rests on {len(match.records)} records)"
    return (match.rule.level, match.rule.name, place, match.timestamp or "-", match.host or "-")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; columns apart by blanks in a pipe."""
    rows = [[visible(cell) for cell in row] for row in rows]
    console = Console()
    if _watched(console):
        shown = Table(*columns)
        for row in rows:
            shown.add_row(*map(Text, row))  # a text, whose brackets are no markup
        console.print(shown)
        return
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        cells = zip(row, widths, strict=True)
        click.echo("  ".join(cell.ljust(width) for cell, width in cells).rstrip())


def dump(data: Any) -> None:
    """JSON on standard output."""
    json.dump(data, sys.stdout, indent=1, ensure_ascii=_ascii_only())
    sys.stdout.write("\n")


def _watched(console: Console) -> bool:
    """Whether a person watches; rich alone takes a pipe for one where FORCE_COLOR is set."""
    return console.is_terminal and console.file.isatty()


def _ascii_only() -> bool:
    """Whether JSON must escape all but ASCII: standard output is not UTF-8, as on Windows."""
    return sys.stdout.encoding.lower().replace("-", "") != "utf8"
