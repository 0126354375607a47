"""`build`: compile all rules for every product and write them."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from sigmapack import report
from sigmapack.content.model import Problem
from sigmapack.verbs import tenants
from sigmapack.verbs.arguments import Product, day_of_blocking
from sigmapack.verbs.shared import (
    PROBLEMS,
    ROOT,
    check_paper,
    fail,
    json_option,
    lang_option,
    making,
    quiet_option,
    rules_option,
)
from sigmapack.write import check_replaceable, write

#: What a client's folder says itself.
FOR_CLIENTS = (
    "--rules, --keep-going and --without-hunting are not for clients: a client's own rules stand "
    "in its folder, and its client.toml says which are off"
)


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
    show_default="dist/ beside build.py; dist/ in a client's folder",
    help="Folder to write; of an earlier build there all that it wrote is replaced. With clients, "
    "a folder with one for each.",
)
@tenants.client_option
@tenants.clients_option
@click.option(
    "--keep-going",
    is_flag=True,
    help="With --rules: leave out rules that are wrong, and build the rest; ends with 1.",
)
@click.option("--without-hunting", is_flag=True, help="Leave out the rules for hunting.")
@click.option(
    "--block-from",
    metavar="DATE",
    callback=lambda ctx, option, value: day_of_blocking(value),
    help="The day from which you block (YYYY-MM-DD), for the headers of indicators' lists.",
)
@click.option("--pdf", "papers", is_flag=True, help="The notices as PDF, too (docs/report.md).")
@lang_option
@json_option
@quiet_option
def command(
    names: tuple[str, ...],
    rules: Path | None,
    out: Path | None,
    single: tuple[Path, ...],
    below: tuple[Path, ...],
    keep_going: bool,
    without_hunting: bool,
    block_from: date | None,
    papers: bool,
    lang: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compile all rules for every product and write them, with their lookups.

    Without --target also the indicators in exchange formats and blocking lists, and the
    configuration that brings the logs.
    """
    if names and block_from:
        fail("--block-from is for the indicators, which --target leaves out: drop one of the two")
    if papers:
        if names and not (single or below):
            fail("--pdf is for the notices, which --target leaves out: drop one of the two")
        check_paper()
    if single or below:
        if rules or keep_going or without_hunting:
            fail(FOR_CLIENTS)
        how = tenants.How(as_json, quiet, lang, papers)
        tenants.run((single, below), out, names, block_from, how)
        return
    out = out or ROOT / "dist"
    check_replaceable(out, rules or ROOT / "sigma_rules", ROOT / "lookups")  # before any work
    if keep_going and not rules:
        fail("--keep-going is for the rules of others: name their folder by --rules")
    problems: list[Problem] = []
    with making(as_json) as make:
        if keep_going:
            content, faulty, problems = make.tolerated(ROOT, rules)
        else:
            content, faulty = make.checked(ROOT, rules), []
        english, content = content, make.spoken(content, lang)
        made = make.everything(content, names, quiet or as_json, block_from, faulty)
        if without_hunting:
            made = make.without_hunting(content, made, names)
        files = make.whole(content, made, english, papers)
    write(files, out)
    report.problems(problems, as_json=False)
    listed = made.packed._replace(files=files[:-1])  # but for the manifest, which names them
    report.built(content, listed, out, as_json, quiet)
    if problems:
        sys.exit(PROBLEMS)
