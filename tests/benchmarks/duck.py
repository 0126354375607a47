"""The pack's rules on Sysmon as one script of SQL for DuckDB, which reads JSON Lines itself.

What a person would write who has DuckDB alone: the events' fields as columns of a table, an OR list
of one field merged into one caseless regular expression, each rule a query on its event's id. Rules
on other log sources are left out, since the benchmark's events are of Sysmon.

    python tests/benchmarks/duck.py EVENTS.jsonl > rules.sql
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.rule import SigmaRule
from sigma.types import SigmaNumber, SigmaRegularExpression, SigmaString, SpecialChars

from sigmapack.compiling.compile import resolved
from sigmapack.content.load import load
from sigmapack.content.model import Rule
from sigmapack.events.windows import SYSMON, channel_map

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = {"EventID": "INTEGER", "Channel": "VARCHAR", "Computer": "VARCHAR"}
OTHERS = {
    SpecialChars.WILDCARD_MULTI: ".*",
    SpecialChars.WILDCARD_SINGLE: ".",
}


def script(path: Path) -> str:
    """All statements: they make the table, and count each rule's matches."""
    content = load(ROOT)
    channels = channel_map(content.sources)
    ids: dict[str, set[int]] = {}
    for (channel, number), sources in channels.items():
        for source in sources if channel == SYSMON and number else ():
            ids.setdefault(source.category or "", set()).add(int(number or 0))
    wanted = [
        rule
        for rule in resolved(content).rules
        if not rule.is_correlation
        and rule.logsource.product == "windows"
        and rule.logsource.category in ids
    ]
    queries = [_query(rule, sorted(ids[rule.logsource.category or ""])) for rule in wanted]
    names = sorted({name for _, fields in queries for name in fields} - SYSTEM.keys())
    data = ", ".join(f'"{name}" VARCHAR' for name in names)
    system = ", ".join(f'"{name}" {kind}' for name, kind in SYSTEM.items())
    columns = f"{{Event: 'STRUCT(System STRUCT({system}), EventData STRUCT({data}))'}}"
    lines = [
        f"CREATE TABLE logs AS SELECT unnest(Event.System), unnest(Event.EventData) FROM read_json("
        f"'{path}', format = 'newline_delimited', columns = {columns})",
        *(query for query, _ in queries),
    ]
    return ";\n".join(lines)


def _query(rule: Rule, ids: Sequence[int]) -> tuple[str, set[str]]:
    fields: set[str] = set()
    parsed = SigmaRule.from_dict(rule.copy()).detection.parsed_condition
    found = " OR ".join(f"({_sql(each.parsed, fields)})" for each in parsed)
    numbers = ", ".join(map(str, ids))
    return f"SELECT count(*) FROM logs WHERE EventID IN ({numbers}) AND ({found})", fields


def _sql(node: Any, fields: set[str]) -> str:
    if isinstance(node, ConditionNOT):
        return f"NOT coalesce({_sql(node.args[0], fields)}, false)"
    if isinstance(node, ConditionAND):
        return "(" + " AND ".join(_sql(each, fields) for each in node.args) + ")"
    if isinstance(node, ConditionOR):
        return "(" + " OR ".join(_merged(node.args, fields)) + ")"
    return _compared(node.field, [node.value], fields)


def _merged(nodes: Sequence[Any], fields: set[str]) -> Iterator[str]:
    """The alternatives, of which those that are texts of one field are one."""
    texts: dict[str, list[Any]] = {}
    for node in nodes:
        if isinstance(getattr(node, "value", None), SigmaString):
            texts.setdefault(node.field, []).append(node.value)
        else:
            yield _sql(node, fields)
    for field, values in texts.items():
        yield _compared(field, values, fields)


def _compared(field: str, values: Sequence[Any], fields: set[str]) -> str:
    fields.add(field)
    (first, *_) = values
    if isinstance(first, SigmaString):
        found = "(?is)^(?:" + "|".join(map(_expression, values)) + ")$"
        return f"""regexp_matches("{field}", '{found.replace("'", "''")}')"""
    if isinstance(first, SigmaNumber):
        return f"\"{field}\" = '{first.number}'"
    if isinstance(first, SigmaRegularExpression):
        return f"""regexp_matches("{field}", '{str(first.regexp).replace("'", "''")}')"""
    return f'"{field}" IS NULL' if first is None or "Null" in type(first).__name__ else "true"


def _expression(value: SigmaString) -> str:
    return "".join(OTHERS[p] if p in OTHERS else re.escape(str(p)) for p in value.s)


if __name__ == "__main__":
    print(script(Path(sys.argv[1])))
