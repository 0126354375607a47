"""Placeholders: `%table%` or `%table.column%` in a rule becomes the values of a lookup.

Resolved before pySigma sees a rule, so that every backend, and tools that read Sigma themselves,
get the same plain values. A product's own lookup is left as a placeholder for pySigma to fill.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sigmapack.content import limits
from sigmapack.content.kinds import KINDS, URL_FIELDS, escape, forms, in_url
from sigmapack.content.model import Lookup, Place, Problem, Rule

PLACEHOLDER = re.compile(r"(?<!\\)%([^%\s]+)%")


#: Where a rule keeps what was counted in it: it never changes, and every language asks.
NAMED, COUNTED = "_references", "_size"


def references(rule: Rule) -> tuple[tuple[Place, str], ...]:
    """Every placeholder of a rule's detection, as (place, `table` or `table.column`)."""
    kept: tuple[tuple[Place, str], ...] | None = rule.__dict__.get(NAMED)
    if kept is None:
        kept = rule.__dict__[NAMED] = tuple(
            (place, name) for place, item in _expanding(rule) for name in PLACEHOLDER.findall(item)
        )
    return kept


def _expanding(rule: Rule) -> Iterator[tuple[Place, str]]:
    """Every value with the modifier `expand`, with its place."""

    def walk(node: Any, place: Place) -> Iterator[tuple[Place, str]]:
        if isinstance(node, Mapping):
            for key, value in node.items():
                if "expand" in str(key).split("|")[1:]:
                    for item in value if isinstance(value, list) else [value]:
                        yield (*place, str(key)), str(item)
                else:
                    yield from walk(value, (*place, str(key)))
        elif isinstance(node, list):
            for position, item in enumerate(node):
                yield from walk(item, (*place, position))

    yield from walk(rule.document.get("detection"), ("detection",))


def unknown(rule: Rule, lookups: Mapping[str, Lookup]) -> Iterator[Problem]:
    """A problem for each placeholder that names no lookup, or no column of it."""
    for place, name in references(rule):
        table, _, column = name.partition(".")
        if table not in lookups:
            known = ", ".join(sorted(lookups)) or "none"
            message = f"%{name}% needs lookups/{table}.csv (known: {known})"
            yield Problem(rule.path, rule.line(*place), "unknown-placeholder", message)
        elif column and column not in lookups[table].columns:
            known = ", ".join(lookups[table].columns)
            message = f"%{name}%: {lookups[table].path} has no column {column!r} (has: {known})"
            yield Problem(rule.path, rule.line(*place), "unknown-placeholder", message)
        elif not lookups[table].rows:
            message = f"%{name}%: {lookups[table].path} has no rows: nothing could match"
            yield Problem(rule.path, rule.line(*place), "empty-lookup", message)


def combined(rule: Rule, lookups: Mapping[str, Lookup]) -> Iterator[Problem]:
    """A problem for each value whose placeholders together stand for too many values.

    Args:
        rule: one whose placeholders are all known.
        lookups: the tables.
    """
    for place, item in _expanding(rule):
        names = dict.fromkeys(PLACEHOLDER.findall(item))
        parts = (name.partition(".") for name in names)
        count = math.prod(len(lookups[table].values(column or None)) for table, _, column in parts)
        if len(names) > 1 and count > limits.MOST_INLINE:
            most = f"{limits.MOST_INLINE:,}"
            message = f"{item[:60]!r} stands for {count:,} values, {most} are the most: split it"
            yield Problem(rule.path, rule.line(*place), "too-large", message)


def resolve(rule: Rule, lookups: Mapping[str, Lookup], native: Collection[str] = ()) -> Rule:
    """Replace the placeholders of a rule by values; those of `native` stay for the product's table.

    Args:
        rule: any.
        lookups: the tables.
        native: kinds of tables, and names of some as placeholders have them, `%table%`.

    Raises:
        KeyError: a lookup or column is missing (`unknown` reports these before).
    """
    if "detection" not in rule.document:
        return rule
    document = rule.copy()
    for name, selection in document["detection"].items():
        if isinstance(selection, dict):
            maps = _rows(selection, lookups, native)
            document["detection"][name] = maps[0] if len(maps) == 1 else maps
        elif isinstance(selection, list):
            document["detection"][name] = [
                item
                for part in selection
                for item in (_rows(part, lookups, native) if isinstance(part, dict) else [part])
            ]
    return rule.with_document(document)


