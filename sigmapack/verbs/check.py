"""`check`: look for problems, and write nothing."""

from __future__ import annotations

from pathlib import Path

import click

from sigmapack import report
from sigmapack.verbs import tenants
from sigmapack.verbs.shared import ROOT, fail, json_option, making, quiet_option, rules_option


@click.command()
@rules_option
@tenants.client_option
@tenants.clients_option
@json_option
@quiet_option
def command(
    rules: Path | None,
    single: tuple[Path, ...],
    below: tuple[Path, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Look for problems in rules, lookups, waivers and events; write nothing."""
    if single or below:
        if rules:
            fail("--rules is not for clients: a client's own rules stand in its folder")
        tenants.run((single, below), None, (), None, (as_json, quiet), writes=False)
        return
    with making(as_json) as make:
        content = make.checked(ROOT, rules)
        made = make.packages(content, (), quiet or as_json)
        make.beside(content, None)
    report.checked(content, made, as_json, quiet)
