"""`check`: look for problems, and write nothing but a pipeline's reports of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from sigmapack import report
from sigmapack.content.model import Content, Problem
from sigmapack.report import junit, sarif
from sigmapack.verbs import tenants
from sigmapack.verbs.shared import ROOT, fail, json_option, making, quiet_option, rules_option
from sigmapack.write import check_file, write_file


@click.command()
@rules_option
@tenants.client_option
@tenants.clients_option
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write JUnit's XML, too; only an earlier one is replaced.",
)
@click.option(
    "--sarif",
    "sarif_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write SARIF 2.1.0, too; only an earlier one is replaced.",
)
@json_option
@quiet_option
def command(
    rules: Path | None,
    single: tuple[Path, ...],
    below: tuple[Path, ...],
    junit_file: Path | None,
    sarif_file: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Look for problems in rules, lookups, waivers and events.

    Nothing is written but the reports that --junit and --sarif name, for a pipeline to show
    (see docs/pipelines.md).
    """
    if junit_file:
        check_file(junit_file, junit.MARK)  # before any work
    if sarif_file:
        check_file(sarif_file, sarif.MARK)

    def heard(problems: Sequence[Problem], content: Content) -> None:
        files = [rule.path for rule in content.rules]
        files += [table.path for table in content.lookups.values()]
        if junit_file:
            write_file(junit_file, junit.document(problems, files), junit.MARK)
        if sarif_file:
            write_file(sarif_file, sarif.document(problems), sarif.MARK)

    if single or below:
        if rules:
            fail("--rules is not for clients: a client's own rules stand in its folder")
        tenants.run(
            (single, below), None, (), None, tenants.How(as_json, quiet), heard, writes=False
        )
        return
    with making(as_json, heard) as make:
        content = make.checked(ROOT, rules)
        made = make.everything(content, (), quiet or as_json).packed
    heard([], content)
    report.checked(content, made, as_json, quiet)
