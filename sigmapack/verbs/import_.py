"""`import`: indicators of others into a table of the pack."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from sigmapack import process, report
from sigmapack.content.load import load
from sigmapack.verbs.shared import (
    DONE,
    PROBLEMS,
    ROOT,
    WRONG_USE,
    fail,
    json_option,
    quiet_option,
    rules_option,
)
from sigmapack.write import write_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--table", required=True, metavar="NAME", help="The table, such as ioc_domains.")
@rules_option
@click.option("--source", default="", help="Where values come from that do not say it.")
@click.option(
    "--confidence",
    type=click.Choice(["high", "medium", "low"]),
    help="Of values that have none.",
)
@click.option(
    "--valid-until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Of values that have none (YYYY-MM-DD).",
)
@json_option
@quiet_option
def command(
    file: Path,
    table: str,
    rules: Path | None,
    source: str,
    confidence: str | None,
    valid_until: datetime | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Add the indicators of a MISP event, a STIX 2.1 bundle or a CSV to a table.

    What the checks would not take, such as a vendor's domain, is refused with its reason, and the
    rest goes in; the table is replaced whole or not at all. Exit codes: 0 all went in or was there,
    1 something was refused, 2 the file cannot be read.
    """
    with process.importing():
        from sigmapack import intake
        from sigmapack.checks import problems
        from sigmapack.intake import read
    content = load(ROOT, rules)
    before = problems(content)
    if before:
        report.problems(before, as_json)
        sys.exit(WRONG_USE if any(problem.unreadable for problem in before) else PROBLEMS)
    until = valid_until.date().isoformat() if valid_until else ""
    try:
        kind = intake.check(content, table).key
        offers = read.offers(file, kind, source, confidence or "", until)
        merged = intake.merge(content, table, offers)
    except intake.Unfit as error:
        fail(str(error))
    except read.Unreadable as error:
        report.problems([error.problem], as_json)
        sys.exit(WRONG_USE)
    after = problems(intake.replaced(content, merged.table))
    if after:  # what no value alone shows, such as low confidence in a rule of high severity
        report.problems(after, as_json)
        sys.exit(PROBLEMS)
    if merged.added or merged.changed:
        write_file(Path(merged.table.path), intake.text(merged.table), intake.header(merged.table))
    report.imported(merged, datetime.now(UTC).date(), as_json, quiet)
    sys.exit(PROBLEMS if merged.refused else DONE)
