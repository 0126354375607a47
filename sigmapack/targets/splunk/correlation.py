"""Splunk: correlations by `streamstats`, whose window slides.

pySigma's own correlations (its backend 2.1.0) use fixed time bins: a pair across an edge is missed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sigmapack.compiling.product import Part
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Refused, Sources
from sigmapack.targets.splunk.fields import field_map

OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "==", "neq": "!="}


def _key(name: str) -> str:
    """A group-by or value field as a field name that needs no quotes in any command."""
    return f"sigma_{re.sub(r'[^A-Za-z0-9_]', '_', name)}"


def _keys(correlation: Correlation, member: Part) -> str:
    """The `eval` that gives a member's events the correlation's own field names."""
    mapping = field_map(member.rule.logsource)
    wanted = [*correlation.group_by, *filter(None, [correlation.value_field])]
    evals = []
    for name in dict.fromkeys(wanted):
        field = correlation.field(name, member.rule.name)
        product = mapping.get(field, field)
        sources = [product] if isinstance(product, str) else product
        quoted = ", ".join(f"'{source}'" for source in sources)
        value = f"coalesce({quoted})" if len(sources) > 1 else quoted
        evals.append(f"{_key(name)}=lower({value})")
    return "".join(f", {item}" for item in evals)


def _window(correlation: Correlation) -> tuple[str, str]:
    """The aggregations of the sliding window, and the condition on them."""
    operator = OPERATORS[correlation.operator]
    if correlation.type == "event_count":
        return "count as event_count", f"event_count {operator} {correlation.count}"
    if correlation.type == "value_count":
        value = f"dc({_key(str(correlation.value_field))}) as value_count"
        return value, f"value_count {operator} {correlation.count}"
    if correlation.type == "temporal":
        steps = range(1, len(correlation.steps) + 1)
        seen = " ".join(f"count(eval(sigma_step={n})) as step_{n}" for n in steps)
        return seen, " AND ".join(f"step_{n} > 0" for n in steps)
    if correlation.type == "temporal_ordered":
        last = len(correlation.steps)
        return "", (f"sigma_step = {last} AND _time - chain_{last - 1} <= {correlation.seconds}")
    raise Refused(f"SPL has no template for {correlation.type}")


def _chains(correlation: Correlation, by: str) -> list[str]:
    """For ordered steps: chain_N is when the latest chain of steps 1 to N so far began."""
    lines = []
    for number in range(1, len(correlation.steps)):
        begun = f"chain_{number - 1}" if number > 1 else "_time"
        lines += [
            f"| eval chain_{number}=if(sigma_step={number}, {begun}, null())",
            f"| streamstats max(chain_{number}) as chain_{number}{by}",
        ]
    return lines


def correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    aggregations, condition = _window(correlation)
    searches = []
    for number, step in enumerate(correlation.steps, 1):
        for name in step:
            part = parts[name]
            marks = f'sigma_rule="{name}", sigma_step={number}{_keys(correlation, part)}'
            searches.append(f"{part.query}\n| eval {marks}")
    if len(searches) == 1:
        base = searches[0]
    else:
        base = "| multisearch\n" + "\n".join(f"  [ search {search} ]" for search in searches)
    by = "".join(f" {_key(name)}" for name in correlation.group_by)
    by = f" by{by}" if by else ""
    ordered = correlation.type == "temporal_ordered"
    return "\n".join(
        [
            base,
            "| sort 0 _time",
            *(_chains(correlation, by) if ordered else []),
            f"| streamstats time_window={correlation.seconds}s {aggregations}".rstrip()
            + f" values(sigma_rule) as sigma_rules{by}",
            f"| where {condition}",
            "| stats min(_time) as first_time max(_time) as last_time count "
            f"values(sigma_rules) as sigma_rules{by}",
        ]
    )
