"""`report`: an incident report for the response team, of what a replay finds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from sigmapack import process, report
from sigmapack.content.text import visible
from sigmapack.content.words import LANGUAGES
from sigmapack.events.files import UnreadableInput, gather
from sigmapack.events.watch import Watch
from sigmapack.replay import run
from sigmapack.verbs.replay import planned
from sigmapack.verbs.shared import (
    DONE,
    ROOT,
    WRONG_USE,
    fail,
    json_option,
    lang_option,
    making,
    quiet_option,
    rules_option,
)
from sigmapack.write import check_file, write_file

#: Bytes of all files up to which every event is looked at, so that the document knows which logs
#: there were; of more only those that a rule may match, which is many times as fast.
LOOKED_AT = 64_000_000


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@rules_option
@click.option("--year", type=click.IntRange(1970, 9999), help="Of logs whose times have no year.")
@click.option("--markdown", type=click.Path(path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--html", "page", type=click.Path(path_type=Path), metavar="FILE", help="As a page.")
@click.option("--organisation", default="", help="Whose incident it is.")
@click.option("--reporter", default="", help="Who reports it, and how to reach them.")
@click.option("--date", "day", default="", help="The day of the report; none, unless given.")
@click.option("--case", default="", help="Your number of the case.")
@click.option(
    "--tlp",
    type=click.Choice(["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"], case_sensitive=False),
    default="AMBER",
    show_default=True,
    help="To whom it may go on (TLP 2.0).",
)
@click.option(
    "--actions",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What was done: a text file, one action a line.",
)
@lang_option
@json_option
@quiet_option
def command(
    files: tuple[Path, ...],
    rules: Path | None,
    year: int | None,
    markdown: Path | None,
    page: Path | None,
    organisation: str,
    reporter: str,
    day: str,
    case: str,
    tlp: str,
    actions: Path | None,
    lang: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Turn what a replay of FILES finds into an incident report. Nothing is sent anywhere.

    Prints Markdown, or with --json an object; --markdown and --html write files. What only a
    person knows is marked to be filled in. See docs/report.md.
    """
    with process.importing():
        from sigmapack.incident import Given, html, incident
        from sigmapack.incident import markdown as written
    for path, mark in ((markdown, written.MARK), (page, html.MARK)):
        if path:
            check_file(path, mark)  # before any work
    done = _actions(actions)
    with making(as_json) as make:
        content = make.spoken(make.checked(ROOT, rules), lang or LANGUAGES[0])
    watch = Watch()
    try:
        gathered = gather(files)
        plan = planned(rules, as_json)
        small = sum(path.stat().st_size for path in gathered.files if path.is_file()) < LOOKED_AT
        with process.interrupting(watch.interrupt), report.watching(watch, quiet or as_json):
            result = run(plan, gathered.files, not small, year, watch, keep=True)
    except UnreadableInput as error:
        fail(str(error))
    result.unread = [*gathered.unread, *result.unread]
    given = Given(organisation, reporter, day, case, tlp.upper(), done)
    passed = gathered.skipped
    made = incident(content, result, gathered.files, given, len(plan.steps), passed)
    for each in [*result.unread, *passed, *result.skipped]:
        click.echo(visible(f"{each.path}:1: not-read: {each.message}"), err=True)
    texts = {markdown: written.markdown, page: html.html}
    for path, form in texts.items():
        if path:
            mark = written.MARK if form is written.markdown else html.MARK
            write_file(path, form(made, content.words), mark)
    if as_json:
        click.echo(json.dumps(made.as_json(), indent=1, ensure_ascii=False))
    elif not (markdown or page):
        click.echo(written.markdown(made, content.words).decode(), nl=False)
    if result.interrupted:
        sys.exit(process.INTERRUPTED)
    sys.exit(WRONG_USE if result.unread else DONE)


def _actions(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path}: cannot be read: {getattr(error, 'strerror', '') or 'it is not UTF-8'}")
    return [line.strip() for line in lines if line.strip()]
