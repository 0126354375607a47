"""`release`: a build that is handed over, with its software, its sums and a signature."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from sigmapack import process, report
from sigmapack.manifest import manifest
from sigmapack.verbs.shared import ROOT, fail, json_option, making, quiet_option, rules_option
from sigmapack.write import check_replaceable

#: Where a pipeline, which nobody sits at, keeps the passphrase.
VARIABLE = "SIGMAPACK_KEY_PASSPHRASE"


@click.command()
@rules_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder of bundles; an earlier one of the same version is replaced.",
)
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Sign with this private key of OpenSSH. Of an encrypted one the passphrase is asked, or "
    f"read from the variable {VARIABLE}.",
)
@json_option
@quiet_option
def command(
    rules: Path | None, out: Path, key_file: Path | None, as_json: bool, quiet: bool
) -> None:
    """Write a bundle to hand over: all of a build, its SBOM, SHA256SUMS, and a signature.

    It is a folder below --out, named after the version, and is replaced whole or not at all.
    `verify` checks it; so do sha256sum and ssh-keygen alone (see docs/releases.md).
    """
    with process.importing():
        from sigmapack import release
        from sigmapack.release import keys, sbom
    name = release.name_of()
    check_replaceable(out / name, rules or ROOT / "sigma_rules", ROOT / "lookups")
    try:
        key = keys.private(key_file, lambda: passphrase(key_file), ROOT, out) if key_file else None
        beside = [sbom.artifact(ROOT), release.licence(ROOT)]
    except (keys.KeyRefused, sbom.NotInstalled) as error:
        fail(str(error))
    with making(as_json) as make:
        content = make.checked(ROOT, rules)
        made = make.packages(content, (), quiet or as_json)
        files = [*made.files, *make.also(content), *make.beside(content, None)]
    files.append(manifest(content, made.queries, files, made.tables))
    try:
        report.released(list(release.release([(name, files)], out, key, beside)), as_json, quiet)
    except ValueError as error:
        fail(str(error))


def passphrase(key: Path | None) -> str:
    """What opens an encrypted key: of the environment, or of a person at a terminal."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        fail(f"{key}: is encrypted: set {VARIABLE}, or run this on a terminal")
    asked: str = click.prompt(f"Passphrase of {key}", hide_input=True, err=True)
    return asked
