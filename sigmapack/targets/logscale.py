"""CrowdStrike Falcon LogScale: queries on the fields of CrowdStrike's packages.

Syntax: https://library.humio.com/data-analysis/syntax.html. Whole values are compared in their case
there, so every string is a regular expression with the flag `i`. pySigma's log_scale backend (3.0)
has the precedence of AND and OR reversed, and no names for hashes, hosts and proxies.

Tables are for `match(file=..., field=..., column=pattern, mode=glob, ignoreCase=true)`, which is a
step of a query but no part of a condition: the queries hold their values themselves.

Correlations work on the search interval, which has to be the rule's span (it stands in the
header): as a scheduled search they see exactly the span before each run, without bins.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from sigma.processing.pipeline import ProcessingPipeline
from sigma.types import SigmaString, SpecialChars

from sigmapack import conversion
from sigmapack.backend import ConditionBackend, domains, regex_body, shape
from sigmapack.correlation import read_correlation
from sigmapack.kinds import forms
from sigmapack.model import Content, Refused, Rule, Sources
from sigmapack.product import Artifact, Correlation, Language, Part, Query, Target
from sigmapack.targets import logscale_package
from sigmapack.targets.logscale_fields import ALGORITHMS, field_map, first_of, hash_fields

OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "=", "neq": "!="}
ORDER = "of more than two steps only neighbours are compared in time"


class Backend(ConditionBackend):
    """Field comparisons with regular expressions that ignore case."""

    and_token = "AND"
    or_token = "OR"
    not_token = "NOT"

    def strings(self, field: str, values: Sequence[SigmaString]) -> str:
        """One expression for all values, with anchors where a value has no wildcard."""
        if any(set(shape(value).tokens) == {SpecialChars.WILDCARD_MULTI} for value in values):
            return self.exists(field)
        pattern = expression(values)
        if field in ALGORITHMS:  # alone, or among others as Sysmon writes them
            pattern = f"(?:^|{field}=)(?:{'|'.join(str(value) for value in values)})(?:,|$)"
        flags = "id" if ".*" in pattern else "i"
        if not field.endswith("[]"):
            return f"{field}=/{pattern}/{flags}"
        text = pattern.replace("\\/", "/").replace("\\", "\\\\").replace('"', '\\"')
        return f'array:regex("{field}", regex="{text}", flags="{flags}")'

    def number(self, field: str, operator: str, value: int | float) -> str:
        """Numbers are compared as numbers."""
        return f"{field}{operator}{value}"

    def absent(self, field: str) -> str:
        """`*` is any value."""
        return self.negated(self.exists(field)) if field.endswith("[]") else f"{field}!=*"

    def exists(self, field: str) -> str:
        """`*` is any value."""
        return f"{field.replace('[]', '[0]')}=*"

    def regex(self, field: str, pattern: str, insensitive: bool) -> str:
        """Unanchored, as Sigma's are."""
        if field.endswith("[]"):
            raise Refused(f"a regular expression on the list {field} has no template")
        escaped = re.sub(r"(?<!\\)/", r"\\/", pattern)
        return f"{field}=/{escaped}/{'i' if insensitive else ''}"


def expression(values: Sequence[SigmaString]) -> str:
    """One regular expression that finds any of the values."""
    names, rest = domains(values)
    groups: dict[tuple[str, str], list[str]] = {}
    if names:
        groups["(?:^|\\.)", "\\.?$"] = [regex_body((name,)) for name in names]
    for value in rest:
        tokens = list(shape(value).tokens)
        start = end = ""
        if tokens and tokens[0] is SpecialChars.WILDCARD_MULTI:
            tokens.pop(0)
        else:
            start = "^"
        if tokens and tokens[-1] is SpecialChars.WILDCARD_MULTI:
            tokens.pop()
        else:
            end = "$"
        groups.setdefault((start, end), []).append(regex_body(tokens))
    return "|".join(
        f"{start}{found[0] if len(found) == 1 else f'(?:{chr(124).join(found)})'}{end}"
        for (start, end), found in groups.items()
    )


def _prepare(rule: Rule) -> Rule:
    """Each hash to the field of its algorithm."""
    return conversion.split_hashes(rule, hash_fields(rule.logsource))


def _pipeline(rule: Rule, sources: Sources) -> ProcessingPipeline:
    return conversion.pipeline("logscale", rule, field_map(rule))


def _source(rule: Rule, sources: Sources) -> str:
    """The filter for the sources of a rule."""
    terms = []
    whole = sources.products["logscale"].get(rule.logsource.key)
    for _, ids, body in conversion.names(sources, "logscale", rule.logsource):
        fields = first_of(rule.logsource, "EventID") or ["event.code"]
        codes = " OR ".join(f"{field}={number}" for number in ids for field in fields)
        listed = f"({codes})" if " OR " in codes else codes
        terms.append(f"{whole or body} AND {listed}" if codes else whole or body)
    return terms[0] if len(terms) == 1 else " OR ".join(f"({term})" for term in terms)


def _stages(rule: Rule, condition: str, sources: Sources, *more: str) -> list[str]:
    """The steps of a query: the source, fields of Sigma's names, the condition."""
    stages = [_source(rule, sources)]
    for field in dict.fromkeys([*conversion.fields(rule), *more]):
        found = first_of(rule.logsource, field)
        stages += [f"{field} := coalesce([{', '.join(found)}])"] if found else []
    return [*stages, condition]


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    return "\n| ".join(_stages(rule, condition, sources))


def _case(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    """One pass over the events: which member an event is, and its key."""
    branches = []
    for number, step in enumerate(correlation.steps, 1):
        for name in step:
            part = parts[name]
            wanted = {f"sigma_key_{n}": field for n, field in enumerate(correlation.group_by)}
            if correlation.value_field:
                wanted["sigma_value"] = correlation.value_field
            own = {new: correlation.field(field, name) for new, field in wanted.items()}
            mapping = field_map(part.rule, *own.values())
            stages = _stages(part.rule, part.condition, sources, *own.values())
            stages.append(f'sigma_step := {number} | sigma_rule := "{name}"')
            for new, field in own.items():
                stages.append(f"{new} := lower({_key(field, mapping, part)})")
            lines = "\n| ".join(stages).replace("\n", "\n  ")
            branches.append(f"  {lines};")
    return "case {\n" + "\n".join(branches) + "\n}"


def _key(field: str, mapping: Mapping[str, str], part: Part) -> str:
    """The field of a key, which must be a name that needs no quotes."""
    found = conversion.mapped(field, mapping, part.rule)
    if found[-1] in '"]' or found == "@rawstring":
        raise Refused(f"{field} of {part.rule.name} cannot be a key")
    return found


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
    """The package, and its tables, with a row per form.

    They are for `match(file=..., column=pattern, mode=glob, ignoreCase=true)`.
    """
    tables = {}
    for name, table in content.lookups.items():
        out = io.StringIO()
        writer = csv.DictWriter(out, ["pattern", *table.columns], lineterminator="\n")
        writer.writeheader()
        for row in table.rows:
            # `*` is the only wildcard of a glob there: a question mark needs no escape.
            found = [form.replace("\\?", "?") for form in forms(table.key, table.key, row.values)]
            writer.writerows({"pattern": form, **row.values} for form in found)
        tables[name] = out.getvalue().encode()
    files = [Artifact(f"lookups/{name}.csv", data) for name, data in tables.items()]
    return [*files, logscale_package.package(content, queries, tables)]


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
