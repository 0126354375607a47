"""Correlations in ES|QL: one STATS for each stretch of time that a run looks at (`windows`).

The stretches are those of a window that slides from run to run; a group that is right in several of
them is one row, with all that the alert is about: the first and last time, the entities, and the
values of the fields that the members look at. An event counts in each stretch that it lies in.
Ordered steps are exact for two (the first of one before the last of the other) and for three (a
middle event between them).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sigmapack.compiling.product import Part
from sigmapack.content.correlation import PERIOD, Correlation
from sigmapack.content.model import Refused
from sigmapack.targets.ecs.fields import kind
from sigmapack.targets.elastic import windows
from sigmapack.targets.elastic.columns import shown
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
    marks = [
        f"sigma_step_{number} = "
        + " OR ".join(f"COALESCE({parts[name].condition}, FALSE)" for name in step)
        for number, step in enumerate(correlation.steps, 1)
    ]
    groups = [f"sigma_{_plain(name)} = {value(fields)}" for name, fields in keys.items()]
    names = [group.partition(" ")[0] for group in groups]
    if counted:
        groups.append(f"sigma_value = {value(counted)}")
    anywhere = " OR ".join(f"sigma_step_{n}" for n in range(1, len(correlation.steps) + 1))
    present = "".join(f" AND {name} IS NOT NULL" for name in names)
    whole = span(60 * windows.back(correlation.seconds))
    columns = seen(parts, keys, counted)
    steps, results = _stats(correlation, names, columns)
    lines = [
        f"FROM {', '.join(index)}",
        f"| WHERE @timestamp >= NOW() - {whole} AND ({' OR '.join(places)})",
        "| EVAL " + ",\n    ".join([*marks, *groups]),
        f"| WHERE ({anywhere}){present}",
        *_stretches(correlation),
        *steps,
        *_once(names, results, columns),
        *_renamed(names, keys),
        *_sorted(counted if not names else []),
    ]
    return "\n".join(lines)


def seen(parts: Mapping[str, Part], keys: Mapping[str, list[str]], counted: list[str]) -> list[str]:
    """The fields whose values stand in the alert, but for those that it is grouped by."""
    known = {fields[0] for fields in keys.values() if len(set(fields)) == 1}
    found = {name for part in parts.values() for name in shown(part.condition)}
    told = ("keyword", "hash", "ip")
    named = {field for field in found if field != "@timestamp" and kind(field) in told}
    return sorted({*named, *counted} - known)


def _stretches(correlation: Correlation) -> list[str]:
    """Every event once for each stretch of time that it lies in, by how long ago that ended."""
    ends = ", ".join(str(60 * minutes) for minutes in windows.offsets(correlation.seconds))
    return [
        '| EVAL sigma_age = GREATEST(0, DATE_DIFF("seconds", @timestamp, NOW())),',
        f"    sigma_end = [{ends}]",
        "| MV_EXPAND sigma_end",
        f"| WHERE sigma_age >= sigma_end AND sigma_age < sigma_end + {correlation.seconds}",
    ]


def _values(fields: list[str]) -> list[str]:
    return [f"{field_name(field)} = VALUES({field_name(field)})" for field in fields]


def _stats(
    correlation: Correlation, names: list[str], fields: list[str]
) -> tuple[list[str], list[str]]:
    """The commands that leave the stretches in which the correlation is right, and their counts."""
    bounds = ["first_time = MIN(@timestamp)", "last_time = MAX(@timestamp)", *_values(fields)]
    by = f"BY {', '.join(['sigma_end', *names])}"
    operator = OPERATORS[correlation.operator]
    if correlation.type in ("event_count", "value_count"):
        name, count = _count(correlation)
        counts = [f"{name} = {count}"]
        return [
            f"| STATS {_listed([*counts, *bounds], by)}",
            f"| WHERE {name} {operator} {correlation.count}",
        ], [name]
    if correlation.type == "temporal":
        counts = [f"step_{n} = COUNT(CASE(sigma_step_{n}, 1, NULL))" for n in _steps(correlation)]
        return [
            f"| STATS {_listed([*counts, *bounds], by)}",
            f"| WHERE {' AND '.join(f'step_{n} > 0' for n in _steps(correlation))}",
        ], [f"step_{n}" for n in _steps(correlation)]
    if correlation.type == "temporal_ordered":
        return _ordered(correlation, by, bounds), []
    raise Refused(f"ES|QL has no template for {correlation.type}")


def _count(correlation: Correlation) -> tuple[str, str]:
    """What is counted, as an alert shows it, and how."""
    if correlation.type == "event_count":
        return "event_count", "COUNT(*)"
    if correlation.value_field == PERIOD:
        return "periods", f"COUNT_DISTINCT(DATE_TRUNC({span(correlation.period)}, @timestamp))"
    return "value_count", "COUNT_DISTINCT(sigma_value)"


def _steps(correlation: Correlation) -> range:
    return range(1, len(correlation.steps) + 1)


def _ordered(correlation: Correlation, by: str, bounds: list[str]) -> list[str]:
    last = len(correlation.steps)
    if last not in (2, 3):
        raise Refused("the ES|QL query orders two or three steps, not more")
    times = [
        "first_step = MIN(CASE(sigma_step_1, @timestamp, NULL))",
        f"last_step = MAX(CASE(sigma_step_{last}, @timestamp, NULL))",
    ]
    if last == 2:
        return [f"| STATS {_listed([*times, *bounds], by)}", "| WHERE first_step <= last_step"]
    middle = "middle_step = VALUES(CASE(sigma_step_2, @timestamp, NULL))"
    return [
        f"| STATS {_listed([*times, middle, *bounds], by)}",
        "| MV_EXPAND middle_step",
        "| WHERE first_step <= middle_step AND middle_step <= last_step",
    ]


def _once(names: list[str], results: list[str], fields: list[str]) -> list[str]:
    """One row a group, of all stretches in which it was found; none where there is none."""
    whole = [f"{name} = MAX({name})" for name in results]
    whole += ["first_time = MIN(first_time)", "last_time = MAX(last_time)", *_values(fields)]
    if names:
        return ["| STATS " + _listed(whole, f"BY {', '.join(names)}")]
    return [f"| STATS {_listed(whole)}", "| WHERE first_time IS NOT NULL"]


def _listed(parts: list[str], by: str = "") -> str:
    """What a STATS makes, a line each, and by what."""
    return ",\n    ".join(parts) + (f"\n  {by}" if by else "")


def _sorted(counted: list[str]) -> list[str]:
    """What is counted over all groups in one order: repeats of an alert are told by its values."""
    names = [field_name(field) for field in dict.fromkeys(counted)]
    return [f"| EVAL {', '.join(f'{name} = MV_SORT({name})' for name in names)}"] if names else []


def _renamed(names: list[str], keys: Mapping[str, list[str]]) -> list[str]:
    """The groups under the fields' own names, for the alert, where all members have the same."""
    same = [
        f"{name} AS {field_name(fields[0])}"
        for name, fields in zip(names, keys.values(), strict=True)
        if len(set(fields)) == 1
    ]
    return [f"| RENAME {', '.join(same)}"] if same else []


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", name.lower())
