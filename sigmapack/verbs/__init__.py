"""The verbs of the command line, a module each: its `command` is imported when it is asked for."""

from __future__ import annotations

import importlib
from keyword import iskeyword
from typing import Any

import click

from sigmapack import process
from sigmapack.verbs.shared import fail
from sigmapack.write import WriteRefused

#: In the order of the help; the first is meant where none is named.
VERBS = (
    "build",
    "check",
    "replay",
    "coverage",
    "report",
    "release",
    "verify",
    "diff",
    "drift",
    "import",
    "block-status",
)


class Verbs(click.Group):
    """A group whose verb is `build` when the command line starts with an option or is empty."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module = f"{name}_" if iskeyword(name) else name.replace("-", "_")
        found: click.Command = importlib.import_module(f"{__name__}.{module}").command
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = [VERBS[0], *args]
        return super().parse_args(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with process.told(fail):
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with process.told(fail, WriteRefused):
            return super().invoke(ctx)
