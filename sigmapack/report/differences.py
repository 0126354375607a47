"""What a person reads of two builds, and of a build and what is deployed."""

from __future__ import annotations

import click

from sigmapack.compare import told
from sigmapack.compare.as_json import as_json as difference_json
from sigmapack.compare.difference import Difference
from sigmapack.compare.replayed import Replayed
from sigmapack.content.text import visible
from sigmapack.report.tables import dump, table

#: Characters of a cell: what a text says in full is in `--json`.
WIDEST = 160


def differences(found: Difference, replayed: Replayed | None, as_json: bool, quiet: bool) -> None:
    """What changed between two builds; problems on standard error."""
    if as_json:
        dump(difference_json(found, replayed))
    elif not quiet:
        _shown(found, replayed)
    for problem in found.problems:
        click.echo(visible(str(problem)), err=True)
    for build, refused in replayed.refused if replayed else ():
        where = f"{refused.rule.path}:{refused.rule.line()}"
        click.echo(visible(f"{where}: not-replayed: on {build}: {refused.reason}"), err=True)
    for report in replayed.reports[1:] if replayed else ():
        for error in report.unread:
            click.echo(visible(f"{error.path}:1: unreadable-file: {error.message}"), err=True)
        for bad in report.bad:
            line = f"{bad.file}:{bad.line}: unreadable-record: {bad.message}"
            click.echo(visible(line), err=True)


def _shown(found: Difference, replayed: Replayed | None) -> None:
    for section in told.sections(found, replayed):
        click.echo(section.title)
        table(section.columns, [tuple(map(short, row)) for row in section.rows])
        click.echo()
    for task in told.tasks(found):
        how = f": {task.how}" if task.how else ""
        click.echo(visible(f"{task.product}, {task.verb}{how}"))
        for item in task.items:
            click.echo(visible(f"    {item}"))
    click.echo(told.summary(found))
    if replayed:
        click.echo(told.replay_summary(replayed))


def short(text: str) -> str:
    """A text that fits into a cell."""
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}..."
