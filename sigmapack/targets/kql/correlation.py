"""KQL: correlations as one query, with windows that slide from event to event.

Counting events compares each with the one N-1 before it (`prev` on sorted rows); everything else
joins the events of a key to those that follow within the span. Fixed bins, which miss what happens
across a border, are nowhere used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sigmapack.compiling.product import Part
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Refused
from sigmapack.targets.kql.tables import Table


@dataclass(frozen=True)
class Member:
    """A member rule with the table of its log source."""

    part: Part
    table: Table
    context: tuple[str, ...]
    """Columns that a hit keeps."""
    computer: str
    """The column that names the device."""


def correlate(correlation: Correlation, members: Mapping[str, Member], time: str) -> str:
    """The complete query of a correlation.

    Raises:
        Refused: a condition that no sliding window can show, such as fewer events than N.
    """
    number = correlation.count + (correlation.operator == "gt")
    if correlation.operator not in ("gte", "gt") or number < 1:
        raise Refused("a query at intervals sees only that there are at least so many")
    templates = {
        "event_count": _event_count,
        "value_count": _windows,
        "temporal": _windows,
        "temporal_ordered": _ordered,
    }
    if correlation.type not in templates:
        raise Refused(f"KQL has no template for {correlation.type}")
    hits = _hits(correlation, members, time)
    if _echoes(correlation, members):
        hits = f"{hits}\n{_once(time)}"
    return _with_names(hits, templates[correlation.type](correlation, number, time))


def _hits(correlation: Correlation, members: Mapping[str, Member], time: str) -> str:
    """The member queries as one table of hits."""
    queries = []
    for step, names in enumerate(correlation.steps, 1):
        for name in names:
            member = members[name]
            keys = [_column(correlation, group, member) for group in correlation.group_by]
            key = f'strcat_delim("|", {", ".join(keys)})' if keys[1:] else (*keys, '""')[0]
            value = ""
            if correlation.value_field:
                value = _column(correlation, correlation.value_field, member)
                value = f", SigmaValue = {value}"
            if _echoes(correlation, members):
                echo, shared = member.table.echo or ("false", '""')
                value += f",\n    SigmaEcho = {echo}, SigmaShared = {shared}"
            made = [*member.context, *keys, value]
            extends = [
                f"\n| extend {text}"
                for text in member.table.extends(" ".join(made))
                if f"| extend {text}" not in member.part.query
            ]
            columns = ", ".join([time, *member.context])
            queries.append(
                f"{member.part.query}{''.join(extends)}\n| project {columns},\n"
                f'    SigmaRule = "{name}", SigmaStep = {step}, SigmaKey = {key}{value}'
            )
    kept = ("SigmaKey", "SigmaValue") if correlation.value_field else ("SigmaKey",)
    lower = [f"{name} = tolower({name})" for name in kept]
    wanted = ["isnotempty(SigmaKey)"] if correlation.group_by else []
    wanted += ["isnotempty(SigmaValue)"] if correlation.value_field else []
    where = f"\n| extend {', '.join(lower)}"
    where += f"\n| where {' and '.join(wanted)}" if wanted else ""
    if len(queries) == 1:
        return queries[0] + where
    listed = ",\n".join(f"({query})".replace("\n", "\n    ") for query in queries)
    return f"union\n{listed}{where}"


def _echoes(correlation: Correlation, members: Mapping[str, Member]) -> bool:
    """Whether events are counted that a table has twice."""
    return correlation.type == "event_count" and any(m.table.echo for m in members.values())


def _once(time: str) -> str:
    """Leaves out second reports beside the first, which come within seconds of it."""
    near = [
        f"SigmaKey == {side}(SigmaKey) and SigmaShared == {side}(SigmaShared)"
        f" and {side}(SigmaEcho) == false and {gap} <= 5s"
        for side, gap in (
            ("prev", f"{time} - prev({time})"),
            ("next", f"next({time}) - {time}"),
        )
    ]
    return "\n".join(
        [
            f"| sort by SigmaKey asc, SigmaShared asc, {time} asc",
            f"| extend SigmaAfter = {near[0]},",
            f"    SigmaBefore = {near[1]}",
            "| where not(SigmaEcho and (SigmaAfter or SigmaBefore))",
            "| project-away SigmaEcho, SigmaShared, SigmaAfter, SigmaBefore",
        ]
    )


def _column(correlation: Correlation, name: str, member: Member) -> str:
    field = correlation.field(name, member.part.rule.name)
    if field == "Computer":
        return member.computer
    mapping = member.table.fields
    if field not in mapping:
        raise Refused(f"{member.part.rule.logsource.key} has no field for {field}")
    column = mapping[field]
    return column if isinstance(column, str) else column[0]


def span(seconds: int) -> str:
    """A timespan literal in the largest unit that it is a whole number of."""
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _event_count(correlation: Correlation, number: int, time: str) -> str:
    if number == 1:
        return f"Hits\n| summarize arg_max({time}, *) by SigmaKey"
    before = number - 1
    return "\n".join(
        [
            "Hits",
            f"| sort by SigmaKey asc, {time} asc",
            f"| extend FirstSeen = prev({time}, {before}), FirstKey = prev(SigmaKey, {before})",
            f"| where SigmaKey == FirstKey and {time} - FirstSeen <= {span(correlation.seconds)}",
            f"| summarize arg_max({time}, *) by SigmaKey",
            "| project-away FirstKey",
        ]
    )


def _windows(correlation: Correlation, number: int, time: str) -> str:
    """From every hit of a key that has enough in all: what follows within the span."""
    counted = "SigmaStep" if correlation.type == "temporal" else "SigmaValue"
    number = len(correlation.steps) if correlation.type == "temporal" else number
    return "\n".join(
        [
            "let Keys = Hits",
            f"| summarize Seen = make_set({counted}) by SigmaKey",
            f"| where array_length(Seen) >= {number}",
            "| project SigmaKey;",
            "Hits",
            "| where SigmaKey in (Keys)",
            f"| distinct SigmaKey, {time}",
            f"| project-rename FirstSeen = {time}",
            "| join kind=inner (Hits) on SigmaKey",
            "| project-away SigmaKey1",
            f"| where {time} between (FirstSeen .. (FirstSeen + {span(correlation.seconds)}))",
            f"| summarize Seen = make_set({counted}), SigmaRules = make_set(SigmaRule),"
            f" arg_max({time}, *) by SigmaKey, FirstSeen",
            f"| where array_length(Seen) >= {number}",
            "| summarize arg_max(FirstSeen, *) by SigmaKey",
            "| project-away Seen",
        ]
    )


def _ordered(correlation: Correlation, number: int, time: str) -> str:
    """From every hit of the first step: the earliest hit of the next one, and so on."""
    lines = [
        "Hits",
        "| where SigmaStep == 1",
        f"| project SigmaKey, FirstRule = SigmaRule, FirstSeen = {time}, Reached = {time}",
    ]
    last = len(correlation.steps)
    for step in range(2, last + 1):
        lines += [
            f"| join kind=inner (Hits | where SigmaStep == {step}) on SigmaKey",
            f"| where {time} between (Reached .. (FirstSeen + {span(correlation.seconds)}))",
        ]
        if step < last:
            lines.append(f"| summarize Reached = min({time}) by SigmaKey, FirstRule, FirstSeen")
    return "\n".join(
        [
            *lines,
            f"| summarize arg_max({time}, *) by SigmaKey",
            "| project-away SigmaKey1, Reached",
        ]
    )


def _with_names(hits: str, rest: str) -> str:
    """The query; a list or an expression that comes more than once is named and said once."""
    lets = []
    strings = r'\((?:"[^"\\]*"(?:, )?)+\)'
    for name, found in (
        ("Indicators", rf"(?<=has_any ){strings}"),
        ("Values", rf"(?<=in~ ){strings}"),
        ("Pattern", r'(?<=matches regex )@"(?:[^"]|"")*"'),
    ):
        texts = [text for text in re.findall(found, hits) if len(text) > 60]
        repeated = [text for text in dict.fromkeys(texts) if texts.count(text) > 1]
        for number, text in enumerate(repeated, 1):
            short = f"{name}{number}"
            value = text if name == "Pattern" else f"dynamic([{text[1:-1]}])"
            hits = hits.replace(text, short if name == "Pattern" else f"({short})")
            lets.append(f"let {short} = {value};\n")
    return f"{''.join(lets)}let Hits = materialize(\n{_indent(hits)}\n);\n{rest}"


def _indent(text: str) -> str:
    return "    " + text.replace("\n", "\n    ")


def hits(text: str) -> set[str]:
    """The columns that the hits of a correlation keep."""
    kept = re.findall(r"\| project ([^=\n]+),\n\s+SigmaRule =", text)
    return {name.strip() for part in kept for name in part.split(",")}
