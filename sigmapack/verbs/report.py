"""`report`: an incident report for the response team, of what a replay finds or has found."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sigmapack import process, report
from sigmapack.content.text import visible
from sigmapack.events.files import UnreadableInput, gather
from sigmapack.events.watch import Watch
from sigmapack.matches import Report
from sigmapack.replay import run
from sigmapack.verbs import told
from sigmapack.verbs.shared import (
    DONE,
    WRONG_USE,
    check_paper,
    fail,
    json_option,
    lang_option,
    quiet_option,
    rules_option,
)
from sigmapack.write import check_file, write_file

if TYPE_CHECKING:
    from sigmapack.content.model import Content
    from sigmapack.incident import Incident

#: Bytes of all files up to which every event is looked at, so that the document knows which logs
#: there were; of more only those that a rule may match, which is many times as fast.
LOOKED_AT = 64_000_000
#: Options that name a file to write, and what is written there.
FORMS = ("markdown", "html", "pdf", "misp")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@rules_option
@click.option(
    "--client",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="For the client of this folder: its name, contact, language, rules and exclusions.",
)
@click.option("--year", type=click.IntRange(1970, 9999), help="Of logs whose times have no year.")
@click.option("--markdown", type=click.Path(path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="As a page.")
@click.option("--pdf", type=click.Path(path_type=Path), metavar="FILE", help="On paper (A4).")
@click.option("--misp", type=click.Path(path_type=Path), metavar="FILE", help="An event of MISP.")
@click.option("--organisation", default="", help="Whose incident it is.")
@click.option("--reporter", default="", help="Who reports it, and how to reach them.")
@click.option("--date", "day", default="", help="The day of the report; none, unless given.")
@click.option("--case", default="", help="Your number of the case.")
@click.option(
    "--tlp",
    type=click.Choice(["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"], case_sensitive=False),
    help="To whom it may go on (TLP 2.0): AMBER, unless it names what is marked higher.",
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
    client: Path | None,
    year: int | None,
    organisation: str,
    reporter: str,
    day: str,
    case: str,
    tlp: str | None,
    actions: Path | None,
    lang: str | None,
    as_json: bool,
    quiet: bool,
    **paths: Path | None,
) -> None:
    """Turn what a replay of FILES finds into an incident report. Nothing is sent anywhere.

    A file that `replay --json` wrote is taken as what it found. Prints Markdown, or with --json an
    object; --markdown, --html, --pdf and --misp write files. What only a person knows is marked to
    be filled in. See docs/report.md.
    """
    if rules and client:
        fail("--rules is not for clients: a client's own rules stand in its folder")
    forms = _forms(paths)
    done = _actions(actions)
    with process.importing():
        from sigmapack.incident import Given, hits, incident, marks
        from sigmapack.incident import markdown as written
    try:
        gathered = gather(files)
        logs, earlier = hits.split(gathered.files)
        told_of = told.of(rules, client, lang, as_json, bool(logs))
        before = [hits.read(told_of.content, path) for path in earlier]
        result = _replayed(told_of, logs, year, quiet or as_json)
    except UnreadableInput as error:
        fail(str(error))
    result.unread = [*gathered.unread, *result.unread]
    matches = [*result.matches, *(match for each in before for match in each.matches)]
    try:
        mark = marks.chosen((tlp or "").upper(), marks.least(told_of.content, matches))
    except ValueError as error:
        fail(str(error))
    given = Given(organisation or told_of.client, reporter, day, case, mark, done)
    made = incident(
        told_of.content,
        result,
        logs,
        given,
        len(told_of.plan.steps) if told_of.plan else 0,
        gathered.skipped,
        before,
        told_of.left_out,
    )
    for each in [*result.unread, *gathered.skipped, *result.skipped]:
        click.echo(visible(f"{each.path}:1: not-read: {each.message}"), err=True)
    for path, (form, begins) in forms.items():
        write_file(path, form(made, told_of.content), begins)
    if as_json:
        click.echo(json.dumps(made.as_json(), indent=1, ensure_ascii=False))
    elif not forms:
        click.echo(written.markdown(made, told_of.content.words).decode(), nl=False)
    if result.interrupted:
        sys.exit(process.INTERRUPTED)
    sys.exit(WRONG_USE if result.unread else DONE)


def _replayed(told_of: told.Told, logs: list[Path], year: int | None, quiet: bool) -> Report:
    """What the rules find in logs.

    Raises:
        UnreadableInput: a file is not there, or none of the kind that holds events.
    """
    if told_of.plan is None:
        return Report()
    watch = Watch()
    small = sum(path.stat().st_size for path in logs if path.is_file()) < LOOKED_AT
    with process.interrupting(watch.interrupt), report.watching(watch, quiet):
        return run(told_of.plan, logs, not small, year, watch, keep=True)


#: Makes the bytes of a document, of content in the same language.
Form = Callable[["Incident", "Content"], bytes]


def _forms(paths: Mapping[str, Path | None]) -> dict[Path, tuple[Form, bytes]]:
    """What is to be written where, and how a file of that kind begins; all that can be wrong with
    it is found before any work."""
    with process.importing():
        from sigmapack.incident import html, markdown, misp
        from sigmapack.page import paper

    known: dict[str, tuple[Form, bytes]] = {
        "markdown": (lambda made, content: markdown.markdown(made, content.words), markdown.MARK),
        "html": (lambda made, content: html.html(made, content.words), html.MARK),
        "pdf": (lambda made, content: paper.pdf(html.html(made, content.words)), paper.MARK),
        "misp": (misp.event, misp.MARK),
    }
    wanted = {path: known[name] for name in FORMS if (path := paths[name])}
    if len(wanted) < sum(path is not None for path in paths.values()):
        fail("two forms of the report are to be written to the same file: name one for each")
    for path, (_, begins) in wanted.items():
        check_file(path, begins)
    if paths["pdf"]:
        check_paper()
    if paths["misp"]:
        try:
            misp.check()
        except misp.NoLibrary as error:
            fail(str(error))
    return wanted


def _actions(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path}: cannot be read: {getattr(error, 'strerror', '') or 'it is not UTF-8'}")
    return [line.strip() for line in lines if line.strip()]
