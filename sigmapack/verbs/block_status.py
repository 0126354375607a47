"""`block-status`: what is still to be blocked on a day, and why longer is better."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime

import click

from sigmapack import process
from sigmapack.content.words import LANGUAGES
from sigmapack.verbs.shared import ROOT, json_option, lang_option, making


def _day(value: str | None) -> date | None:
    if value is None:
        return None
    with process.importing():
        from sigmapack.exports import day_of_blocking

    try:
        return day_of_blocking(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("block-status")
@click.option("--date", "day", metavar="DATE", help="The day asked about: today, unless given.")
@click.option("--since", metavar="DATE", help="The first day on which you blocked (YYYY-MM-DD).")
@lang_option
@json_option
def command(day: str | None, since: str | None, lang: str | None, as_json: bool) -> None:
    """Say what is still to be blocked: the advisory asks for at least 30 days.

    Longer is better: an implant that was never found goes on asking, and a block is what shows it;
    who has a lapsed name tomorrow is not known today.
    """
    asked, first = _day(day) or datetime.now(UTC).date(), _day(since)
    with making(as_json) as make:
        content = make.spoken(make.checked(ROOT, None), lang or LANGUAGES[0])
    from sigmapack.exports.blocking import STATES, count, status
    from sigmapack.exports.rows import read
    from sigmapack.report.tables import table

    found = status(read(content), asked, first)
    words = content.words
    if as_json:
        listed = [asdict(entry) for entry in found]
        click.echo(json.dumps({"date": asked.isoformat(), "entries": listed}, indent=1))
        return
    columns = (words("Indicator"), words("Listed by the advisory"), words("Until at least"))
    rows = [
        (entry.value, words("yes" if entry.advisory else "no"), entry.until or "-", entry.state)
        for entry in found
    ]
    table((*columns, words("State")), rows)
    for state, text in STATES.items():
        click.echo(f"{state}: {count(found, state)}, {words(text)}")
