"""Kusto Query Language, shared by Sentinel and Defender: conditions, and correlations by joins.

String operators and their case: https://learn.microsoft.com/kusto/query/datatypes-string-operators.
pySigma's kusto backend (1.0.1) quotes some fields twice and takes `null` for what KQL keeps as an
empty string; its pipelines have no table for DNS. None of it is used here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sigma.types import SigmaString

from sigmapack.backend import ConditionBackend, regex_body, shape
from sigmapack.model import Correlation, Part, Refused

OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "==", "neq": "!="}
WORDS = {"prefix": "startswith", "suffix": "endswith", "contains": "contains"}


def literal(text: str) -> str:
    """A string literal; verbatim where it has backslashes, as people write paths."""
    if "\\" in text:
        return '@"' + text.replace('"', '""') + '"'
    return '"' + text.replace('"', '\\"') + '"'


class Backend(ConditionBackend):
    """Conditions of `where`. `=~`, `in~`, `startswith`, `endswith`, `contains` ignore case."""

    def strings(self, field: str, values: Sequence[SigmaString]) -> str:
        """`in~` for whole values, an operator each for the others, `matches regex` else."""
        shapes = [shape(value) for value in values]
        exact = [literal(s.text) for s in shapes if s.kind == "exact"]
        parts = [f"{field} =~ {exact[0]}"] if len(exact) == 1 else []
        if len(exact) > 1:
            parts = [f"{field} in~ ({', '.join(exact)})"]
        for found in shapes:
            if found.kind in WORDS:
                parts.append(f"{field} {WORDS[found.kind]} {literal(found.text)}")
            elif found.kind == "pattern" and not any(isinstance(t, str) for t in found.tokens):
                parts.append(self.exists(field))
            elif found.kind == "pattern":
                body = regex_body(found.tokens, r"\.^$*+?()[]{}|")
                parts.append(f"{field} matches regex {literal(f'(?is)^{body}$')}")
        return parts[0] if len(parts) == 1 else f"({self._joined('or', parts)})"

    def number(self, field: str, operator: str, value: int | float) -> str:
        """Numbers are compared as numbers, whatever the column's type."""
        return f"toreal({field}) {'==' if operator == '=' else operator} {value}"

    def absent(self, field: str) -> str:
        """Strings are never null in KQL."""
        return f"isempty({field})"

    def exists(self, field: str) -> str:
        """Strings are never null in KQL."""
        return f"isnotempty({field})"

    def regex(self, field: str, pattern: str, insensitive: bool) -> str:
        """RE2 syntax, as Sigma's are mostly."""
        return f"{field} matches regex {literal(('(?i)' if insensitive else '') + pattern)}"


def comment(lines: list[str]) -> str:
    """Lines as a comment."""
    return "".join(f"// {line}\n" for line in lines)


def table(expression: str) -> str:
    """A table of `logsources.toml` with its operators on lines of their own."""
    if expression.startswith("union "):
        return expression.replace("union (", "union\n    (").replace("), (", "),\n    (")
    return expression.replace(" | ", "\n| ")


def framed(table: str, condition: str) -> str:
    """A table expression and the condition on it."""
    return f"{table}\n| where {condition}"


class Shown:
    """What a product calls time, and what a result must carry along."""

    def __init__(self, time: str, carried: Sequence[str] = ()) -> None:
        self.time = time
        self.carried = tuple(carried)


def _member(
    correlation: Correlation, part: Part, step: int, names: Mapping[str, str], shown: Shown
) -> str:
    """A member's query, cut down to time, key, step and value."""
    missing = [f for f in (*correlation.group_by, correlation.value_field or "") if f]
    columns = {}
    for name in missing:
        field = correlation.field(name, part.rule.name)
        if field not in names:
            raise Refused(f"{part.rule.logsource.key} has no field for {field}")
        columns[name] = names[field]
    keys = [f"tolower(tostring({columns[name]}))" for name in correlation.group_by]
    key = f'strcat_delim("|", {", ".join(keys)})' if len(keys) > 1 else "".join(keys) or '"all"'
    projected = [f"Time = {shown.time}", f"Key = {key}", f"Step = {step}"]
    projected.append(f'Rule = "{part.rule.name}"')
    if correlation.value_field:
        projected.append(f"Value = tolower(tostring({columns[correlation.value_field]}))")
    projected += shown.carried
    query = part.query.replace("\n", "\n    ")
    filled = "\n    | where isnotempty(Key)" if correlation.group_by else ""
    return f"    ({query}\n    | project {', '.join(projected)}{filled})"


