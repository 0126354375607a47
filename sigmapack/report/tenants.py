"""What came of the builds for clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import click

from sigmapack.content.model import Problem
from sigmapack.content.text import visible
from sigmapack.manifest import OUTCOMES
from sigmapack.report.tables import dump, table

COLUMNS = ("client", *OUTCOMES, "off", "filtered", "lost", "folder")


class Done(Protocol):
    """What came of one client."""

    client: str
    name: str
    out: Path
    outcomes: Mapping[str, int]
    off: int
    filtered: int
    lost: int
    problems: Sequence[Problem]


def clients(done: Sequence[Any], writes: bool, as_json: bool, quiet: bool) -> None:
    """A line a client: outcomes, rules that are off, filtered, or find less; or its problems.

    Args:
        done: what came of each (`Done`).
        writes: whether anything was written.
        as_json: whether to print an object.
        quiet: whether to print problems only.
    """
    for problem in dict.fromkeys(problem for one in done for problem in one.problems):
        click.echo(visible(str(problem)), err=True)
    if as_json:
        dump([_entry(one, writes) for one in done])
        return
    if quiet:
        return
    table(COLUMNS, [_row(one, writes) for one in done])
    fine = sum(not one.problems for one in done)
    what = "written" if writes else "in order"
    click.echo(f"{fine} of {len(done)} clients {what}")


def _row(one: Done, writes: bool) -> list[str]:
    if one.problems:
        nothing = [""] * (len(COLUMNS) - 2)
        return [one.client, *nothing, f"{len(one.problems)} problems: nothing written"]
    counts = [str(one.outcomes.get(outcome, 0)) for outcome in OUTCOMES]
    numbers = [str(one.off), str(one.filtered), str(one.lost)]
    return [one.client, *counts, *numbers, str(one.out) if writes else ""]


def _entry(one: Done, writes: bool) -> dict[str, Any]:
    return {
        "client": one.client,
        "name": one.name,
        "out": one.out.as_posix() if writes and not one.problems else None,
        "outcomes": {outcome: one.outcomes.get(outcome, 0) for outcome in OUTCOMES},
        "off": one.off,
        "filtered": one.filtered,
        "lost": one.lost,
        "problems": [
            {"path": p.path, "line": p.line, "code": p.code, "message": p.message}
            for p in one.problems
        ],
    }
