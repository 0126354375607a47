"""KQL: correlations as one query: the hits of all members in one table, and what follows of them.

A hit keeps what its alert has to say: whom it concerns, and the indicator that it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sigmapack.compiling.product import Part
from sigmapack.content.correlation import PERIOD, Correlation
from sigmapack.content.model import Refused
from sigmapack.targets.kql import windows
from sigmapack.targets.kql.heads import shared
from sigmapack.targets.kql.tables import Table

#: Sigma fields that hold what a rule looked for: of a table the first that it has.
INDICATORS = (
    "QueryName",
    "DestinationHostname",
    "c-uri",
    "TargetFilename",
    "ImageLoaded",
    "FilePath",
    "ObjectName",
    "TargetObject",
    "PipeName",
    "ThreatName",
    "Data",
    "Image",
    "ScriptBlockText",
)


@dataclass(frozen=True)
class Member:
    """A member rule with the table of its log source."""

    part: Part
    table: Table
    context: tuple[str, ...]
    """Columns that a hit keeps."""
    computer: str
    """The column that names the device."""
    account: str
    """The column that names the account; empty where the table has none."""

    @property
    def indicator(self) -> str:
        """The column that holds what the rule looked for."""
        found = next((name for name in INDICATORS if name in self.table.fields), "")
        return self.table.column(found) if found else '""'


def correlate(
    correlation: Correlation,
    members: Mapping[str, Member],
    time: str,
    more: tuple[str, str] = ("", ""),
) -> str:
    """The complete query of a correlation.

    Args:
        correlation: what is correlated.
        members: rule -> its query and table.
        time: the column of the time.
        more: a further column of every hit, as an assignment in each member's query, and as
            one to all hits.

    Raises:
        Refused: a condition that no sliding window can show, such as fewer events than N.
    """
    number = correlation.count + (correlation.operator == "gt")
    if correlation.operator not in ("gte", "gt") or number < 1:
        raise Refused("a query at intervals sees only that there are at least so many")
    if correlation.type not in windows.TEMPLATES:
        raise Refused(f"KQL has no template for {correlation.type}")
    heads, hits = _hits(correlation, members, time, more)
    if _echoes(correlation, members):
        hits = f"{hits}\n{_once(time)}"
    return heads + _with_names(hits, windows.rows(correlation, number, time))


def _hits(
    correlation: Correlation, members: Mapping[str, Member], time: str, more: tuple[str, str]
) -> tuple[str, str]:
    """What several member queries begin with, named; and the queries as one table of hits."""
    echoes = _echoes(correlation, members)
    of = {name: _key(correlation, member) for name, member in members.items()}
    # A key that all hits have in one column is made of that once, since queries have a limit.
    one = next(iter(of.values())) if len(set(of.values())) == 1 else ""
    common = one and all(one in member.context for member in members.values())
    queries = [
        _member(correlation, members[name], step, time, echoes, more[0], "" if common else of[name])
        for step, names in enumerate(correlation.steps, 1)
        for name in names
    ]
    lower = [f"SigmaKey = tolower({one if common else 'SigmaKey'})"]
    lower += ["SigmaValue = tolower(SigmaValue)"] if correlation.value_field else []
    lower += [more[1]] if more[1] else []
    wanted = ["isnotempty(SigmaKey)"] if correlation.group_by else []
    wanted += ["isnotempty(SigmaValue)"] if correlation.value_field else []
    where = f"\n| extend {', '.join(lower)}"
    where += f"\n| where {' and '.join(wanted)}" if wanted else ""
    if len(queries) == 1:
        return "", queries[0] + where
    heads, queries = shared(queries)
    listed = ",\n".join(f"({query})".replace("\n", "\n    ") for query in queries)
    return heads, f"union\n{listed}{where}"


def _member(
    correlation: Correlation,
    member: Member,
    step: int,
    time: str,
    echoes: bool,
    more: str,
    key: str,
) -> str:
    """A member's query, of which each row is one hit; an empty key is made of all hits."""
    rule = member.part.rule
    made = [f'SigmaRule = "{rule.name}"']
    made += [f"SigmaStep = {step}"] if correlation.steps[1:] else []
    made += [f"SigmaKey = {key}"] if key else []
    if correlation.value_field:
        made.append(f"SigmaValue = {_value(correlation, member, time)}")
    made.append(f"SigmaIndicator = {member.indicator}")
    made += [f"SigmaAccount = {member.account}"] if member.account else []
    made += [more] if more else []
    line = ", ".join(made)
    if echoes:
        echo, shared = member.table.echo or ("false", '""')
        line += f",\n    SigmaEcho = {echo}, SigmaShared = {shared}"
    extends = [
        f"\n| extend {text}"
        for text in member.table.extends(" ".join([*member.context, line]))
        if f"| extend {text}" not in member.part.query
    ]
    columns = ", ".join([time, *member.context])
    return f"{member.part.query}{''.join(extends)}\n| project {columns},\n    {line}"


def _key(correlation: Correlation, member: Member) -> str:
    """What tells the hits of one entity from those of another."""
    keys = [_column(correlation, group, member) for group in correlation.group_by]
    return f'strcat_delim("|", {", ".join(keys)})' if keys[1:] else (*keys, '""')[0]


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


def _value(correlation: Correlation, member: Member, time: str) -> str:
    """What is counted: a column, or the period in which the event lies."""
    if correlation.value_field == PERIOD:
        return f"tostring(bin({time}, {windows.span(correlation.period)}))"
    return _column(correlation, str(correlation.value_field), member)


def _column(correlation: Correlation, name: str, member: Member) -> str:
    field = correlation.field(name, member.part.rule.name)
    if field == "Computer":
        return member.computer
    if field not in member.table.fields:
        raise Refused(f"{member.part.rule.logsource.key} has no field for {field}")
    return member.table.column(field)


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
    return f"{''.join(lets)}let Hits = materialize(\n{hits}\n);\n{rest}"


def hits(text: str) -> set[str]:
    """The columns that the hits of a correlation keep."""
    kept = re.findall(r"\| project ([^=\n]+),\n\s+SigmaRule =", text)
    return {name.strip() for part in kept for name in part.split(",")}
