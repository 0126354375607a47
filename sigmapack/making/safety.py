"""Whether a client's exceptions leave detection alive: the pack's events on its queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sigmapack.checks.events import event_files
from sigmapack.compiling.memory import Memory
from sigmapack.content.correlation import read_correlation
from sigmapack.content.files import shown
from sigmapack.content.model import Content, Problem, Rule
from sigmapack.content.placeholders import references
from sigmapack.overlay import Overlaid
from sigmapack.replay import run
from sigmapack.replay.planning import plan

#: Events that one problem lists.
MOST_LISTED = 10


def affected(base: Content, made: Overlaid) -> list[str]:
    """The names of the pack's rules that a filter or a withdrawn row may keep from an event."""
    tables = {change.table for change in made.rows if change.change == "withdrawn"}
    names = set(made.filtered)
    for rule in made.content.detections:
        if tables.intersection(name.partition(".")[0] for _, name in references(rule)):
            names.add(rule.name)
    known = made.content.by_name
    for rule in made.content.rules:
        if rule.is_correlation:
            members = {known[one].name for one in read_correlation(rule).members if one in known}
            if members & names:
                names.add(rule.name)
    own = {rule.name for rule in base.rules if not rule.is_base}
    return sorted(names & own)


def found(
    content: Content, base: Content, names: Iterable[str], memory: Memory
) -> dict[str, set[int]]:
    """The lines of its own file of matching events that each rule finds.

    Args:
        content: the pack's, or a client's.
        base: the pack's, which has the events.
        names: of the rules.
        memory: conversions that are known.
    """
    rules = [content.by_name[name] for name in names]
    files = {rule.name: event_files(base, base.by_name[rule.name])["match"] for rule in rules}
    result: dict[str, set[int]] = {rule.name: set() for rule in rules}
    singles = [rule for rule in rules if not rule.is_correlation]
    for chosen in [singles, *([rule] for rule in rules if rule.is_correlation)]:
        if not chosen:
            continue
        needed = _with_members(content, chosen)
        ready = plan(replace(content, rules=needed), findings=True, memory=memory, scan=False)
        for match in run(ready, [files[rule.name] for rule in chosen]).matches:
            name = match.rule.name
            if name not in result or match.rule not in chosen:
                continue
            places = match.records or ((match.file, match.record),)
            result[name] |= {line for file, line in places if file == str(files[name])}
    return result


def _with_members(content: Content, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Rules, with those that correlations among them refer to, in the content's order."""
    wanted: set[str] = set()
    open_ = list(rules)
    while open_:
        rule = open_.pop()
        wanted.add(rule.name)
        if rule.is_correlation:
            listed = rule.document["correlation"].get("rules") or []
            listed = [listed] if isinstance(listed, str) else listed
            open_ += [content.by_name[name] for name in listed if name in content.by_name]
    return tuple(rule for rule in content.rules if rule.name in wanted)


def lost(before: Mapping[str, set[int]], after: Mapping[str, set[int]]) -> dict[str, list[int]]:
    """The lines of its events that each rule finds no more."""
    gone = {name: sorted(lines - after.get(name, set())) for name, lines in before.items()}
    return {name: places for name, places in gone.items() if places}


def problems(base: Content, made: Overlaid, gone: Mapping[str, list[int]]) -> Iterator[Problem]:
    """What is lost and not acknowledged, at the filter or row that loses it; needless entries."""
    client = made.client
    entries = list(enumerate(client.settings.get("acknowledged", ())))
    for number, entry in entries:
        lines = set(gone.get(entry["rule"], ()))
        needless = sorted(set(entry.get("events", lines)) - lines)
        if not lines or needless:
            which = f"events {', '.join(map(str, needless))} of " if lines else ""
            message = f"{which}{entry['rule']!r} are found as before: remove the entry"
            yield client.problem("client", message, "acknowledged", number, "rule")
    for name, places in sorted(gone.items()):
        allowed: set[int] = set()
        for _, entry in entries:
            if entry["rule"] == name:
                allowed |= set(entry.get("events", places))
        left = [line for line in places if line not in allowed]
        if left:
            yield from _lost(base, made, name, left)


def _lost(base: Content, made: Overlaid, name: str, lines: list[int]) -> Iterator[Problem]:
    rule = base.by_name[name]
    path = shown(event_files(base, rule)["match"])
    listed = ", ".join(map(str, lines[:MOST_LISTED]))
    more = f" and {len(lines) - MOST_LISTED} more" if len(lines) > MOST_LISTED else ""
    message = (
        f"{name} no longer finds {path}:{lines[0]} (events {listed}{more}): make it narrower, or "
        f"acknowledge them in {made.client.path}"
    )
    causes = list(made.filtered.get(name, ()))
    if rule.is_correlation:
        members = read_correlation(rule).members
        names = {base.by_name[member].name for member in members}
        causes += [one for other in sorted(names) for one in made.filtered.get(other, ())]
    filters = {one.rule.path: one for one in causes}.values()
    for one in filters:
        yield one.problem("lost-event", f"the filter {one.title!r}: {message}", "filter")
    rows = [
        (number, entry)
        for number, entry in enumerate(made.client.settings.get("withdrawn", ()))
        if entry["table"] in _tables(base, rule)
    ]
    for number, entry in rows:
        text = f"the row {entry['value']!r} of {entry['table']}: {message}"
        yield made.client.problem("lost-event", text, "withdrawn", number)
    if not filters and not rows:
        yield made.client.problem("lost-event", f"rows above the ceiling: {message}", "tlp")


def _tables(base: Content, rule: Rule) -> set[str]:
    """The tables that a rule, or a rule of a correlation, looks values up in."""
    rules = [rule]
    if rule.is_correlation:
        rules = [base.by_name[member] for member in read_correlation(rule).members]
    return {name.partition(".")[0] for one in rules for _, name in references(one)}
