"""Loki: correlations as metric queries over range vectors, which slide.

Every alternative becomes one vector with the labels `sigma_key`, `sigma_rule` (and `sigma_value`);
`or` unites vectors that differ in a label, so none is lost. A range leaves out its very beginning:
two events exactly a span apart do not count as within it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from sigmapack.compiling.product import Part
from sigmapack.content.correlation import PERIOD, Correlation
from sigmapack.content.model import Refused
from sigmapack.content.text import BREAKS
from sigmapack.targets.loki.fields import ARRAYS, SYSTEM, field_map

OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "==", "neq": "!="}
LONGEST = 30 * 86400 + 3600


def quoted(text: str) -> str:
    """A LogQL string: raw in backticks, or in quotes where it has one, or several lines.

    In quotes it is a string of Go, which takes the escapes of JSON (https://go.dev/ref/spec).
    """
    if not re.search(f"[`{BREAKS}]", text):
        return f"`{text}`"
    return json.dumps(text, ensure_ascii=False)


def correlate(correlation: Correlation, parts: Mapping[str, Part]) -> str:
    """A correlation as one metric query; it is evaluated at an instant, over the span before it.

    Raises:
        Refused: the span is longer than Loki lets a query be by default (`max_query_length`).
    """
    if correlation.seconds > LONGEST:
        raise Refused("Loki's default limit for the length of a query is 30 days and one hour")
    operator, count = OPERATORS[correlation.operator], correlation.count
    if correlation.type == "event_count":
        return f"{_sum(_united(correlation, parts, 0))} {operator} {count}"
    if correlation.type == "value_count":
        keys = "sigma_key, sigma_value" if correlation.group_by else "sigma_value"
        inner = f"sum by ({keys}) (\n{_united(correlation, parts, 0)}\n)"
        by = " by (sigma_key)" if correlation.group_by else ""
        return f"count{by} (\n{inner}\n) {operator} {count}"
    numbers = range(len(correlation.steps))
    if correlation.type == "temporal":
        return "\nand\n".join(f"({_sum(_united(correlation, parts, n))} > 0)" for n in numbers)
    if correlation.type == "temporal_ordered":
        pairs = [
            f"({_time(correlation, parts, n, 'min')}\n<= on (sigma_key)\n"
            f"{_time(correlation, parts, n + 1, 'max')})"
            for n in numbers[:-1]
        ]
        return "\nand on (sigma_key)\n".join(pairs)
    raise Refused(f"LogQL has no template for {correlation.type}")


def _sum(vector: str) -> str:
    return f"sum by (sigma_key) (\n{vector}\n)"


def _united(correlation: Correlation, parts: Mapping[str, Part], step: int) -> str:
    labels = "sigma_key, sigma_rule"
    labels += ", sigma_value" if correlation.value_field else ""
    vectors = [
        f"sum by ({labels}) (count_over_time(\n{_marked(correlation, parts[name])}\n"
        f"[{correlation.seconds}s]))"
        for name in correlation.steps[step]
    ]
    return "\nor\n".join(vectors)


def _time(correlation: Correlation, parts: Mapping[str, Part], step: int, which: str) -> str:
    """When a step first (`min`) or last (`max`) happened in the span, by key, in milliseconds."""
    vectors = [
        f"{which} by (sigma_key, sigma_rule) ({which}_over_time(\n"
        f"{_marked(correlation, parts[name])}\n| label_format "
        "sigma_time=`{{ __timestamp__ | unixEpochMillis }}`\n| unwrap sigma_time\n"
        f"[{correlation.seconds}s]))"
        for name in correlation.steps[step]
    ]
    united = "\nor\n".join(vectors)
    return f"{which} by (sigma_key) (\n{united}\n)"


def _marked(correlation: Correlation, part: Part) -> str:
    """A member's query with the labels of the correlation."""
    name = part.rule.name
    wanted = [correlation.field(field, name) for field in correlation.group_by]
    key = "|".join("{{ ToLower ." + _label(part, field) + " }}" for field in wanted) or "all"
    labels = [f"sigma_key=`{key}`", f"sigma_rule=`{name}`"]
    if correlation.value_field == PERIOD:
        labels.append(
            f"sigma_value=`{{{{ div (__timestamp__ | unixEpoch) {correlation.period} }}}}`"
        )
    elif correlation.value_field:
        value = _label(part, correlation.field(correlation.value_field, name))
        labels.append("sigma_value=`{{ ToLower ." + value + " }}`")
    return f"{part.query}\n| label_format {', '.join(labels)}"


def _label(part: Part, field: str) -> str:
    found = field_map(part.rule, field)[field]
    label = found if isinstance(found, str) else found[0]
    if label in ARRAYS:
        raise Refused(f"{field} is a list: it cannot be a key")
    windows = part.rule.logsource.product == "windows"
    if windows and label not in SYSTEM and f"(?P<{label}>" not in part.query:
        raise Refused(f"{part.rule.name} does not read {field}")
    return label
