"""Elastic: Lucene for any query rule, EQL with sequences, ES|QL with correlations.

A Lucene file is only the query: its language has no comments (title and id are in the manifest) and
no index, which `index_patterns.json` names for it and for EQL. None of the three can match a lookup
inside a condition (`LOOKUP JOIN` of ES|QL is a command and matches whole values only), so `native`
is empty; the lookups are documents for indicator match rules (threat.indicator.*).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import comments
from sigmapack.compiling.product import Language, Part
from sigmapack.content.correlation import PERIOD, Correlation
from sigmapack.content.model import Refused, Rule, Sources
from sigmapack.targets.ecs import lookups
from sigmapack.targets.ecs.fields import field_map
from sigmapack.targets.ecs.lucene import either, restriction
from sigmapack.targets.ecs.values import merged, prepare, sources, with_fields
from sigmapack.targets.elastic import eql, esql, lucene
from sigmapack.targets.elastic.stats import query

NAME = "elastic"


def _columns(described: Sources) -> str:
    """The index that has all fields (`lists`), and no event."""
    return f"{lookups.index(described)}*"


def _pipeline(first: bool) -> Callable[[Rule], ProcessingPipeline]:
    def pipeline(rule: Rule) -> ProcessingPipeline:
        return with_fields(NAME, rule, field_map(rule.logsource, first))

    return pipeline


def _with_defend(rule: Rule) -> Rule:
    return prepare(rule, defend=True)


def _lucene(rule: Rule, condition: str, described: Sources) -> str:
    found = [source.where for source in sources(rule, described, NAME)]
    return f"{restriction(found)} AND {condition}"


def _eql(rule: Rule, condition: str, described: Sources) -> str:
    return f"any where {_eql_condition(rule, condition, described)}"


def _eql_condition(rule: Rule, condition: str, described: Sources) -> str:
    found = [source.where for source in sources(rule, described, NAME)]
    return f"{eql.restriction(found)} and {condition}"


def _esql(rule: Rule, condition: str, described: Sources) -> str:
    index = merged(sources(rule, described, NAME, own=True))
    return (
        f"FROM {', '.join([*index, _columns(described)])} METADATA _id, _version, _index\n"
        f"| WHERE {_esql_condition(rule, condition, described)}"
    )


def _esql_place(rule: Rule, described: Sources) -> str:
    return esql.restriction([source.where for source in sources(rule, described, NAME, own=True)])


def _esql_condition(rule: Rule, condition: str, described: Sources) -> str:
    return f"{_esql_place(rule, described)} AND {condition}"


def _either(correlation: Correlation, parts: Mapping[str, Part], described: Sources) -> str:
    return either(correlation, parts)


def _key(correlation: Correlation, name: str, part: Part) -> str:
    """What a group-by or value field of the correlation is called in a member's events."""
    field = correlation.field(name, part.rule.name)
    mapping = field_map(part.rule.logsource, first=True)
    if field not in mapping:
        raise Refused(f"ECS has no field for {field} of {part.rule.logsource.key}")
    target = mapping[field]
    return target if isinstance(target, str) else target[0]


def _by_defend(rule: Rule, described: Sources) -> bool:
    """Whether only Elastic Defend brings a rule's events: it always fills `host.id`.

    Two hosts may have one name. Sysmon's integration leaves the id out where events are forwarded,
    and it is another agent's id where both run: those sequences stay with the name.
    """
    found = [source.where.get("event.dataset", ("",)) for source in sources(rule, described, NAME)]
    return all(name.startswith("endpoint.") for names in found for name in names)


def _sequence(correlation: Correlation, parts: Mapping[str, Part], described: Sources) -> str:
    if correlation.rule.is_finding:
        return eql.either([_eql_condition(p.rule, p.condition, described) for p in parts.values()])
    keys = []
    for step in correlation.steps:
        found = {
            tuple(_key(correlation, name, parts[member]) for name in correlation.group_by)
            for member in step
        }
        if len(found) > 1:
            raise Refused("the alternatives of a step are grouped by different fields")
        keys.append(list(found.pop()))
    if all(_by_defend(part.rule, described) for part in parts.values()):
        keys = [["host.id" if key == "host.name" else key for key in step] for step in keys]
    whole = {
        name: Part(part.rule, _eql_condition(part.rule, part.condition, described), part.query)
        for name, part in parts.items()
    }
    return eql.sequence(correlation, whole, keys)


def _stats(correlation: Correlation, parts: Mapping[str, Part], described: Sources) -> str:
    members = [parts[name] for step in correlation.steps for name in step]
    whole = {
        name: Part(part.rule, _esql_condition(part.rule, part.condition, described), part.query)
        for name, part in parts.items()
    }
    index = merged([s for part in members for s in sources(part.rule, described, NAME, own=True)])
    keys = {
        name: [_key(correlation, name, part) for part in members] for name in correlation.group_by
    }
    counted = None if correlation.value_field == PERIOD else correlation.value_field
    values = [_key(correlation, counted, part) for part in members] if counted else []
    places = [f"({_esql_place(part.rule, described)})" for part in members]
    return query(
        correlation, whole, (*index, _columns(described)), list(dict.fromkeys(places)), keys, values
    )


LUCENE = Language(
    name="lucene",
    suffix=".lucene",
    comment=comments.none,
    backend=lucene.Backend,
    pipeline=_pipeline(first=False),
    frame=_lucene,
    correlate=_either,
    prepare=_with_defend,
)


EQL = Language(
    name="eql",
    suffix=".eql",
    comment=comments.after("//"),
    backend=eql.Backend,
    pipeline=_pipeline(first=False),
    frame=_eql,
    correlate=_sequence,
    prepare=_with_defend,
)


ESQL = Language(
    name="esql",
    suffix=".esql",
    comment=comments.after("//"),
    backend=esql.Backend,
    pipeline=_pipeline(first=True),
    frame=_esql,
    correlate=_stats,
    prepare=prepare,
)
