"""Splunk: SPL on the fields of the vendor's add-ons, one macro per source of logs.

pySigma's `splunk_windows` adds neither source nor EventCode (2.0), hence our own framing; its
correlations use fixed time bins, hence `streamstats time_window`, which slides.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sigma.backends.splunk.splunk import SplunkBackend
from sigma.conditions import ConditionAND, ConditionOR
from sigma.conversion.state import ConversionState
from sigma.processing.pipeline import ProcessingPipeline

from sigmapack import conversion
from sigmapack.kinds import KINDS, all_forms
from sigmapack.model import Content, Lookup, Refused, Rule, Sources
from sigmapack.placeholders import references
from sigmapack.product import Artifact, Correlation, Language, Part, Query, Target
from sigmapack.targets import splunk_app
from sigmapack.targets.splunk_fields import field_map

OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "==", "neq": "!="}


class Backend(SplunkBackend):
    """pySigma's backend with every group written out.

    `search` binds OR before AND, `where` and `eval` do not, and pySigma (its backend 2.1.0) leaves
    out the parentheses that `search` can do without: right, but misread by people and engines.
    """

    # Braces of JSON arrays need no quotes in `search`.
    field_quote_pattern = re.compile(r"^[\w.{}]+$")

    def compare_precedence(self, outer: Any, inner: Any) -> bool:
        """Whether `inner` stands without parentheses in `outer`."""
        if isinstance(inner, ConditionAND | ConditionOR) and type(inner) is not type(outer):
            return isinstance(
                inner, ConditionOR
            ) and self.decide_convert_condition_as_in_expression(inner, ConversionState())
        return bool(super().compare_precedence(outer, inner))


def _pipeline(rule: Rule, sources: Sources) -> ProcessingPipeline:
    return conversion.pipeline("splunk", rule, field_map(rule.logsource), keep=True)


def _comment(text: list[str]) -> str:
    return "``` " + "\n    ".join(text) + " ```\n"


def macro(source: str) -> str:
    """The name of the macro that a search uses for a source or log source."""
    return f"logsource_{re.sub('[-/]', '_', source)}"


def _source(rule: Rule, sources: Sources) -> str:
    if rule.logsource.key in sources.products["splunk"]:
        return f"`{macro(rule.logsource.key)}`"
    terms = []
    for source, ids, _ in conversion.names(sources, "splunk", rule.logsource):
        codes = f" EventCode={ids[0]}" if len(ids) == 1 else ""
        if len(ids) > 1:
            codes = f" EventCode IN ({', '.join(map(str, ids))})"
        terms.append(f"`{macro(source)}`{codes}")
    return terms[0] if len(terms) == 1 else f"({' OR '.join(f'({term})' for term in terms)})"


def _prepare(rule: Rule) -> Rule:
    """Outside Sysmon a hash field may hold the bare value: its algorithm is not asked for."""
    if rule.logsource.product == "windows":
        return rule
    return conversion.with_values(
        rule, lambda field, value: re.sub(r"^\*\w+=", "*", value) if field == "Hashes" else value
    )


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    search, pipe, rest = condition.partition("\n| ")
    if search and " OR " in search:
        search = f"({search})"
    return f"{_source(rule, sources)} {search}".rstrip() + pipe + rest


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


def _correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
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


def lookup_rows(lookup: Lookup) -> list[dict[str, str]]:
    """A table's rows as Splunk matches them: one per matching form, in the column `pattern`."""
    return [
        {"pattern": form.replace("\\?", "?"), **row.values}
        for row in lookup.rows
        for form in all_forms(lookup.key, row.values)
    ]


def _csv(lookup: Lookup) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["pattern", *lookup.columns], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lookup_rows(lookup))
    return out.getvalue().encode()


def _settings(content: Content) -> dict[str, bytes]:
    """macros.conf, transforms.conf and the lookups, by path."""
    sources = content.sources.products["splunk"]
    macros = [
        f"[{macro(name)}]\ndefinition = ({body})\niseval = 0\n" for name, body in sources.items()
    ]
    transforms = [
        f"[{name}]\nfilename = {name}.csv\nmatch_type = WILDCARD(pattern)\n"
        "case_sensitive_match = false\nmin_matches = 0\nmax_matches = 1\n"
        for name in sorted(content.lookups)
    ]
    return {
        "macros.conf": "\n".join(sorted(macros)).encode(),
        "transforms.conf": "\n".join(transforms).encode(),
        **{f"lookups/{name}.csv": _csv(table) for name, table in content.lookups.items()},
    }


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    """Settings and lookups beside the queries, and the app with all of it."""
    # AppInspect warns of every public address; those of the tables are for archives, not alerts.
    tables = {n: t for n, t in content.lookups.items() if KINDS.get(t.key) != "ip"}
    shipped = [
        query
        for query in queries
        if query.path
        and all(name.partition(".")[0] in tables for _, name in references(query.rule))
    ]
    app = splunk_app.package(content, shipped, _settings(replace(content, lookups=tables)))
    return [*(Artifact(path, data) for path, data in _settings(content).items()), app]


SPL = Language(
    name="spl",
    suffix=".spl",
    comment=_comment,
    backend=Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    prepare=_prepare,
    native={
        kind: "[| inputlookup {id} | rename pattern AS {field} | fields {field}]"
        for kind in ("domain", "hash", "version")
    },
)

TARGET = Target("splunk", "Splunk", (SPL,), _package)
