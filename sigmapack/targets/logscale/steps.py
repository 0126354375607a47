"""CrowdStrike LogScale: the steps of a query, which a pipe joins."""

from __future__ import annotations

from sigmapack.compiling import conversion
from sigmapack.content.model import Rule, Sources
from sigmapack.targets.logscale.fields import first_of, name


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


def stages(rule: Rule, condition: str, sources: Sources, *more: str) -> list[str]:
    """The steps of a query: the source, fields of Sigma's names, the condition."""
    stages = [_source(rule, sources)]
    for field in dict.fromkeys([*conversion.fields(rule), *more]):
        found = first_of(rule.logsource, field)
        listed = ", ".join(map(name, found))
        stages += [f"{name(field)} := coalesce([{listed}])"] if found else []
    return [*stages, condition]
