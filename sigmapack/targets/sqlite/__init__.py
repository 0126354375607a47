"""SQLite: the engine of `build.py replay`; also for anyone who keeps events in a table.

The table is `logs`: one column per Sigma field, all TEXT COLLATE NOCASE, plus `event_id`,
`timestamp` (ISO 8601 UTC) and the log source in `logsource_product`, `logsource_category`,
`logsource_service`. pySigma's sqlite backend emits `=`, which is case-sensitive without that
collation (2.0.0). Rules that look for words in no field need `event_text`, all values of an event,
and some need a function of `functions.py`.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterator, Mapping
from typing import Any

from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import comments, conversion, names
from sigmapack.compiling.product import Artifact, Language, Part, Query, Target
from sigmapack.compiling.sql import literal, quoted
from sigmapack.content.correlation import Correlation
from sigmapack.content.kinds import all_forms
from sigmapack.content.model import Content, Lookup, Rule, Sources
from sigmapack.content.urls import addresses
from sigmapack.targets.sqlite.backend import Backend, has_other_case, like

COLUMNS = ("product", "category", "service")


def _backend(pipeline: ProcessingPipeline | None = None) -> Backend:
    return Backend(pipeline)  # type: ignore[no-untyped-call]


def _prepare(rule: Rule) -> Rule:
    present = zip(COLUMNS, rule.logsource, strict=True)
    return conversion.with_condition(
        rule, {f"logsource_{part}": value for part, value in present if value}
    )


def _pipeline(rule: Rule) -> ProcessingPipeline:
    return ProcessingPipeline(name="sqlite")


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    return f"SELECT * FROM logs WHERE {condition};"


def _degraded(rule: Rule, sources: Sources) -> str | None:
    """Which function SQLite lacks for a rule; replay has it."""
    needed = set()
    for key, value in names.items(rule.document.get("detection")):
        modifiers = key.split("|")[1:]
        texts = [str(each) for each in (value if isinstance(value, list) else [value])]
        if "re" in modifiers and not all(map(addresses, texts)):
            needed.add("REGEXP")
        if not {"re", "cased"}.intersection(modifiers) and any(map(has_other_case, texts)):
            needed.add("REGEXP")
        if "cidr" in modifiers and ":" in "".join(texts):
            needed.add("in_network")
    listed = " and ".join(sorted(needed))
    return f"runs where SQLite has been given {listed}, as replay does" if listed else None


def _correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    """pySigma's own correlation compiler: sliding windows, every type, executed in our tests.

    It expands a condition such as `(a or b) and (c or d)` to one subquery for each pair, which
    takes seconds for our lists (2.0.0): a step's alternatives are made one rule before. What is
    already converted stands in for the rules, which it would convert for each correlation again.
    """
    known = {part.rule.name: part.condition for part in parts.values()}
    document = _left(correlation, parts)
    if correlation.period:
        return _periods(correlation, known, document)
    if any(len(step) > 1 for step in correlation.steps) and "temporal" in correlation.type:
        steps = _steps(correlation)
        known = {
            name: _either([parts[member].condition for member in members])
            for step in steps
            for name, members in step.items()
        }
        body = {**document["correlation"], "rules": list(known)}
        body.pop("condition", None)
        if any(len(step) > 1 for step in steps):
            body["condition"] = " and ".join(f"({' or '.join(step)})" for step in steps)
        if correlation.aliases:
            body["aliases"] = {
                alias: {
                    name: mapping[members[0]]
                    for step in steps
                    for name, members in step.items()
                    if members[0] in mapping
                }
                for alias, mapping in correlation.aliases.items()
            }
        document["correlation"] = body
    return _compiled(known, document)


def _compiled(known: Mapping[str, str], document: dict[str, Any]) -> str:
    """A correlation of rules of which the conditions are known, by their names."""
    stand_ins: list[dict[str, Any]] = [
        {
            "title": name,
            "name": name,
            "logsource": {"product": "any"},
            "detection": {"all": {"event_id|exists": True}, "condition": "all"},
        }
        for name in known
    ]
    collection = SigmaCollection.from_dicts([*stand_ins, document])
    backend = _backend()
    backend.known = known
    return f"{backend.convert(collection)[-1]};"


def _either(conditions: list[str]) -> str:
    """What holds when one of some conditions does."""
    if len(conditions) == 1:
        return conditions[0]
    return _backend()._join_operands([f"({each})" for each in conditions], " OR ")


def _left(correlation: Correlation, parts: Mapping[str, Part]) -> dict[str, Any]:
    """A correlation's document, with the members that are not refused.

    In English: pySigma makes names in the query of all of its words.
    """
    document = {**correlation.rule.copy(), **correlation.rule.english}
    body = dict(document["correlation"])
    if not isinstance(body.get("condition"), str):
        body["rules"] = [parts[member].rule.name for member in correlation.members]
    if correlation.aliases:
        body["aliases"] = {
            alias: {parts[name].rule.name: field for name, field in own.items() if name in parts}
            for alias, own in correlation.aliases.items()
        }
    return {**document, "correlation": body}


def _periods(correlation: Correlation, known: Mapping[str, str], document: dict[str, Any]) -> str:
    """A count of the periods in which there are any events, as one of distinct values."""
    column = "sigma_period"
    while column in str(known):  # a name that stands nowhere else, not in a value either
        column += "_"
    body = {
        **document["correlation"],
        "type": correlation.type,
        "rules": list(known),
        "condition": {correlation.operator: correlation.count, "field": column},
    }
    if correlation.aliases:
        body["aliases"] = {name: dict(mapping) for name, mapping in correlation.aliases.items()}
    counted = f"(strftime('%s', timestamp) / {correlation.period})"
    compiled = _compiled(known, {**document, "correlation": body})
    return compiled.replace(quoted(column), counted)


def _steps(correlation: Correlation) -> list[dict[str, list[str]]]:
    """For each step the rules that its alternatives become: those with equal aliases are one."""
    found = []
    for number, step in enumerate(correlation.steps, 1):
        groups: dict[tuple[str, ...], list[str]] = {}
        for member in step:
            key = tuple(correlation.field(alias, member) for alias in correlation.aliases)
            groups.setdefault(key, []).append(member)
        own = (f"step_{number}_{letters}" for letters in _letters())
        found.append(dict(zip(own, groups.values(), strict=False)))
    return found


def _letters() -> Iterator[str]:
    """a to z, aa to zz, and so on for ever."""
    for length in itertools.count(1):
        yield from map("".join, itertools.product(string.ascii_lowercase, repeat=length))


def _table(lookup: Lookup) -> str:
    """A table with a LIKE pattern per matching form (escape character: backslash)."""
    columns = ["pattern", *lookup.columns]
    created = ", ".join(f"{quoted(column)} TEXT COLLATE NOCASE" for column in columns)
    rows = []
    for row in lookup.rows:
        for form in all_forms(lookup.key, row.values):
            values = [like(form), *(row.values[column] for column in lookup.columns)]
            rows.append(f"({', '.join(map(literal, values))})")
    table = quoted(lookup.name)
    inserted = f"INSERT INTO {table} VALUES\n" + ",\n".join(rows) + ";\n" if rows else ""
    return f"CREATE TABLE {table} ({created});\n{inserted}"


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    tables = "\n".join(_table(content.lookups[name]) for name in sorted(content.lookups))
    return [Artifact("lookups.sql", tables.encode())] if tables else []


SQL = Language(
    name="sql",
    suffix=".sql",
    comment=comments.after("--"),
    backend=_backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    prepare=_prepare,
    degraded=_degraded,
    quotes=True,
    anywhere=True,
    native={
        kind: "EXISTS (SELECT 1 FROM `{id}` WHERE {field} LIKE pattern ESCAPE '\\')"
        for kind in ("domain", "hash", "version", "zone")
    },
)

TARGET = Target("sqlite", "SQLite", (SQL,), _package)
