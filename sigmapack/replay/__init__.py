"""Run the compiled SQLite queries, correlations included, on events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from sigmapack import temporary
from sigmapack.content.model import Content
from sigmapack.events.files import check_file
from sigmapack.events.rows import Rows
from sigmapack.events.watch import Watch
from sigmapack.events.workers import Workers
from sigmapack.matches import Match, Report
from sigmapack.replay import guard
from sigmapack.replay.evaluate import search
from sigmapack.replay.kept import located
from sigmapack.replay.plan import Plan
from sigmapack.replay.scanner import Scanner
from sigmapack.replay.sieve import Sieve
from sigmapack.replay.store import Reading, Store, fill

__all__ = ["Match", "Report", "replay", "run"]


def replay(content: Content, files: Iterable[Path], findings: bool = False) -> Report:
    """Compile the content for SQLite and run it on the events of the files, as `run` does.

    Every query is run as it is shipped, those of correlations, too.

    Args:
        content: what was read.
        files: of events.
        findings: whether to run findings, too, which say of a host what their rules say already.

    Raises:
        UnreadableInput: a file is not there, or none of the kind that holds events.
    """
    from sigmapack.replay.planning import plan  # with all of pySigma

    return run(plan(content, findings, shipped=True), files)


def run(
    plan: Plan,
    files: Iterable[Path],
    scan: bool = True,
    year: int | None = None,
    watch: Watch | None = None,
    keep: bool = False,
) -> Report:
    """Run a plan on the events of the files.

    Records that no rule can match are counted, not parsed, where a scan can tell. The others are
    kept in a temporary database on disk, one row an event and log source, so that the size of the
    input is not bounded by memory. A file that turns out to be unreadable is noted, and the others
    are read.

    Args:
        plan: what to run.
        files: of events.
        scan: whether to look for needles first; without it every record is parsed.
        year: of the last line of logs whose times have none.
        watch: sees how far it is, and can stop it. Then the rules run on what was read; or end, and
            what they found is reported.
        keep: whether to keep what the scan is compiled to for the next time.

    Raises:
        UnreadableInput: a file is not there, or none of the kind that holds events.
    """
    files = list(files)
    for path in files:
        check_file(path)
    report = Report(refused=list(plan.refused))
    watch = watch or Watch()
    with temporary.folder("replay-") as folder:
        tables = {table.name: located(table, Path(folder)) for table in plan.tables}
        looking = _scanner(plan, tables, keep) if scan else None
        path = Path(folder) / "events.db"
        rows = Rows([name.lower() for name in plan.columns], plan.together)
        workers = Workers(looking) if looking else None
        with closing(Store(path, plan.columns, rows)) as store:
            try:
                reading = Reading(plan.channels, looking, year, watch, workers)
                fill(store, files, reading, report)
            finally:
                if workers:
                    workers.close()
            watch.rules = len(plan.steps)
            ready = store.finish(watch)
        if ready:
            found = looking.found() if looking else None
            search(path, plan, found, guard.seconds(store.number), report, watch, tables)
        else:
            report.not_run = [step.rule for step in plan.steps]
    report.interrupted = watch.stopping
    report.matches.sort(key=lambda match: (match.file, match.record, match.rule.name))
    return report


def _scanner(plan: Plan, files: Mapping[str, Path], keep: bool) -> Scanner | None:
    if not any(step.needles for step in plan.steps):
        return None
    return Scanner(plan.needles, Sieve(plan), keep, [(t, files[t.name]) for t in plan.tables])
