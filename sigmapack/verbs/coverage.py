"""`coverage`: the stages of the attack and the rules that see them."""

from __future__ import annotations

from pathlib import Path

import click

from sigmapack import report
from sigmapack.content.settings import COVERAGE
from sigmapack.verbs.shared import ROOT, fail, json_option, lang_option, making, rules_option


@click.command()
@rules_option
@lang_option
@json_option
def command(rules: Path | None, lang: str | None, as_json: bool) -> None:
    """Print the stages of the attack, the rules that see them, and what no log shows."""
    with making(as_json) as make:
        content = make.spoken(make.checked(ROOT, rules), lang)
    if not content.stages:
        fail(f"{content.rules_dir}: no {COVERAGE} there: it names the stages and their rules")
    report.covered(make.covered(content), as_json)
