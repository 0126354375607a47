"""Correlations in ES|QL: one STATS over the correlation's own span, counted back from now.

There are no bins: a query that runs every few minutes and looks back exactly over the span is a
window that slides, and finds any run of events within the span that ends in the last interval. The
rule's own look-back must be no shorter than the span. Ordered steps are exact for two (the first of
one before the last of the other) and for three (a middle event between them).
"""

from __future__ import annotations

from collections.abc import Mapping

from sigmapack.compiling.product import Part
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Refused
from sigmapack.targets.ecs.fields import kind
from sigmapack.targets.elastic.esql import field_name

OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "==", "neq": "!="}
UNITS = ((86400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))


def span(seconds: int) -> str:
    """A time span as ES|QL writes it."""
    size, unit = next((size, unit) for size, unit in UNITS if seconds % size == 0)
    number = seconds // size
    return f"{number} {unit if number > 1 else unit[:-1]}"


def value(fields: list[str]) -> str:
    """The first of some fields that is there, as text in lower case."""
    texts = [
        f"TO_STRING({field_name(field)})" if kind(field) != "keyword" else field_name(field)
        for field in dict.fromkeys(fields)
    ]
    inner = texts[0] if len(texts) == 1 else f"COALESCE({', '.join(texts)})"
    return f"TO_LOWER({inner})"


def query(
    correlation: Correlation,
    parts: Mapping[str, Part],
    index: tuple[str, ...],
    places: list[str],
    keys: Mapping[str, list[str]],
    counted: list[str],
) -> str:
    """The whole query.

    Args:
        correlation: the correlation.
        parts: its members; their conditions hold the restriction to their sources.
        index: the index patterns of all members.
        places: the restrictions to their sources, each once: Elasticsearch filters by them first.
        keys: for each group-by name the members' fields, in order.
        counted: the members' fields whose values are counted.

    Raises:
        Refused: a type, or more than three ordered steps.
    """
    steps = range(1, len(correlation.steps) + 1)
    marks = [
        f"sigma_step_{number} = "
        + " OR ".join(f"COALESCE({parts[name].condition}, FALSE)" for name in step)
        for number, step in enumerate(correlation.steps, 1)
    ]
    groups = [f"sigma_{_plain(name)} = {value(fields)}" for name, fields in keys.items()]
    names = [group.partition(" ")[0] for group in groups]
    if counted:
        groups.append(f"sigma_value = {value(counted)}")
    by = f" BY {', '.join(names)}" if names else ""
    anywhere = " OR ".join(f"sigma_step_{number}" for number in steps)
    present = "".join(f" AND {name} IS NOT NULL" for name in names)
    lines = [
        f"FROM {', '.join(index)}",
        f"| WHERE @timestamp >= NOW() - {span(correlation.seconds)} AND ({' OR '.join(places)})",
        "| EVAL " + ",\n    ".join([*marks, *groups]),
        f"| WHERE ({anywhere}){present}",
        *_stats(correlation, by),
        *_renamed(names, keys),
    ]
    return "\n".join(lines)


def _renamed(names: list[str], keys: Mapping[str, list[str]]) -> list[str]:
    """The groups under the fields' own names, for the alert, where all members have the same."""
    same = [
        f"{name} AS {field_name(fields[0])}"
        for name, fields in zip(names, keys.values(), strict=True)
        if len(set(fields)) == 1
    ]
    return [f"| RENAME {', '.join(same)}"] if same else []


def _plain(name: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in name).lower()


def _stats(correlation: Correlation, by: str) -> list[str]:
    bounds = "first_time = MIN(@timestamp), last_time = MAX(@timestamp)"
    operator = OPERATORS[correlation.operator]
    if correlation.type == "event_count":
        return [
            f"| STATS event_count = COUNT(*), {bounds}{by}",
            f"| WHERE event_count {operator} {correlation.count}",
        ]
    if correlation.type == "value_count":
        return [
            f"| STATS value_count = COUNT_DISTINCT(sigma_value), {bounds}{by}",
            f"| WHERE value_count {operator} {correlation.count}",
        ]
    steps = range(1, len(correlation.steps) + 1)
    if correlation.type == "temporal":
        counts = [f"step_{n} = COUNT(CASE(sigma_step_{n}, 1, NULL))" for n in steps]
        return [
            f"| STATS {', '.join([*counts, bounds])}{by}",
            f"| WHERE {' AND '.join(f'step_{n} > 0' for n in steps)}",
        ]
    if correlation.type == "temporal_ordered":
        return _ordered(correlation, by, bounds)
    raise Refused(f"ES|QL has no template for {correlation.type}")


def _ordered(correlation: Correlation, by: str, bounds: str) -> list[str]:
    last = len(correlation.steps)
    if last not in (2, 3):
        raise Refused("the ES|QL query orders two or three steps, not more")
    times = [
        "first_step = MIN(CASE(sigma_step_1, @timestamp, NULL))",
        f"last_step = MAX(CASE(sigma_step_{last}, @timestamp, NULL))",
    ]
    if last == 2:
        return [
            f"| STATS {', '.join([*times, bounds])}{by}",
            "| WHERE first_step <= last_step",
        ]
    group = by.removeprefix(" BY ")
    kept = ", ".join(filter(None, ["first_time", "last_time", group]))
    middle = "middle_step = VALUES(CASE(sigma_step_2, @timestamp, NULL))"
    return [
        f"| STATS {', '.join([*times, middle, bounds])}{by}",
        "| MV_EXPAND middle_step",
        "| WHERE first_step <= middle_step AND middle_step <= last_step",
        f"| STATS middle_events = COUNT(*) BY {kept}",
    ]
