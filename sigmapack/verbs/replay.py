"""`replay`: run the compiled rules on events."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from sigmapack import process, report
from sigmapack.content.words import LANGUAGES, words
from sigmapack.events.files import UnreadableInput, gather
from sigmapack.events.watch import Watch
from sigmapack.replay import kept, run
from sigmapack.replay.plan import Plan, spoken
from sigmapack.report.tables import ascii_only
from sigmapack.verbs.arguments import replaying
from sigmapack.verbs.shared import (
    DONE,
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
from sigmapack.write import check_file, write_file


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@rules_option
@click.option("--year", type=click.IntRange(1970, 9999), help="Of logs whose times have no year.")
@json_option
@click.option(
    "--searched",
    is_flag=True,
    help="With --json: a last line of what was searched, each file with its SHA-256, for a report.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV on standard output.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a page, too: hits by host and rule, evidence, what to do.",
)
@lang_option
@quiet_option
@click.option("--fail-on-match", is_flag=True, help="Exit with 1 when a rule matches.")
def command(
    files: tuple[Path, ...],
    rules: Path | None,
    year: int | None,
    as_json: bool,
    searched: bool,
    as_csv: bool,
    page: Path | None,
    lang: str | None,
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
    if searched and not as_json:
        fail("--searched is a line of JSON: give --json, too")
    if page:
        from sigmapack.page import hits

        check_file(page, hits.MARK)  # before any work
    watch = Watch()
    try:
        gathered = gather(files)
        plan = planned(rules, as_json)
        if lang:
            plan = spoken(plan, ROOT, rules or ROOT / "sigma_rules", lang)
        with process.interrupting(watch.interrupt), report.watching(watch, quiet):
            result = run(plan, gathered.files, year=year, watch=watch, keep=True)
    except UnreadableInput as error:
        fail(str(error))
    result.unread = [*gathered.unread, *result.unread]
    said = words(ROOT, lang or LANGUAGES[0])
    try:
        if page:
            command = replaying(files, rules, year)
            found = hits.html(result, gathered.skipped, plan.playbooks, command, said)
            write_file(page, found, hits.MARK)
    finally:  # a page that cannot be written loses no match, nor a reader that goes the page
        report.replayed(result, gathered.skipped, as_json, quiet, as_csv, said)
    if searched:
        from sigmapack.incident.searched import searched as told

        made = told(result, gathered.files, len(plan.steps), gathered.skipped)
        click.echo(json.dumps(made.as_json(), ensure_ascii=ascii_only()))
    if result.interrupted:
        sys.exit(process.INTERRUPTED)
    if result.unread:
        sys.exit(WRONG_USE)
    faulty = any(rule.faulty for rule in result.refused)
    sys.exit(PROBLEMS if faulty or (fail_on_match and result.matches) else DONE)


def planned(rules: Path | None, as_json: bool) -> Plan:
    """What a replay runs: made of the rules, or kept from the last time that they were the same."""

    def make_plan() -> Plan:
        with making(as_json) as make:
            made: Plan = make.replayable(ROOT, rules)
        return made

    folder = rules or ROOT / "sigma_rules"
    return kept.kept([folder, folder.parent / "lookups", ROOT / "lookups"], make_plan)