def size(rule: Rule) -> int:
    """How many values a resolved rule has; each alternative of an expression is one."""

    def walk(node: Any) -> int:
        if isinstance(node, Mapping):
            return sum(map(walk, node.values()))
        if isinstance(node, list):
            return sum(map(walk, node))
        return 1 + str(node).count("|")

    kept: int | None = rule.__dict__.get(COUNTED)
    if kept is None:
        detection = rule.document["detection"]
        kept = sum(walk(found) for name, found in detection.items() if name != "condition")
        rule.__dict__[COUNTED] = kept
    return kept


def native_uses(rule: Rule, lookups: Mapping[str, Lookup], kinds: Collection[str]) -> set[str]:
    """The lookups that a product with native tables for `kinds` could match by its own table."""
    return {
        table
        for place, name in references(rule)
        for table, _, column in [name.partition(".")]
        if not column
        and str(place[-1]).partition("|")[0] not in URL_FIELDS
        and KINDS.get(lookups[table].key) in kinds
        and str(place[-1]).split("|")[1:] == ["expand"]
        and PLACEHOLDER.fullmatch(f"%{name}%")
    }


def _rows(
    selection: dict[str, Any], lookups: Mapping[str, Lookup], native: Collection[str]
) -> list[dict[str, Any]]:
    """The maps that a selection's map becomes: one, or one a row for columns of one table."""
    expands = {key: selection[key] for key in selection if "expand" in key.split("|")[1:]}
    tables = [t.partition(".")[0] for v in expands.values() for t in PLACEHOLDER.findall(str(v))]
    together = {t for t in tables if tables.count(t) > 1 and len(expands) > 1}
    by_row = [t for t in sorted(together) if _whole(expands, t) > 1]
    if not by_row:
        return [_expanded(selection, lookups, native)]
    table = lookups[by_row[0]]
    alone = [Lookup(table.name, table.path, table.columns, (row,)) for row in table.rows]
    return [_expanded(selection, {**lookups, table.name: one}, ()) for one in alone]


def _whole(expands: Mapping[str, Any], table: str) -> int:
    """How many fields of a map are matched by whole values of one table."""
    pattern = re.compile(rf"%{re.escape(table)}(\.[^%]+)?%")
    return sum(isinstance(v, str) and bool(pattern.fullmatch(v)) for v in expands.values())


def _expanded(
    selection: Mapping[str, Any], lookups: Mapping[str, Lookup], native: Collection[str]
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in selection.items():
        field, *modifiers = key.split("|")
        if "expand" not in modifiers:
            result[key] = value
            continue
        items = value if isinstance(value, list) else [value]
        written = not any(str(item) in native for item in items)
        if written and modifiers == ["expand"] and (found := _in_url(field, items, lookups)):
            result[f"{field}|re"] = found
            continue
        if modifiers == ["expand"] and _all_native(items, lookups, native):
            result[key] = value
            continue
        modifiers.remove("expand")
        values = [v for item in items for v in _values(str(item), field, modifiers, lookups)]
        # No value for this field: an empty list would ask for events that lack it, while a hash of
        # another algorithm matches none.
        values = list(dict.fromkeys(values or _values(" ".join(map(str, items)), "", [], lookups)))
        result["|".join([field, *modifiers])] = values[0] if len(values) == 1 else values
    return result


def _in_url(field: str, items: list[Any], lookups: Mapping[str, Lookup]) -> str:
    """The expression that says one placeholder in a field of URLs; nothing where none does."""
    whole = PLACEHOLDER.fullmatch(str(items[0])) if len(items) == 1 else None
    if whole is None:
        return ""
    table, _, column = whole[1].partition(".")
    return in_url(column or lookups[table].key, field, (r.values for r in lookups[table].rows))


def _all_native(items: list[Any], lookups: Mapping[str, Lookup], native: Collection[str]) -> bool:
    names = [PLACEHOLDER.fullmatch(str(item)) for item in items]
    return all(
        name
        and name[1] in lookups
        and (KINDS.get(lookups[name[1]].key) in native or name[0] in native)
        for name in names
    )


def _values(
    item: str, field: str, modifiers: list[str], lookups: Mapping[str, Lookup]
) -> Iterator[str]:
    """The values of one list item: the kind's forms if it is only a placeholder, else raw ones."""
    whole = PLACEHOLDER.fullmatch(item)
    if whole and not modifiers:
        table, _, column = whole[1].partition(".")
        for row in lookups[table].rows:
            yield from forms(column or lookups[table].key, field, row.values)
        return
    names = list(dict.fromkeys(PLACEHOLDER.findall(item)))
    columns = []
    for name in names:
        table, _, column = name.partition(".")
        columns.append(lookups[table].values(column or None))
    for combination in itertools.product(*columns):
        text = item
        for name, value in zip(names, combination, strict=True):
            text = text.replace(f"%{name}%", escape(value))
        yield text
