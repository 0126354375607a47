"""Build the 3CX detection pack: read rules and lookups, check, compile for every product, write.

    python build.py                     build everything into dist/
    python build.py check               only look for problems
    python build.py replay FILE...      run the compiled rules on events
    python build.py coverage            the stages of the attack and the rules that see them
    python build.py VERB --help         the options of a verb

Exit codes: 0 done, 1 the content has problems, 2 wrong use or unreadable input.
"""

from __future__ import annotations

if __name__ == "__main__":  # before all that takes its time to import
    from sigmapack import process

    process.begin()

import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click

from sigmapack import __version__, collection, exports, navigator, process, report
from sigmapack.checks import problems
from sigmapack.checks.outcomes import outcome_problems
from sigmapack.compiling.compile import compile_target, resolved
from sigmapack.compiling.package import package_all
from sigmapack.compiling.product import Artifact, Query, Target, TooLarge
from sigmapack.content import coverage
from sigmapack.content.files import shown
from sigmapack.content.load import load
from sigmapack.content.model import Content, Problem
from sigmapack.content.settings import COVERAGE
from sigmapack.content.text import visible
from sigmapack.events.files import UnreadableInput, gather
from sigmapack.manifest import manifest
from sigmapack.replay import replay as run_replay
from sigmapack.targets import discover
from sigmapack.write import WriteRefused, check_replaceable, write

ROOT = Path(__file__).resolve().parent
DONE, PROBLEMS, WRONG_USE = 0, 1, 2


class Verbs(click.Group):
    """A group whose verb is `build` when the command line starts with an option or is empty."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["build", *args]
        return super().parse_args(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with process.told(fail):
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with process.told(fail, WriteRefused):
            return super().invoke(ctx)


rules_option = click.option(
    "--rules",
    type=click.Path(path_type=Path),
    help="Use the Sigma rules of this folder instead of the pack's own.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
quiet_option = click.option("--quiet", is_flag=True, help="Print only problems.")


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="build.py")
def main() -> None:
    """Build, check and replay the 3CX detection pack. Without a verb: build."""
    report.prepare()


@main.command()
@click.option(
    "--target",
    "names",
    multiple=True,
    type=click.Choice(sorted(discover())),
    help="Build only this product; repeatable.",
)
@rules_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=ROOT / "dist",
    show_default="dist/ beside build.py",
    help="Folder to write; of an earlier build there all that it wrote is replaced.",
)
@click.option("--without-hunting", is_flag=True, help="Leave out the rules for hunting.")
@click.option(
    "--block-from",
    metavar="DATE",
    callback=lambda ctx, option, value: day_of_blocking(value),
    help="The day from which you block (YYYY-MM-DD), for the headers of indicators' lists.",
)
@json_option
@quiet_option
def build(
    names: tuple[str, ...],
    rules: Path | None,
    out: Path,
    without_hunting: bool,
    block_from: date | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compile all rules for every product and write them, with their lookups.

    Without --target also the indicators in exchange formats and blocking lists, and the
    configuration that brings the logs.
    """
    if names and block_from:
        fail("--block-from is for the indicators, which --target leaves out: drop one of the two")
    targets = [target for name, target in discover().items() if not names or name in names]
    check_replaceable(out, rules or ROOT / "sigma_rules", ROOT / "lookups")  # before any work
    content = load(ROOT, rules)
    stop_on(problems(content), as_json)
    queries, artifacts = make(content, targets, quiet or as_json, as_json)
    if without_hunting:
        left = [query for query in queries if not query.rule.is_hunting]
        queries, artifacts = package_all(content, targets, left)
    artifacts += navigator.artifacts(content)
    if not names:
        artifacts += beside(content, block_from, as_json)
    write([*artifacts, manifest(queries, artifacts)], out)
    report.built(content, queries, artifacts, out, as_json, quiet)


@main.command()
@rules_option
@json_option
@quiet_option
def check(rules: Path | None, as_json: bool, quiet: bool) -> None:
    """Look for problems in rules, lookups, waivers and events; write nothing."""
    content = load(ROOT, rules)
    found = problems(content)
    stop_on(found, as_json)
    make(content, list(discover().values()), quiet or as_json, as_json)
    beside(content, None, as_json)
    report.checked(content, as_json, quiet)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@rules_option
@json_option
@quiet_option
@click.option("--fail-on-match", is_flag=True, help="Exit with 1 when a rule matches.")
def replay(
    files: tuple[Path, ...], rules: Path | None, as_json: bool, quiet: bool, fail_on_match: bool
) -> None:
    """Run the compiled rules, correlations included, on event files or folders of them.

    Read by content, plain or packed (gzip, zstd, zip): JSON, .evtx, Zeek's logs, CSV, and the
    logs of DNS servers, proxies and web servers; `-` is standard input. See docs/replay.md.
    """
    content = load(ROOT, rules)
    stop_on([p for p in problems(content) if not content.own or p.unreadable], as_json)
    try:
        gathered = gather(files)
        result = run_replay(content, gathered.files)
    except UnreadableInput as error:
        fail(str(error))
    result.unread = [*gathered.unread, *result.unread]
    report.replayed(result, gathered.skipped, as_json, quiet)
    if result.unread:
        sys.exit(WRONG_USE)
    sys.exit(PROBLEMS if fail_on_match and result.matches else DONE)


@main.command(name="coverage")
@rules_option
@json_option
def show_coverage(rules: Path | None, as_json: bool) -> None:
    """Print the stages of the attack, the rules that see them, and what no log shows."""
    content = load(ROOT, rules)
    stop_on(problems(content), as_json)
    if not content.stages:
        fail(f"{content.rules_dir}: no {COVERAGE} there: it names the stages and their rules")
    report.covered(coverage.stages(content), as_json)


def compile_all(content: Content, targets: list[Target], quiet: bool) -> list[Query]:
    """Every rule for every target, with a progress bar where someone watches."""
    queries: list[Query] = []
    ready = resolved(content)
    for target in report.progress(targets, "Compiling", quiet):
        queries += compile_target(content, target, ready)
    return queries


def make(
    content: Content, targets: list[Target], quiet: bool, as_json: bool
) -> tuple[list[Query], list[Artifact]]:
    """Queries and files of all products; stops on outcomes that nobody declared."""
    try:
        found = package_all(content, targets, compile_all(content, targets, quiet))
    except TooLarge as error:
        stop_on([Problem(shown(content.rules_dir), 1, "too-large", str(error))], as_json)
        raise
    stop_on(sorted(outcome_problems(content, found[0])), as_json)
    return found


def beside(content: Content, block_from: date | None, as_json: bool) -> list[Artifact]:
    """What is no product's: indicators and blocking lists, and what to switch on for the logs."""
    try:
        return [*exports.artifacts(content, block_from), *collection.artifacts(content)]
    except (exports.Unfit, collection.Unfit) as error:
        stop_on(error.problems, as_json)
        raise


def day_of_blocking(value: str | None) -> date | None:
    """The day that --block-from names; anything else is wrong use."""
    try:
        return exports.day_of_blocking(value) if value is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def stop_on(found: list[Problem], as_json: bool) -> None:
    """Print the problems and exit: 2 when input could not be read, else 1; go on without any."""
    if found:
        report.problems(found, as_json)
        sys.exit(WRONG_USE if any(problem.unreadable for problem in found) else PROBLEMS)


def fail(message: str) -> NoReturn:
    """Print one line on standard error and exit with 2."""
    click.echo(f"build.py: {visible(message)}", err=True)
    sys.exit(WRONG_USE)


if __name__ == "__main__":
    main(prog_name="build.py")
