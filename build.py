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
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click

from sigmapack import __version__, process, report
from sigmapack.arguments import Product, day_of_blocking, replaying
from sigmapack.content.settings import COVERAGE
from sigmapack.content.text import visible
from sigmapack.events.files import UnreadableInput, gather
from sigmapack.events.watch import Watch
from sigmapack.manifest import manifest
from sigmapack.replay import kept, run
from sigmapack.replay.plan import Plan
from sigmapack.write import WriteRefused, check_file, check_replaceable, write, write_file

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
    type=Product(),
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
    check_replaceable(out, rules or ROOT / "sigma_rules", ROOT / "lookups")  # before any work
    with making(as_json) as make:
        content = make.checked(ROOT, rules)
        made = make.packages(content, names, quiet or as_json)
        if without_hunting:
            made = make.without_hunting(content, made, names)
        files = [*made.files, *make.also(content)]
        if not names:
            files += make.beside(content, block_from)
    write([*files, manifest(made.queries, files, made.tables)], out)
    report.built(content, made._replace(files=files), out, as_json, quiet)


@main.command()
@rules_option
@json_option
@quiet_option
def check(rules: Path | None, as_json: bool, quiet: bool) -> None:
    """Look for problems in rules, lookups, waivers and events; write nothing."""
    with making(as_json) as make:
        content = make.checked(ROOT, rules)
        made = make.packages(content, (), quiet or as_json)
        make.beside(content, None)
    report.checked(content, made, as_json, quiet)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@rules_option
@click.option("--year", type=click.IntRange(1970, 9999), help="Of logs whose times have no year.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV on standard output.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a page, too: hits by host and rule, evidence, what to do.",
)
@quiet_option
@click.option("--fail-on-match", is_flag=True, help="Exit with 1 when a rule matches.")
def replay(
    files: tuple[Path, ...],
    rules: Path | None,
    year: int | None,
    as_json: bool,
    as_csv: bool,
    page: Path | None,
    quiet: bool,
    fail_on_match: bool,
) -> None:
    """Run the compiled rules, correlations included, on event files or folders of them.

    Read by content, plain or packed (gzip, zstd, zip): JSON, .evtx, Zeek's logs, CSV, and the
    logs of DNS servers, proxies and web servers; `-` is standard input. See docs/replay.md.
    Ctrl-C stops reading, and reports what is found so far; a second one ends at once.
    """
    if as_json and as_csv:
        fail("--json and --csv are two forms of the same: drop one of the two")
    if page:
        from sigmapack.page import hits

        check_file(page, hits.MARK)  # before any work
    watch = Watch()
    try:
        gathered = gather(files)
        plan = planned(rules, as_json)
        with process.interrupting(watch.interrupt), report.watching(watch, quiet):
            result = run(plan, gathered.files, year=year, watch=watch)
    except UnreadableInput as error:
        fail(str(error))
    result.unread = [*gathered.unread, *result.unread]
    try:
        if page:
            command = replaying(files, rules, year)
            found = hits.html(result, gathered.skipped, plan.playbooks, command)
            write_file(page, found, hits.MARK)
    finally:  # a page that cannot be written loses no match, nor a reader that goes the page
        report.replayed(result, gathered.skipped, as_json, quiet, as_csv)
    if result.interrupted:
        sys.exit(process.INTERRUPTED)
    if result.unread:
        sys.exit(WRONG_USE)
    faulty = any(rule.faulty for rule in result.refused)
    sys.exit(PROBLEMS if faulty or (fail_on_match and result.matches) else DONE)


@main.command(name="coverage")
@rules_option
@json_option
def show_coverage(rules: Path | None, as_json: bool) -> None:
    """Print the stages of the attack, the rules that see them, and what no log shows."""
    with making(as_json) as make:
        content = make.checked(ROOT, rules)
    if not content.stages:
        fail(f"{content.rules_dir}: no {COVERAGE} there: it names the stages and their rules")
    report.covered(make.covered(content), as_json)


@contextmanager
def making(as_json: bool) -> Iterator[Any]:
    """What makes things, with all of pySigma; problems that stop it are printed, and end all."""
    with process.importing():
        from sigmapack import making as make

    try:
        yield make
    except make.Stopped as error:
        report.problems(error.problems, as_json)
        unreadable = any(problem.unreadable for problem in error.problems)
        sys.exit(WRONG_USE if unreadable else PROBLEMS)


def planned(rules: Path | None, as_json: bool) -> Plan:
    """What a replay runs: made of the rules, or kept from the last time that they were the same."""

    def make_plan() -> Plan:
        with making(as_json) as make:
            made: Plan = make.replayable(ROOT, rules)
        return made

    folder = rules or ROOT / "sigma_rules"
    return kept.kept([folder, folder.parent / "lookups", ROOT / "lookups"], make_plan)


def fail(message: str) -> NoReturn:
    """Print one line on standard error and exit with 2."""
    click.echo(f"build.py: {visible(message)}", err=True)
    sys.exit(WRONG_USE)


if __name__ == "__main__":
    main(prog_name="build.py")
