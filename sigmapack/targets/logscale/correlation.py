"""CrowdStrike LogScale: correlations.

They work on the search interval, which has to be the rule's span (it stands in the header): as a
scheduled search they see exactly the span before each run, without bins.
"""

from __future__ import annotations

from collections.abc import Mapping

from sigmapack.compiling import conversion
from sigmapack.compiling.product import Part
from sigmapack.content.correlation import PERIOD, Correlation
from sigmapack.content.model import Refused, Sources
from sigmapack.targets.logscale.fields import PLAIN, field_map
from sigmapack.targets.logscale.steps import stages

#: When LogScale got the last event of a row, in milliseconds; for a finding the first.
INGESTED, FIRST_INGESTED = "last_ingested", "first_ingested"
OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "=", "neq": "!="}


def _case(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    """One pass over the events: which member an event is, and its key."""
    branches = []
    for number, step in enumerate(correlation.steps, 1):
        for name in step:
            part = parts[name]
            wanted = {f"sigma_key_{n}": field for n, field in enumerate(correlation.group_by)}
            if correlation.value_field not in (None, PERIOD):
                wanted["sigma_value"] = str(correlation.value_field)
            own = {new: correlation.field(field, name) for new, field in wanted.items()}
            mapping = field_map(part.rule, *own.values())
            found = stages(part.rule, part.condition, sources, *own.values())
            found.append(f'sigma_step := {number} | sigma_rule := "{name}"')
            for new, field in own.items():
                found.append(f"{new} := lower({_key(field, mapping, part)})")
            if correlation.value_field == PERIOD:
                length = correlation.period * 1000
                found.append(f"sigma_value := @timestamp - @timestamp % {length}")
            lines = "\n| ".join(found).replace("\n", "\n  ")
            branches.append(f"  {lines};")
    return "case {\n" + "\n".join(branches) + "\n}"


def _key(field: str, mapping: Mapping[str, str], part: Part) -> str:
    """The field of a key, which must be a name that needs no quotes."""
    found = conversion.mapped(field, mapping, part.rule)
    if not PLAIN.fullmatch(found) or found[-1] == "]" or found == "@rawstring":
        raise Refused(f"{field} of {part.rule.name} cannot be a key")
    return found


def correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    keys = ", ".join(f"sigma_key_{n}" for n in range(len(correlation.group_by)))
    listed = (
        "collect(sigma_rule)"
        if correlation.value_field in (None, PERIOD)
        else "collect([sigma_rule, sigma_value])"
    )
    times = "min(@timestamp, as=first_time), max(@timestamp, as=last_time)"
    got = f"max(@ingesttimestamp, as={INGESTED})"
    if correlation.rule.is_finding:
        got = f"min(@ingesttimestamp, as={FIRST_INGESTED})"
    common = f"{listed}, {times}, {got}"
    steps = range(1, len(correlation.steps) + 1)
    operator, count = OPERATORS[correlation.operator], correlation.count
    if correlation.type == "event_count":
        made, test = "count(as=event_count)", f"event_count {operator} {count}"
    elif correlation.type == "value_count":
        made = "count(sigma_value, distinct=true, as=value_count)"
        test = f"value_count {operator} {count}"
    elif correlation.type == "temporal":
        made, test = "count(sigma_step, distinct=true, as=steps)", f"steps = {len(steps)}"
    elif correlation.type == "temporal_ordered":
        made = ", ".join(
            f"{{sigma_step={n} | {which}(@timestamp, as={name}_{n})}}"
            for n in steps
            for which, name in (("min", "first"), ("max", "last"))
        )
        test = "\n| ".join(f"test(first_{n} <= last_{n + 1})" for n in steps if n < len(steps))
    else:
        raise Refused(f"LogScale has no template for {correlation.type}")
    aggregate = f"groupBy([{keys}], function=[{made}, {common}])" if keys else ""
    aggregate = aggregate or f"stats([{made}, {common}])"
    head = f"// search interval: {correlation.span}"
    return "\n".join([head, _case(correlation, parts, sources), f"| {aggregate}", f"| {test}"])
