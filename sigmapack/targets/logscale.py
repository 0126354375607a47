"""CrowdStrike Falcon LogScale: queries on the fields of the CrowdStrike Parsing Standard (ECS).

Fields: https://library.humio.com/logscale-parsing-standard/pasta.html; syntax:
https://library.humio.com/data-analysis/syntax.html. Whole values are compared in their case there,
so every string is a regular expression with the flag `i`. pySigma's log_scale backend (3.0) has
the precedence of AND and OR reversed, and no names for hashes, hosts and proxies.

Correlations work on the search interval, which has to be the rule's span (it stands in the
header): as a scheduled search they see exactly the span before each run, without bins.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from sigma.processing.pipeline import ProcessingPipeline
from sigma.types import SigmaString

from sigmapack import conversion
from sigmapack.backend import ConditionBackend, alternation
from sigmapack.correlation import read_correlation
from sigmapack.kinds import forms
from sigmapack.model import (
    Artifact,
    Content,
    Correlation,
    Language,
    Part,
    Query,
    Refused,
    Rule,
    Sources,
    Target,
)
from sigmapack.targets.logscale_fields import field_map, hash_fields

OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "=", "neq": "!="}
ORDER = "of more than two steps only neighbours are compared in time"


class Backend(ConditionBackend):
    """Field comparisons with regular expressions that ignore case."""

    and_token = "AND"
    or_token = "OR"
    not_token = "NOT"

    def strings(self, field: str, values: Sequence[SigmaString]) -> str:
        """One anchored expression for all values."""
        return f"{field}=/^{alternation(values)}$/i"

    def number(self, field: str, operator: str, value: int | float) -> str:
        """Numbers are compared as numbers."""
        return f"{field}{operator}{value}"

    def absent(self, field: str) -> str:
        """`*` is any value."""
        return f"{field}!=*"

    def exists(self, field: str) -> str:
        """`*` is any value."""
        return f"{field}=*"

    def regex(self, field: str, pattern: str, insensitive: bool) -> str:
        """Unanchored, as Sigma's are."""
        escaped = pattern.replace("/", "\\/")
        return f"{field}=/{escaped}/{'i' if insensitive else ''}"


def _prepare(rule: Rule) -> Rule:
    return conversion.split_hashes(rule, hash_fields(rule.logsource))


def _pipeline(rule: Rule, sources: Sources) -> ProcessingPipeline:
    return conversion.pipeline("logscale", rule, field_map(rule.logsource))


def _source(rule: Rule, sources: Sources) -> str:
    """The filter for the sources of a rule."""
    terms = []
    for _, ids, body in conversion.names(sources, "logscale", rule.logsource):
        codes = [f"event.code={number}" for number in ids]
        listed = f" ({' OR '.join(codes)})" if len(codes) > 1 else "".join(f" {c}" for c in codes)
        terms.append(f"{body}{listed}")
    return terms[0] if len(terms) == 1 else " OR ".join(f"({term})" for term in terms)


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    return f"{_source(rule, sources)}\n| {condition}"


def _key(field: str, name: str) -> str:
    return f"| {name} := lower({field})"


def _case(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    """One pass over the events: which member an event is, and its key."""
    branches = []
    for number, step in enumerate(correlation.steps, 1):
        for name in step:
            part = parts[name]
            mapping = field_map(part.rule.logsource)
            wanted = [(f, f"sigma_key_{n}") for n, f in enumerate(correlation.group_by)]
            if correlation.value_field:
                wanted.append((correlation.value_field, "sigma_value"))
            keys = []
            for field, new in wanted:
                own = correlation.field(field, name)
                keys.append(_key(conversion.mapped(own, mapping, part.rule), new))
            source = _source(part.rule, sources)
            condition = part.condition.replace("\n", "\n  ")
            marks = f'sigma_step := {number} | sigma_rule := "{name}"'
            branches.append(
                f"  ({source})\n  AND ({condition})\n  {' '.join([f'| {marks}', *keys])};"
            )
    return "case {\n" + "\n".join(branches) + "\n}"


def _correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    keys = ", ".join(f"sigma_key_{n}" for n in range(len(correlation.group_by)))
    common = "collect(sigma_rule), min(@timestamp, as=first_time), max(@timestamp, as=last_time)"
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


def _degraded(rule: Rule, sources: Sources) -> str | None:
    if not rule.is_correlation:
        return None
    correlation = read_correlation(rule)
    if correlation.type == "temporal_ordered" and len(correlation.steps) > 2:
        return ORDER
    return None


def _comment(text: list[str]) -> str:
    return "".join(f"// {line}\n" for line in text)


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    """Tables for `match(file=…, column=pattern, mode=glob, ignoreCase=true)`, a row per form."""
    files = []
    for name, table in content.lookups.items():
        out = io.StringIO()
        writer = csv.DictWriter(out, ["pattern", *table.columns], lineterminator="\n")
        writer.writeheader()
        field = "Hashes" if table.key == "hash" else table.key
        for row in table.rows:
            found = forms(table.key, "value" if table.key == "hash" else field, row.values)
            writer.writerows({"pattern": form, **row.values} for form in found)
        files.append(Artifact(f"lookups/{name}.csv", out.getvalue().encode()))
    return files


CQL = Language(
    name="cql",
    suffix=".cql",
    comment=_comment,
    backend=Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    prepare=_prepare,
    degraded=_degraded,
)

TARGET = Target("logscale", "CrowdStrike LogScale", (CQL,), _package)
