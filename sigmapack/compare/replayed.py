"""The SQLite queries that two builds ship, on the same events: what is found now, and what is lost.

The queries are strangers': they run under the authorizer and limits of `sigmapack.replay.guard`,
on a table whose columns are the fields that the manifest names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sigmapack.content.load import read_sources
from sigmapack.content.model import Rule as SigmaRule
from sigmapack.content.text import unseen
from sigmapack.deployed import Bundle, Rule
from sigmapack.events.rows import EVENT_TEXT
from sigmapack.events.watch import Watch
from sigmapack.events.windows import channel_map
from sigmapack.matches import Match, NotRun, Report
from sigmapack.replay import run
from sigmapack.replay.plan import Plan, Step
from sigmapack.replay.store import META

TARGET = "sqlite"
#: Fields of a table of events: SQLite's own limit of columns, less those of `META`.
MOST_FIELDS = 1_990
#: Bytes of what one query may give: each event once, with its fields, is a tenth of that for the
#: 1,600 events of the pack.
MOST_ROWS = 64 * 2**20
#: Characters of a field's name: Sysmon's longest has 30.
LONGEST_FIELD = 200

#: A match as both builds have it: rule, and file and record, or what a correlation groups by.
Key = tuple[str, ...]


@dataclass
class Replayed:
    """What two builds find in the same events."""

    events: int = 0
    found: list[Match] = field(default_factory=list)
    """By the newer build only."""
    lost: list[Match] = field(default_factory=list)
    """By the older build only."""
    both: int = 0
    refused: list[tuple[str, NotRun]] = field(default_factory=list)
    """Which build's query did not run, and why."""
    reports: tuple[Report, ...] = ()


def replay_both(
    old: Bundle,
    new: Bundle,
    files: Sequence[Path],
    year: int | None = None,
    watch: Watch | None = None,
) -> Replayed:
    """Replay events on both builds.

    Args:
        old: the older build.
        new: the newer one.
        files: of events.
        year: of the last line of logs whose times have none.
        watch: what can stop it.

    Raises:
        UnreadableInput: a build has no SQLite queries, or one that is not as its manifest says; a
            file is not there.
    """
    reports = [run(plan_of(bundle), files, False, year, watch) for bundle in (old, new)]
    before, after = (dict(map(_keyed, report.matches)) for report in reports)
    return Replayed(
        events=reports[1].events,
        found=[_plain(match) for key, match in after.items() if key not in before],
        lost=[_plain(match) for key, match in before.items() if key not in after],
        both=len(before.keys() & after.keys()),
        refused=[
            (bundle.folder.name, refused)
            for bundle, report in zip((old, new), reports, strict=True)
            for refused in report.refused
        ],
        reports=tuple(reports),
    )


def _keyed(match: Match) -> tuple[Key, Match]:
    rule = match.rule.id or match.rule.name
    if match.rule.is_correlation:
        groups = (f"{name}={value}" for name, value in sorted(match.fields.items()))
        return (rule, *groups), match
    return (rule, match.file, str(match.record)), match


def _plain(match: Match) -> Match:
    """A match whose values are texts, whatever a stranger's query gave."""
    fields = {
        name: list(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in match.fields.items()
    }
    return replace(match, fields=fields)


def plan_of(bundle: Bundle, names: Collection[str] | None = None) -> Plan:
    """What a replay of a build's own queries needs.

    Args:
        bundle: the build.
        names: of the rules; all, where there is none.

    Raises:
        UnreadableInput: a query is not as the manifest says.
    """
    rules = {name: rule for rule in bundle.rules for name in (rule.id, rule.name) if name}
    queries = [q for q in bundle.queries if q.target == TARGET and q.path]
    columns = {"computer": "Computer"}
    steps: list[Step] = []
    refused: list[NotRun] = []
    for query in queries:
        rule = rules.get(query.rule_id) or rules.get(query.rule)
        if rule is None or (names is not None and rule.name not in names):
            continue
        sql = bare(bundle.text(query.path))
        members = (rules.get(name) for step in rule.steps for name in step)
        fields = [*rule.fields, *(name for one in members if one for name in one.fields)]
        fields += [EVENT_TEXT] if EVENT_TEXT in sql else []
        wider = {n.lower(): n for n in fields if n.lower() not in (*META, *columns)}
        if reason := _unfit(fields, len(columns) + len(wider)):
            refused.append(NotRun(sigma(rule), reason))
            continue
        columns |= wider
        # A correlation waits for matches of its rules, which may not be among those named.
        awaited = rule.steps if names is None else ()
        steps.append(Step(sigma(rule), sql, rule.fields, members=awaited))
    return Plan(
        steps=tuple(steps),
        refused=tuple(refused),
        columns=tuple(columns.values()),
        together=tuple(_together(bundle.rules, rules)),
        channels=channel_map(read_sources()),
        needles=(),
        most=MOST_ROWS,
    )


def bare(text: str) -> str:
    """A query without the comment above it."""
    lines = text.split("\n")
    while lines and lines[0].startswith("--"):
        lines = lines[1:]
    return "\n".join(lines)


def _unfit(fields: Iterable[str], number: int) -> str:
    """Why a table cannot have a rule's fields; empty where it can."""
    for name in fields:
        if not name or len(name) > LONGEST_FIELD or unseen(name):
            return f"{name[:40]!r} is no field's name"
    return f"a table of events has {MOST_FIELDS:,} fields" if number > MOST_FIELDS else ""


def sigma(rule: Rule) -> SigmaRule:
    """A rule of a manifest as far as a replay asks for it."""
    document = {
        "id": rule.id,
        "name": rule.name,
        "title": rule.title,
        "level": rule.level,
        "tags": list(rule.tags),
        "logsource": dict(rule.logsource),
    }
    if rule.steps:
        document["correlation"] = {}
    return SigmaRule(rule.path, document, {(): max(1, rule.line)})


def _together(rules: Iterable[Rule], known: Mapping[str, Rule]) -> Iterable[tuple[str, ...]]:
    """The fields that are compared together, as `sigmapack.replay.planning` has them."""
    for rule in rules:
        if not rule.steps:
            yield rule.fields
        members = (known.get(name) for step in rule.steps for name in step)
        for member in members:
            yield (*rule.fields, *(member.fields if member else ()))
