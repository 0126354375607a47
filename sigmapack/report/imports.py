"""What an import added, changed and refused."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from sigmapack.content.text import visible
from sigmapack.report.tables import dump

if TYPE_CHECKING:
    from sigmapack.intake import Merged
    from sigmapack.intake.offers import Offer


def imported(merged: Merged, today: date, as_json: bool, quiet: bool) -> None:
    """A line for each value that went in, on standard error one for each that did not.

    Args:
        merged: what became of the values.
        today: tells what is expired.
    """
    if as_json:
        keys = ("path", "line", "code", "message")
        dump(
            {
                "table": merged.table.path,
                "added": [offer.row(merged.table.columns) for offer in merged.added],
                "changed": [offer.row(merged.table.columns) for offer in merged.changed],
                "known": merged.known,
                "refused": [{key: getattr(p, key) for key in keys} for p in merged.refused],
            }
        )
    for problem in merged.refused:
        click.echo(visible(str(problem)), err=True)
    if as_json or quiet:
        return
    for word, offers in (("added", merged.added), ("changed", merged.changed)):
        for offer in offers:
            click.echo(visible(f"{word}  {_about(offer, today)}"))
    click.echo(
        visible(
            f"{merged.table.path}: {len(merged.added)} added, {len(merged.changed)} changed, "
            f"{merged.known} there already, {len(merged.refused)} refused"
        )
    )


def _about(offer: Offer, today: date) -> str:
    until = f", until {offer.valid_until}" if offer.valid_until else ""
    if offer.valid_until and offer.valid_until < today.isoformat():
        until += " (expired: for hunting, it blocks nothing)"
    return f"{offer.value}  {offer.confidence}, {offer.source}{until}"
