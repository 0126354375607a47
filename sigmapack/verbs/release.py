"""`release`: a build that is handed over, with its software, its sums and a signature."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sigmapack import process, report
from sigmapack.compiling.product import Artifact
from sigmapack.content.model import Content, Problem
from sigmapack.verbs import tenants
from sigmapack.verbs.shared import (
    PROBLEMS,
    ROOT,
    WRONG_USE,
    fail,
    json_option,
    lang_option,
    making,
    quiet_option,
    rules_option,
)
from sigmapack.write import check_replaceable

if TYPE_CHECKING:
    from sigmapack.overlay import Client
    from sigmapack.release import Bundle

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
@tenants.client_option
@tenants.clients_option
@lang_option
@json_option
@quiet_option
def command(
    rules: Path | None,
    out: Path,
    key_file: Path | None,
    single: tuple[Path, ...],
    below: tuple[Path, ...],
    lang: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write a bundle to hand over: all of a build, its SBOM, SHA256SUMS, and a signature.

    It is a folder below --out, named after the version, and is replaced whole or not at all; with
    --client or --clients there is one for each client. `verify` checks it; so do sha256sum and
    ssh-keygen alone (see docs/releases.md).
    """
    with process.importing():
        from sigmapack import release
        from sigmapack.release import keys, sbom
    if rules and (single or below):
        fail("--rules is not for clients: a client's own rules stand in its folder")
    check_replaceable(out / release.name_of(), rules or ROOT / "sigma_rules", ROOT / "lookups")
    kept = (ROOT, out, *single, *below)
    try:
        key = keys.private(key_file, lambda: passphrase(key_file), *kept) if key_file else None
        beside = [sbom.artifact(ROOT), release.licence(ROOT)]
    except (keys.KeyRefused, sbom.NotInstalled) as error:
        fail(str(error))
    problems: list[Problem] = []
    how = tenants.How(as_json, quiet, lang)
    with making(as_json) as make:
        try:
            if single or below:
                content, chosen = tenants.read(make, (single, below))
                done = of_clients(content, chosen, Into(out, key, beside), how, problems)
            else:
                made = iter([(release.name_of(), of_pack(make, rules, how))])
                done = list(release.release(made, out, key, beside))
        except ValueError as error:
            fail(str(error))
    report.problems(problems, as_json=False)
    report.released(done, as_json, quiet)
    if problems:
        sys.exit(WRONG_USE if any(problem.unreadable for problem in problems) else PROBLEMS)


def of_pack(make: Any, rules: Path | None, how: tenants.How) -> list[Artifact]:
    """All that a build of the pack writes."""
    english = make.checked(ROOT, rules)
    content = make.spoken(english, how.lang)
    made = make.everything(content, (), how.quiet or how.as_json)
    files: list[Artifact] = make.whole(content, made, english)
    return files


class Into(NamedTuple):
    """Where bundles go, what signs them, and what goes into each, too."""

    out: Path
    key: Any
    beside: Sequence[Artifact]


def of_clients(
    content: Content,
    chosen: Sequence[Client],
    into: Into,
    how: tenants.How,
    problems: list[Problem],
) -> list[Bundle]:
    """Bundles of clients, two at a time; a client that has problems has none.

    Args:
        content: the pack's.
        chosen: the clients.
        into: where bundles go.
        how: what is printed, and the language.
        problems: grows by those of clients.

    Raises:
        ValueError: the id of a client makes no name of a bundle.
    """
    from sigmapack import release
    from sigmapack.making import Stopped, clients, many

    for client in chosen:
        check_replaceable(into.out / release.name_of(client.id), client.folder)
    release.begin(into.out, [release.name_of(client.id) for client in chosen])
    quiet = how.quiet or how.as_json
    shared = clients.base(content, (), quiet, lang=how.lang)

    def write(client: Client, made: clients.Made) -> Bundle:
        return release.one(release.name_of(client.id), made.files, *into)

    def stopped(client: Client, error: Stopped) -> list[Problem]:
        return error.problems

    results: Iterator[Bundle | list[Problem]] = many.each(shared, chosen, write, stopped)
    done: list[Bundle] = []
    for _ in report.progress(chosen, "Clients", quiet):
        result = next(results)
        if isinstance(result, list):
            problems += result
        else:
            done.append(result)
    return done


def passphrase(key: Path | None) -> str:
    """What opens an encrypted key: of the environment, or of a person at a terminal."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        fail(f"{key}: is encrypted: set {VARIABLE}, or run this on a terminal")
    asked: str = click.prompt(f"Passphrase of {key}", hide_input=True, err=True)
    return asked
