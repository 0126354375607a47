"""What a person or a pipeline reads of a build and what is deployed."""

from __future__ import annotations

import click

from sigmapack.content.text import visible
from sigmapack.drift import STATES, Drift, Finding
from sigmapack.report.tables import dump, table


def drifted(found: Drift, as_json: bool, quiet: bool) -> None:
    """Every item that is not as shipped, with what was edited, and how many are of each state."""
    if as_json:
        dump(
            {
                "counts": found.counts(),
                "items": [_entry(one) for one in found.findings],
                "skipped": found.skipped,
            }
        )
        return
    if quiet:
        return
    changed = [one for one in found.findings if one.states != (STATES[0],)]
    if changed:
        rows = [(one.product, ", ".join(one.states), one.kind, _named(one)) for one in changed]
        table(("product", "state", "kind", "item"), rows)
    for one in changed:
        if one.edits:
            click.echo()
            click.echo(visible(f"{one.product}: {one.name}"))
        for edit in one.edits:
            click.echo(visible(f"  {edit.field}"))
            for line in edit.lines():
                click.echo(visible(f"    {line}"))
    if changed:
        click.echo()
    counts = found.counts()
    summed = ", ".join(f"{number} {state}" for state, number in counts.items())
    click.echo(f"{len(found.findings)} items compared: {summed}")


def _named(one: Finding) -> str:
    return one.name if one.key in ("", one.name) else f"{one.name} ({one.key})"


def _entry(one: Finding) -> dict[str, object]:
    return {
        "product": one.product,
        "kind": one.kind,
        "key": one.key,
        "name": one.name,
        "states": list(one.states),
        "enabled": one.enabled,
        "export": one.place,
        "edits": [
            {"field": e.field, "shipped": e.shipped, "deployed": e.deployed, "diff": e.lines()}
            for e in one.edits
        ],
    }
