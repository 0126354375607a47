"""CrowdStrike Falcon LogScale: queries on the fields of CrowdStrike's packages.

Tables are for `match(file=..., field=..., column=pattern, mode=glob, ignoreCase=true)`, which is a
step of a query but no part of a condition: the queries hold their values themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import comments, conversion, userdata
from sigmapack.compiling.product import Language
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Rule, Sources
from sigmapack.targets.logscale.backend import Backend
from sigmapack.targets.logscale.correlation import correlate
from sigmapack.targets.logscale.fields import ANSWERS, field_map, hash_fields
from sigmapack.targets.logscale.steps import stages

#: What the parser of Windows events calls elements of UserData is not documented.
TEXT = "searches the event's whole text, which names a program where the collector sends XML"
ORDER = "of more than two steps only neighbours are compared in time"
RESOLVER = "any/dns"
#: Words of resolvers' logs for how a query ended, of which ECS has all but the last.
CODES = frozenset({"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "NODATA"})
EMPTY = "no field tells a reply without records from a log without answers"


def _prepare(rule: Rule) -> Rule:
    """Each hash and answer to its field; elements of UserData in the event's whole text."""
    if userdata.holds(rule):
        return userdata.as_text(rule, "Data")
    if rule.logsource.key == RESOLVER:
        return conversion.with_alternatives(rule, _replies)
    return conversion.split_hashes(rule, hash_fields(rule.logsource))


def _replies(selection: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """ECS has the code of a reply in a field of its own, and the answers in a list of objects."""
    if "answer" not in selection:
        yield selection
        return
    values = selection["answer"]
    rest = {key: value for key, value in selection.items() if key != "answer"}
    listed = values if isinstance(values, list) else [values]
    codes = [value for value in listed if str(value).upper() in CODES]
    if answers := [value for value in listed if value not in codes]:
        yield from ({**rest, f"answer.{number}": answers} for number in range(ANSWERS))
    if codes:
        yield {**rest, "answer.code": codes}


def _pipeline(rule: Rule) -> ProcessingPipeline:
    return conversion.pipeline("logscale", rule, field_map(rule))


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    return "\n| ".join(stages(rule, condition, sources))


def _degraded(rule: Rule, sources: Sources) -> str | None:
    if not rule.is_correlation:
        if userdata.holds(rule):
            return TEXT
        empty = rule.logsource.key == RESOLVER and "NODATA" in str(rule.document["detection"])
        return EMPTY if empty else None
    correlation = read_correlation(rule)
    if correlation.type == "temporal_ordered" and len(correlation.steps) > 2:
        return ORDER
    return None


CQL = Language(
    name="cql",
    suffix=".cql",
    comment=comments.after("//"),
    backend=Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=correlate,
    prepare=_prepare,
    degraded=_degraded,
)
