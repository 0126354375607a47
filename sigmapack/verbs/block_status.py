"""`block-status`: what is still to be blocked on a day, and why longer is better."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sigmapack.content.words import LANGUAGES, Words, noted
from sigmapack.verbs.arguments import day_of_blocking
from sigmapack.verbs.shared import ROOT, json_option, lang_option, making

if TYPE_CHECKING:
    from sigmapack.content.model import Content
    from sigmapack.exports.blocking import Entry

COLUMNS = (
    noted("Indicator"),
    noted("Listed by the advisory"),
    noted("Days run from"),
    noted("Not before"),
    noted("State"),
)
NO_START = noted(
    "Your first day of blocking is not known (--since DATE): your days count as not over. Those "
    "above run from the day on which an entry became known."
)
UNKNOWN = noted("Of {count} entries nobody has published what became of them, or who has them.")


@click.command("block-status")
@click.option("--date", "day", metavar="DATE", help="The day asked about: today, unless given.")
@click.option("--since", metavar="DATE", help="The first day on which you blocked (YYYY-MM-DD).")
@click.option(
    "--client",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="For the client of this folder: its tables, language and block_from.",
)
@lang_option
@json_option
def command(
    day: str | None, since: str | None, client: Path | None, lang: str | None, as_json: bool
) -> None:
    """Say what is still to be blocked: the advisory asks for at least 30 days.

    Longer is better: an implant that was never found goes on asking, and a block is what shows it;
    who has a lapsed name tomorrow is not known today.
    """
    asked = day_of_blocking(day) or datetime.now(UTC).date()
    first = day_of_blocking(since)
    english, content, own = _content(client, lang, as_json)
    first = first or own
    from sigmapack.exports.blocking import status
    from sigmapack.exports.rows import read

    found = status(read(english), asked, first, content.blocking)
    if as_json:
        listed = [asdict(entry) for entry in found]
        began = first.isoformat() if first else ""
        made = {"date": asked.isoformat(), "blocked_from": began, "entries": listed}
        click.echo(json.dumps(made, indent=1, ensure_ascii=False))
        return
    _told(found, first, content.words)


def _content(
    client: Path | None, lang: str | None, as_json: bool
) -> tuple[Content, Content, date | None]:
    """The content in English, by whose roles fates go, in the reader's language, and the day from
    which a client blocks."""
    with making(as_json) as make:
        if client is None:
            content = make.checked(ROOT, None)
            return content, make.spoken(content, lang or LANGUAGES[0]), None
        from sigmapack.making.overlaid import day_of
        from sigmapack.verbs import told

        made = told.overlaid(make, client)
        spoken = make.spoken(made.content, lang or told.spoken_by(made))
        return made.content, spoken, day_of(made.client)


def _told(found: list[Entry], first: date | None, words: Words) -> None:
    from sigmapack.exports.blocking import STARTS, STATES, count
    from sigmapack.report.tables import table

    rows = [
        (
            entry.value,
            words("yes" if entry.advisory else "no"),
            f"{entry.since} ({words(STARTS[entry.starts])})" if entry.since else "-",
            entry.until or "-",
            entry.state,
        )
        for entry in found
    ]
    table(tuple(words(name) for name in COLUMNS), rows)
    for state, text in STATES.items():
        click.echo(f"{state}: {count(found, state)}, {words(text)}")
    if not first:
        click.echo(words(NO_START))
    fates = {fate.id: fate for entry in found for fate in entry.fates}
    for fate in fates.values():
        number = sum(fate in entry.fates for entry in found)
        known = words(
            "{count} entries, {date}, by {source}: {text}",
            count=number,
            date=fate.date,
            source=fate.source,
            text=fate.text,
        )
        click.echo(known)
    if left := sum(not entry.fates for entry in found):
        click.echo(words(UNKNOWN, count=left))
