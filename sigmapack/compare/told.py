"""What of a difference people read, as rows: for a terminal and for release notes alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sigmapack.compare.difference import Difference
from sigmapack.compare.products import ProductChange
from sigmapack.compare.replayed import Replayed
from sigmapack.compare.rules import Change

#: Names of a list that are told; `--json` has all.
MOST_TOLD = 20
#: Rows of a table that are told: a lookup may have 50,000.
MOST_ROWS = 300

Row = tuple[str, ...]


class Section(NamedTuple):
    """A table with its title; nothing where it has no row."""

    title: str
    columns: Row
    rows: list[Row]


class Task(NamedTuple):
    """What the operator of a product has to do: the sentence, and with which items."""

    product: str
    verb: str
    how: str
    items: Row


def sections(found: Difference, replayed: Replayed | None) -> list[Section]:
    """All tables that have a row."""
    made = [
        Section("Version", ("part", "because"), [tuple(reason) for reason in found.reasons]),
        Section("Rules", ("rule", "change", "level"), list(_rules(found))),
        Section("Lookups", ("lookup", "value", "change"), list(_tables(found))),
        Section("Outcomes", ("product", "rule", "was", "is", "reason"), _outcomes(found)),
        Section("Proofs", ("product", "rule", "was", "is"), _proofs(found)),
        Section("Schedules", ("product", "item", "field", "was", "is"), _fields(found)),
        Section("Products", ("product", "import", "replace", "delete", "files"), _counts(found)),
    ]
    if replayed:
        made.append(Section("Events", ("event", "rule", "time", "host", "is"), _events(replayed)))
    return [_cut(section) for section in made if section.rows]


def _cut(section: Section) -> Section:
    """A section of not too many rows; the last one says how many more there are."""
    more = len(section.rows) - MOST_ROWS
    if more <= 0:
        return section
    last = (f"and {more} more (--json has all)", *("" for _ in section.columns[1:]))
    return section._replace(rows=[*section.rows[:MOST_ROWS], last])


def _rules(found: Difference) -> Iterator[Row]:
    for rule in found.rules.added:
        yield rule.name, "added", rule.level
    for rule in found.rules.removed:
        yield rule.name, "removed", rule.level
    for change in found.rules.changed:
        level = f"{change.old.level}, now {change.new.level}" if change.level else change.new.level
        yield change.new.name, "; ".join(_changed(found, change)), level


def _changed(found: Difference, change: Change) -> Iterator[str]:
    if change.logic:
        yield "logic"
    if change.tables:
        yield f"lookups ({', '.join(change.tables)})"
    if change.silenced:
        yield "alerts no more"
    words = [word for word in change.words if word != "tags"]
    if words:
        yield f"words ({', '.join(words)})"
    added, removed = change.tags
    if added or removed:
        yield f"tags ({', '.join([*(f'+{t}' for t in added), *(f'-{t}' for t in removed)])})"
    if not (change.logic or change.tables or change.silenced or change.words):
        yield "level"
    lost = found.lost.get(change.new.name)
    if lost:
        yield f"lost {', '.join(lost[:3])}" + (f" and {len(lost) - 3} more" if lost[3:] else "")


def _tables(found: Difference) -> Iterator[Row]:
    for one in found.tables:
        for value in one.added:
            yield one.name, value, "added"
        for value in one.removed:
            yield one.name, value, "removed"
        for value, columns in one.changed:
            yield one.name, value, f"changed: {', '.join(columns)}"


def _outcomes(found: Difference) -> list[Row]:
    return [
        (f"{one.target}/{one.language}", one.rule, one.old, one.new, one.reason)
        for one in found.outcomes
    ]


def _proofs(found: Difference) -> list[Row]:
    return [(f"{one.target}/{one.language}", one.rule, one.old, one.new) for one in found.proofs]


def _fields(found: Difference) -> list[Row]:
    return [
        (product.name, one.item, one.field, one.old or "-", one.new or "-")
        for product in found.products
        for one in (*product.severities, *product.schedules)
    ]


def _counts(found: Difference) -> list[Row]:
    return [
        (
            one.name,
            *(str(len(items)) for items in (one.imported, one.replaced, one.deleted)),
            str(len(one.files)),
        )
        for one in found.products
        if not one.nothing
    ]


def tasks(found: Difference) -> Iterator[Task]:
    """What each product's operator has to do, with the items by their names there."""
    for one in found.products:
        yield from _tasks(one)


def _tasks(one: ProductChange) -> Iterator[Task]:
    replaced = tuple(item for item, _ in one.replaced)
    lists = (("import", one.imported), ("replace", replaced), ("delete", one.deleted))
    for verb, items in lists:
        if items:
            yield Task(one.title, verb, one.does.get(verb, ""), shortened(items))
    if one.files:
        files = [path if how == "changed" else f"{path} ({how})" for how, path in one.files]
        yield Task(one.title, "files", "load or copy these again", shortened(files))


def shortened(items: Sequence[str]) -> Row:
    """The first of a list, and how many more there are."""
    more = len(items) - MOST_TOLD
    left = (f"and {more} more (--json names all)",) if more > 0 else ()
    return (*items[:MOST_TOLD], *left)


def _events(replayed: Replayed) -> list[Row]:
    return [
        (f"{m.file}:{m.record}", m.rule.name, m.timestamp or "-", m.host or "-", how)
        for how, matches in (("lost", replayed.lost), ("found", replayed.found))
        for m in matches
    ]


def summary(found: Difference) -> str:
    """One line: how much changed, and which version follows."""
    rules, tables = found.rules, found.tables
    rows = sum(len(one.added) + len(one.removed) + len(one.changed) for one in tables)
    logic = sum(change.logic for change in rules.changed)
    counts = (
        f"{len(rules.added)} rules added, {len(rules.removed)} removed, {logic} changed in logic, "
        f"{len(rules.changed) - logic} otherwise; {rows} rows of lookups"
    )
    if found.part == "none":
        return f"{counts}; the version stays {found.old}"
    return f"{counts}; after {found.old} the next version is {found.next} ({found.part})"


def replay_summary(replayed: Replayed) -> str:
    """One line: how many matches were lost and found."""
    return (
        f"{replayed.events} events on both: {replayed.both} matches as before, "
        f"{len(replayed.lost)} lost, {len(replayed.found)} found"
    )
