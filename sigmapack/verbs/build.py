"""`build`: compile all rules for every product and write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sigmapack import report
from sigmapack.manifest import manifest
from sigmapack.verbs.arguments import Product, day_of_blocking
from sigmapack.verbs.shared import ROOT, fail, json_option, making, quiet_option, rules_option
from sigmapack.write import check_replaceable, write


@click.command()
@click.option(
    "--target",
    "names",
    multiple=True,
    type=Product(),
    help="Build only this product; repeatable.",
)
@rules_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=ROOT / "dist",
    show_default="dist/ beside build.py",
    help="Folder to write; of an earlier build there all that it wrote is replaced.",
)
@click.option("--without-hunting", is_flag=True, help="Leave out the rules for hunting.")
@click.option(
    "--block-from",
    metavar="DATE",
    callback=lambda ctx, option, value: day_of_blocking(value),
    help="The day from which you block (YYYY-MM-DD), for the headers of indicators' lists.",
)
@json_option
@quiet_option
def command(
    names: tuple[str, ...],
    rules: Path | None,
    out: Path,
    without_hunting: bool,
    block_from: date | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compile all rules for every product and write them, with their lookups.

    Without --target also the indicators in exchange formats and blocking lists, and the
    configuration that brings the logs.
    """
    if names and block_from:
        fail("--block-from is for the indicators, which --target leaves out: drop one of the two")
    check_replaceable(out, rules or ROOT / "sigma_rules", ROOT / "lookups")  # before any work
    with making(as_json) as make:
        content = make.checked(ROOT, rules)
        made = make.packages(content, names, quiet or as_json)
        if without_hunting:
            made = make.without_hunting(content, made, names)
        files = [*made.files, *make.also(content)]
        if not names:
            files += make.beside(content, block_from)
    write([*files, manifest(content, made.queries, files, made.tables)], out)
    report.built(content, made._replace(files=files), out, as_json, quiet)
