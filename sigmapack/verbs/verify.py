"""`verify`: whether a bundle is what was released, and by whom."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sigmapack import process, report
from sigmapack.verbs.shared import DONE, PROBLEMS, WRONG_USE, fail, json_option, quiet_option


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    metavar="PUBLIC",
    help="A file of public keys (.pub): one of them must have signed the bundle.",
)
@json_option
@quiet_option
def command(folder: Path, key_file: Path | None, as_json: bool, quiet: bool) -> None:
    """Find every byte of a bundle that was changed, is missing or was added, and a wrong key.

    Exit codes: 0 it is whole, and signed by the key where one is given; 1 it is not; 2 it, or the
    key, cannot be read.
    """
    with process.importing():
        from sigmapack.release import keys
        from sigmapack.release.verify import verify
    if not folder.is_dir():
        fail(f"{folder}: is no folder: name a bundle's")
    try:
        wanted = keys.public(key_file) if key_file else []
    except keys.KeyRefused as error:
        fail(str(error))
    verdict = verify(folder, wanted)
    report.verified(verdict, as_json, quiet)
    if any(problem.unreadable for problem in verdict.problems):
        sys.exit(WRONG_USE)
    sys.exit(PROBLEMS if verdict.problems else DONE)
