"""Splunk: correlations by `streamstats`, whose window slides.

pySigma's own correlations (its backend 2.1.0) use fixed time bins: a pair across an edge is missed.
What the commands do: https://help.splunk.com/en/splunk-enterprise/spl-search-reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sigmapack.compiling.product import Part
from sigmapack.content.correlation import PERIOD, Correlation
from sigmapack.content.model import Refused, Sources
from sigmapack.targets.splunk import entities

OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "==", "neq": "!="}
#: With the offset, for whoever reads an alert elsewhere.
READABLE = "%Y-%m-%dT%H:%M:%S%z"


def key(correlation: Correlation, name: str) -> str:
    """A group-by or value field as alerts call it; its own name where alerts have none for it."""
    if name == PERIOD:
        return "sigma_period"
    known = {**entities.MACHINES, **entities.MATCHED}
    aliases = correlation.aliases.get(name, {})
    found = {known.get(field) for field in aliases.values() or [name]}
    if len(found) == 1 and None not in found:
        return str(found.pop())
    return f"sigma_{re.sub(r'[^A-Za-z0-9_]', '_', name)}"


def keys(correlation: Correlation) -> list[str]:
    """The fields of a result that name whom it is about."""
    return [key(correlation, name) for name in correlation.group_by]


def _marks(correlation: Correlation, member: Part) -> str:
    """The `eval` that gives a member's events the correlation's own field names."""
    wanted = [*correlation.group_by, *filter(None, [correlation.value_field])]
    evals = {}
    for name in dict.fromkeys(wanted):
        if name == PERIOD:
            evals[key(correlation, name)] = f"floor(_time/{correlation.period})"
            continue
        field = correlation.field(name, member.rule.name)
        said = entities.expression(member.rule.logsource, field, "")
        evals[key(correlation, name)] = f"lower({said})"
    own = entities.told(member.rule.logsource)
    shown = {name: said for name, said in evals.items() if own.get(name) != said}
    return "".join(f", {name}={said}" for name, said in shown.items())


def _window(correlation: Correlation) -> tuple[str, str]:
    """The aggregations of the sliding window, and the condition on them."""
    operator = OPERATORS[correlation.operator]
    if correlation.type == "event_count":
        return "", f"event_count {operator} {correlation.count}"
    if correlation.type == "value_count":
        value = f"dc({key(correlation, str(correlation.value_field))}) as value_count "
        return value, f"value_count {operator} {correlation.count}"
    if correlation.type == "temporal":
        steps = range(1, len(correlation.steps) + 1)
        seen = "".join(f"count(eval(sigma_step={n})) as step_{n} " for n in steps)
        return seen, " AND ".join(f"step_{n} > 0" for n in steps)
    if correlation.type == "temporal_ordered":
        last = len(correlation.steps)
        return "", (f"sigma_step = {last} AND _time - chain_{last - 1} <= {correlation.seconds}")
    raise Refused(f"SPL has no template for {correlation.type}")


def _thinned(correlation: Correlation, by: str) -> list[str]:
    """Only what can come to the count at all, before a window is laid over it.

    A window holds at most 10,000 events of all groups together (limits.conf, max_stream_window),
    so a busy group would push what is rare out of the windows of the others.
    """
    if correlation.type.startswith("temporal"):
        seen, least = "dc(sigma_step)", f">= {len(correlation.steps)}"
    elif correlation.operator not in ("gte", "gt"):
        return []
    else:
        counted = key(correlation, str(correlation.value_field))
        seen = "count" if correlation.type == "event_count" else f"dc({counted})"
        least = f"{OPERATORS[correlation.operator]} {correlation.count}"
    return [f"| eventstats {seen} as sigma_seen{by}", f"| where sigma_seen {least}"]


def _chains(correlation: Correlation, by: str) -> list[str]:
    """For ordered steps: chain_N is when the latest chain of steps 1 to N so far began."""
    lines = []
    for number in range(1, len(correlation.steps)):
        begun = f"chain_{number - 1}" if number > 1 else "_time"
        lines += [
            f"| eval begun_{number}=if(sigma_step={number}, {begun}, null())",
            f"| streamstats max(begun_{number}) as chain_{number}{by}",
        ]
    return lines


def _base(correlation: Correlation, parts: Mapping[str, Part]) -> str:
    """The events of all members, each with its rule, its step and its keys."""
    searches = []
    for number, step in enumerate(correlation.steps, 1):
        for name in step:
            marks = f'sigma_rule="{name}", sigma_step={number}{_marks(correlation, parts[name])}'
            searches.append(f"{parts[name].query}\n| eval {marks}")
    if len(searches) == 1:
        return searches[0]
    return "| multisearch\n" + "\n".join(f"  [ search {search} ]" for search in searches)


def _carried(correlation: Correlation, parts: Mapping[str, Part]) -> list[str]:
    """The fields of what matched, which come through to the alert."""
    told = [entities.told(parts[name].rule.logsource) for name in correlation.members]
    names = [name for own in told for name in own if name not in ("dest", "src")]
    grouped = keys(correlation)
    if correlation.value_field not in (None, PERIOD):
        names.append(key(correlation, str(correlation.value_field)))
    return ["sigma_rule", *sorted({name for name in names if name not in grouped})]


def events(text: str) -> str:
    """Of a correlation's search, the part that finds the events it is about."""
    return re.split(r"\n\| (?:eventstats|sort 0|stats) ", text, maxsplit=1)[0]


def _told(carried: list[str], by: str) -> list[str]:
    """One result for each host or client, with all that its events tell."""
    told = "".join(f" values({name}) as {name}" for name in carried)
    return [
        f"| stats min(_time) as first_time max(_time) as last_time count as event_count{told}{by}",
        f"| eval {_readable()}",
    ]


def _readable() -> str:
    return ", ".join(f'{n}=strftime({n}, "{READABLE}")' for n in ("first_time", "last_time"))


def correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    aggregations, condition = _window(correlation)
    grouped = keys(correlation)
    by = f" by {' '.join(grouped)}" if grouped else ""
    ordered = correlation.type == "temporal_ordered"
    carried = _carried(correlation, parts)
    if correlation.rule.is_finding:
        return "\n".join([_base(correlation, parts), *_told(carried, by)])
    held = "".join(f" values({name}) as window_{name}" for name in carried)
    told = "".join(f" values(window_{name}) as {name}" for name in carried)
    begun = f"chain_{len(correlation.steps) - 1}" if ordered else "window_start"
    return "\n".join(
        [
            _base(correlation, parts),
            *_thinned(correlation, by),
            "| sort 0 _time sigma_step",
            *(_chains(correlation, by) if ordered else []),
            f"| streamstats time_window={correlation.seconds}s count as event_count "
            f"{aggregations}min(_time) as window_start{held}{by}",
            f"| where {condition}",
            f"| stats min({begun}) as first_time max(_time) as last_time "
            f"max(event_count) as event_count{told}{by}",
            # Of no events, `stats` makes a row where it has no group.
            *([] if grouped else ["| where isnotnull(last_time)"]),
            f"| eval {_readable()}",
        ]
    )
