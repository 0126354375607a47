"""`--client` and `--clients`: what `build` and `check` do for each of many clients."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sigmapack import report
from sigmapack.content.model import Content
from sigmapack.verbs.shared import PROBLEMS, ROOT, WRONG_USE, Heard, fail, making

if TYPE_CHECKING:
    from sigmapack.overlay import Client

client_option = click.option(
    "--client",
    "single",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Build for the client of this folder (docs/clients.md); repeatable.",
)
clients_option = click.option(
    "--clients",
    "below",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Build for every client whose folder is in this one; repeatable.",
)


class How(NamedTuple):
    """Whether to print JSON, whether only problems, and a language in place of the client's."""

    as_json: bool
    quiet: bool
    lang: str | None = None
    papers: bool = False
    """Whether to make the notices as PDF, too."""


def run(
    folders: tuple[Sequence[Path], Sequence[Path]],
    out: Path | None,
    names: Sequence[str],
    block_from: date | None,
    how: How,
    heard: Heard | None = None,
    writes: bool = True,
) -> None:
    """Build for clients, or check their folders; ends the process where one has problems.

    Args:
        folders: those of clients, and those that hold folders of clients.
        out: where a folder for each goes; into the client's own, without it.
        names: of the products; all, where there is none.
        block_from: the day of blocking.
        how: what is printed, and the language.
        heard: is given all problems.
        writes: whether to write what is made.
    """
    as_json, quiet, lang, papers = how
    with making(as_json, heard) as make:
        from sigmapack.making import clients, many
        from sigmapack.report.tenants import clients as told

        content, chosen = read(make, folders)
        shared = clients.base(content, names, quiet or as_json, block_from, lang, papers)
        order = many.Order(shared, chosen, out, writes)
        working = many.build_all(order, ROOT)
        shown = report.progress(working, "Clients", quiet or as_json, len(chosen))
        done = sorted(shown, key=lambda each: each.client)
    told(done, writes, as_json, quiet)
    found = [problem for each in done for problem in each.problems]
    if heard is not None:
        heard(found, content)
    if found:
        sys.exit(WRONG_USE if any(problem.unreadable for problem in found) else PROBLEMS)


def read(make: Any, folders: tuple[Sequence[Path], Sequence[Path]]) -> tuple[Content, list[Client]]:
    """The pack's content, and the clients whose folders are named; ends the process without any.

    Args:
        make: what makes things.
        folders: those of clients, and those that hold folders of clients.
    """
    from sigmapack.making import clients

    for folder in (path for part in folders for path in part):
        if not folder.is_dir():
            fail(f"{folder}: is no folder: name one with a client.toml, or with folders of clients")
    paths = clients.folders(*folders)
    if not paths:
        fail(f"{folders[1][0]}: no folder in it has a client.toml (see docs/clients.md)")
    content = make.checked(ROOT, None)
    return content, clients.clients(content, paths)
