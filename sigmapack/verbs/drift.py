"""`drift`: whether what is deployed is what a build ships."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sigmapack import process
from sigmapack.events.files import UnreadableInput
from sigmapack.verbs.shared import DONE, PROBLEMS, fail, json_option, quiet_option


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument(
    "exports",
    metavar="EXPORT...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@click.option(
    "--ignore",
    "ignored",
    type=click.Choice(("edited", "missing", "extra", "off")),
    multiple=True,
    help="A state that is fine here, and does not count for the exit code; repeatable.",
)
@json_option
@quiet_option
def command(
    folder: Path,
    exports: tuple[Path, ...],
    ignored: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Compare the build DIR with what products exported; exit with 1 where something differs.

    An export is a file, a folder or an archive: Splunk's savedsearches.conf and macros.conf,
    Kibana's rules (NDJSON), Sentinel's template of rules, Graph's list of custom detections,
    OpenSearch's search for monitors, Loki's rules (YAML), LogScale's package. See docs/changes.md.
    """
    with process.importing():
        from sigmapack.deployed import open_bundle
        from sigmapack.drift import drift
        from sigmapack.report.drifted import drifted

    try:
        found = drift(open_bundle(folder), exports)
    except UnreadableInput as error:
        fail(str(error))
    drifted(found, as_json, quiet)
    sys.exit(PROBLEMS if found.drifted(ignored) else DONE)
