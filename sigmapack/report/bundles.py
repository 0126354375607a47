"""What was released, and whether a bundle is what was signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from sigmapack.content.text import visible
from sigmapack.report.tables import dump, table

if TYPE_CHECKING:
    from sigmapack.release import Bundle
    from sigmapack.release.verify import Verdict

NOBODY = "nobody: give --key, or nobody can tell who made it"


def released(bundles: Sequence[Bundle], as_json: bool, quiet: bool) -> None:
    """Each bundle, where it is, and who signed it."""
    if as_json:
        found = [
            {
                "bundle": bundle.name,
                "path": bundle.folder.as_posix(),
                "files": bundle.files,
                "bytes": bundle.size,
                "signed_by": bundle.signed_by or None,
            }
            for bundle in bundles
        ]
        dump({"bundles": found})
    elif not quiet:
        rows = [
            (str(bundle.folder), str(bundle.files), size(bundle.size), bundle.signed_by or NOBODY)
            for bundle in bundles
        ]
        table(("bundle", "files", "size", "signed by"), rows)


def verified(verdict: Verdict, as_json: bool, quiet: bool) -> None:
    """What is wrong with a bundle, or that nothing is, and whose it is."""
    problems = verdict.problems
    if as_json:
        keys = ("path", "line", "code", "message")
        dump(
            {
                "bundle": verdict.name,
                "version": verdict.version,
                "files": verdict.files,
                "signed_by": verdict.signed_by or None,
                "key_checked": verdict.key_checked,
                "problems": [{key: getattr(each, key) for key in keys} for each in problems],
            }
        )
    for problem in problems:
        click.echo(visible(str(problem)), err=True)
    if as_json or quiet or problems:
        return
    if not verdict.signed_by:
        signed = "nobody signed it, so anybody can have made it"
    elif verdict.key_checked:
        signed = f"signed by the key given, {verdict.signed_by}"
    else:
        signed = f"signed by {verdict.signed_by}, which nobody compared: give --key"
    click.echo(visible(f"{verdict.name}: {verdict.files} files are whole; {signed}"))


def size(count: int) -> str:
    """Bytes for people."""
    return f"{count / 1e6:,.1f} MB"
