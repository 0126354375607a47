"""What the command line is given: types of options, and a command as a shell takes it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from sigmapack import process


class Product(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """The name of a product; what these are is looked up when somebody asks."""

    name = "product"

    def get_metavar(self, *context: Any, **more: Any) -> str | None:
        return _products().get_metavar(*context, **more)

    def convert(self, value: Any, *context: Any, **more: Any) -> Any:
        return _products().convert(value, *context, **more)


def _products() -> click.Choice[str]:
    with process.importing():
        from sigmapack.targets import discover

        return click.Choice(sorted(discover()))


def day_of_blocking(value: str | None) -> date | None:
    """The day that --block-from names; anything else is wrong use."""
    with process.importing():
        from sigmapack import exports

    try:
        return exports.day_of_blocking(value) if value is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def replaying(files: Iterable[Path], rules: Path | None, year: int | None) -> str:
    """A replay as a line for a shell: all that its matches depend on."""
    given = {"--rules": rules, "--year": year}
    options = [str(part) for item in given.items() if item[1] is not None for part in item]
    return shlex.join(["python", "build.py", "replay", *map(str, files), *options])
