"""Whether a rule finds less than before, as far as the pack's own events show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath

from sigmapack.compare.replayed import TARGET, plan_of
from sigmapack.compare.rules import Change
from sigmapack.content.files import shown
from sigmapack.deployed import Bundle
from sigmapack.events.watch import Watch
from sigmapack.replay import run
from sigmapack.replay.plan import Plan

#: How files of events are called that a rule must match.
ENDING = ".match.jsonl"


def lost(
    old: Bundle,
    new: Bundle,
    changes: Sequence[Change],
    events: Path | None,
    watch: Watch | None = None,
) -> dict[str, tuple[str, ...] | None]:
    """The events (`file:line`) that each rule lost, by its name; None where nobody can tell.

    Nobody can where the pack has no events of the rule, a build has no query of it for SQLite, or
    the older one found none of them.

    Args:
        old: the older build.
        new: the newer one.
        changes: rules that find otherwise.
        events: the folder of the pack's events, if it is there.
        watch: what can stop it.
    """
    files = _files(changes, events)
    told: dict[str, tuple[str, ...] | None] = {change.new.name: None for change in changes}
    if not files:
        return told
    names = {name for change in changes for name in (change.old.name, change.new.name)}
    listed = sorted(set(files.values()))
    before, after = (_found(plan_of(bundle, names), listed, watch) for bundle in (old, new))
    for change in changes:
        path = str(files.get(change.new.name, ""))
        was = before.get(change.old.name, {}).get(path, frozenset())
        if was and change.new.name in after:
            left = was - after[change.new.name].get(path, frozenset())
            told[change.new.name] = tuple(f"{shown(path)}:{line}" for line in sorted(left))
    return told


def unchanged(old: Bundle, new: Bundle, names: Collection[str]) -> list[Change]:
    """Rules that say what they said, and of which some query asks otherwise.

    Such are correlations of a base that changed, and all of a language whose backend did.

    Args:
        old: the older build.
        new: the newer one.
        names: of the rules.
    """
    before = {rule.name: rule for rule in old.rules}
    after = (rule for rule in new.rules if rule.name in names and rule.name in before)
    return [Change(before[rule.name], rule) for rule in after]


def bases(bundle: Bundle, changes: Sequence[Change]) -> set[str]:
    """The names of correlations that have no query in a build's SQLite, not even a refused one."""
    own = {query.rule for query in bundle.queries if query.target == TARGET}
    return {c.new.name for c in changes if own and c.new.steps and c.new.name not in own}


def _files(changes: Sequence[Change], events: Path | None) -> dict[str, Path]:
    """A rule's name -> its events, found by the name of its file and nothing else of its path."""
    own = {path.name: path for path in events.rglob(f"*{ENDING}")} if events else {}
    wanted = {c.new.name: f"{PurePosixPath(c.new.path).stem}{ENDING}" for c in changes}
    return {name: own[file] for name, file in wanted.items() if file in own}


def _found(
    plan: Plan, files: Sequence[Path], watch: Watch | None
) -> Mapping[str, Mapping[str, frozenset[int]]]:
    """Rule -> file -> records that it rests on; a rule that could not run is not in it."""
    report = run(plan, files, scan=False, watch=watch)
    found: dict[str, defaultdict[str, set[int]]] = {
        step.rule.name: defaultdict(set) for step in plan.steps
    }
    for match in report.matches:
        for file, record in match.records or ((match.file, match.record),):
            found[match.rule.name][file].add(record)
    for refused in report.refused:
        found.pop(refused.rule.name, None)
    return {
        rule: {file: frozenset(records) for file, records in files.items()}
        for rule, files in found.items()
    }
