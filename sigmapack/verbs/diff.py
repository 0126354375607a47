"""`diff`: what changed between two builds, and which version follows."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sigmapack import process
from sigmapack.events.files import UnreadableInput
from sigmapack.events.watch import Watch
from sigmapack.verbs.shared import DONE, PROBLEMS, ROOT, fail, json_option, quiet_option

EVENTS = ROOT / "tests" / "events"


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@json_option
@click.option(
    "--markdown",
    "notes",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write release notes, too.",
)
@click.option(
    "--check",
    "wanted",
    metavar="VERSION",
    help="Exit with 1 when this version is too small for what changed.",
)
@click.option(
    "--replay",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Replay a file or folder of events on both builds, too; repeatable.",
)
@click.option("--year", type=click.IntRange(1970, 9999), help="Of logs whose times have no year.")
@quiet_option
def command(
    old: Path,
    new: Path,
    as_json: bool,
    notes: Path | None,
    wanted: str | None,
    files: tuple[Path, ...],
    year: int | None,
    quiet: bool,
) -> None:
    """Say what changed from the build OLD to NEW: rules, lookups, products, and the version.

    A build is a folder with a manifest.json. Exits with 1 when a rule's logic changed and its
    date did not.
    """
    with process.importing():
        from sigmapack import compare
        from sigmapack.compare import markdown, versions
        from sigmapack.deployed import open_bundle
        from sigmapack.events.files import gather
        from sigmapack.report.differences import differences
        from sigmapack.write import check_file, write_file

    watch = Watch()
    if notes:
        check_file(notes, markdown.MARK)  # before any work
    try:
        asked = versions.version(wanted) if wanted is not None else None
        before, after = open_bundle(old), open_bundle(new)
        events = gather(files).files if files else ()
        with process.interrupting(watch.interrupt):
            found = compare.compare(before, after, EVENTS if EVENTS.is_dir() else None, watch)
            replayed = compare.replay_both(before, after, events, year, watch) if files else None
    except (UnreadableInput, ValueError) as error:
        fail(str(error))
    if watch.stopping:  # what is left out would be taken for lost
        sys.exit(process.INTERRUPTED)
    small = asked is not None and asked < found.next
    if notes:
        write_file(notes, markdown.notes(found, replayed), markdown.MARK)
    differences(found, replayed, as_json, quiet)
    if small:
        needed = f"{wanted} is too small after {found.old}: {found.next} at least"
        click.echo(f"version-too-small: {needed} ({found.reasons[0].text})", err=True)
    sys.exit(PROBLEMS if small or found.problems else DONE)
