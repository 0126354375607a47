"""What verbs share: exit codes, options, and how what is wrong ends them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from sigmapack import process, report
from sigmapack.content.model import Content, Problem
from sigmapack.content.text import visible
from sigmapack.content.words import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
DONE, PROBLEMS, WRONG_USE = 0, 1, 2

rules_option = click.option(
    "--rules",
    type=click.Path(path_type=Path),
    help="Use the Sigma rules of this folder instead of the pack's own.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
lang_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    help="The language of titles, descriptions and guidance: en, unless given.",
)
quiet_option = click.option("--quiet", is_flag=True, help="Print only problems.")


#: Is given the problems of content before they end the verb.
Heard = Callable[[Sequence[Problem], Content], None]


@contextmanager
def making(as_json: bool, heard: Heard | None = None) -> Iterator[Any]:
    """What makes things, with all of pySigma; problems that stop it are printed, and end all."""
    with process.importing():
        from sigmapack import making as make

    try:
        yield make
    except make.Stopped as error:
        report.problems(error.problems, as_json)
        if heard is not None and error.content is not None:
            heard(error.problems, error.content)
        unreadable = any(problem.unreadable for problem in error.problems)
        sys.exit(WRONG_USE if unreadable else PROBLEMS)


def check_paper() -> None:
    """End with one line where PDFs are wanted, and what makes them is not installed."""
    with process.importing():
        from sigmapack.page import paper

    try:
        paper.check()
    except paper.NoPaper as error:
        fail(str(error))


def fail(message: str) -> NoReturn:
    """Print one line on standard error and exit with 2."""
    click.echo(f"build.py: {visible(message)}", err=True)
    sys.exit(WRONG_USE)