def correlate(
    correlation: Correlation,
    parts: Mapping[str, Part],
    names: Mapping[str, Mapping[str, str]],
    shown: Shown,
) -> str:
    """A correlation with an exact sliding window: no bins, so no pair is missed at an edge.

    Args:
        correlation: what to correlate.
        parts: the member rules by name, converted.
        names: for each member its product columns by Sigma field.
        shown: the column of time, and the columns that a result must carry.

    Raises:
        Refused: a type without a template, or a field without a column.
    """
    members = [
        _member(correlation, parts[name], number, names[name], shown)
        for number, step in enumerate(correlation.steps, 1)
        for name in step
    ]
    head = [
        f"let Window = {correlation.seconds}s;",
        "let Events = materialize (union",
        ",\n".join(members) + ");",
    ]
    return "\n".join([*head, *_body(correlation, shown)])


def _body(correlation: Correlation, shown: Shown) -> list[str]:
    operator, count = OPERATORS[correlation.operator], correlation.count
    last = "".join(f", {name}" for name in shown.carried)
    tail = (
        f"| summarize FirstTime = min(Start), Rules = make_set(Rules), "
        f"arg_max(Time, Matched{last}) by Key"
    )
    pairs = [
        "Events",
        "| join kind=inner (Events | project Key, Earlier = Time, EarlierStep = Step, "
        f"EarlierRule = Rule{', EarlierValue = Value' if correlation.value_field else ''}) on Key",
        "| where Earlier between (Time - Window .. Time)",
    ]
    by = f"by Key, Time{last}"
    if correlation.type == "event_count":
        if operator in ("<", "<=", "!="):
            raise Refused("an upper bound on a count has no template in KQL")
        least = count + 1 if operator == ">" else count
        return [
            "Events",
            "| sort by Key asc, Time asc",
            f"| extend Start = prev(Time, {least - 1}), StartKey = prev(Key, {least - 1})",
            "| where Key == StartKey and Time - Start <= Window",
            f"| extend Matched = {least}, Rules = Rule",
            tail,
        ]
    names = 'strcat_array(array_sort_asc(make_set(EarlierRule)), ", ")'
    window = f"Start = min(Earlier), Rules = {names}"
    if correlation.type == "value_count":
        counted = f"Matched = dcount(EarlierValue, 4), {window}"
        return [*pairs, f"| summarize {counted} {by}", f"| where Matched {operator} {count}", tail]
    steps = len(correlation.steps)
    if correlation.type == "temporal":
        counted = f"Matched = dcount(EarlierStep, 4), {window}"
        return [*pairs, f"| summarize {counted} {by}", f"| where Matched == {steps}", tail]
    if correlation.type == "temporal_ordered":
        return [*_ordered(steps, shown), tail]
    raise Refused(f"KQL has no template for {correlation.type}")


def _ordered(steps: int, shown: Shown) -> list[str]:
    """Step after step by joins, all within the window that the first step opens."""
    lines = ["Events", "| where Step == 1", "| project Key, Start = Time, Reached = Time"]
    for number in range(2, steps + 1):
        lines += [
            f"| join kind=inner (Events | where Step == {number}) on Key",
            "| where Time between (Reached .. Start + Window)",
        ]
        if number < steps:
            lines.append("| project Key, Start, Reached = Time")
    return [*lines, f"| extend Matched = {steps}, Rules = Rule"]


def columns(mapping: Mapping[str, Any]) -> dict[str, str]:
    """A field map with the first column of each field."""
    return {f: c if isinstance(c, str) else c[0] for f, c in mapping.items()}
