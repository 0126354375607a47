"""CrowdStrike Falcon LogScale: queries on the fields of CrowdStrike's packages.

Tables are for `match(file=..., field=..., column=pattern, mode=glob, ignoreCase=true)`, which is a
step of a query but no part of a condition: the queries hold their values themselves.
"""

from __future__ import annotations

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import conversion
from sigmapack.compiling.product import Language
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Rule, Sources
from sigmapack.targets.logscale.backend import Backend
from sigmapack.targets.logscale.correlation import correlate
from sigmapack.targets.logscale.fields import field_map, hash_fields
from sigmapack.targets.logscale.steps import stages

ORDER = "of more than two steps only neighbours are compared in time"


def _prepare(rule: Rule) -> Rule:
    """Each hash to the field of its algorithm."""
    return conversion.split_hashes(rule, hash_fields(rule.logsource))


def _pipeline(rule: Rule, sources: Sources) -> ProcessingPipeline:
    return conversion.pipeline("logscale", rule, field_map(rule))


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    return "\n| ".join(stages(rule, condition, sources))


def _degraded(rule: Rule, sources: Sources) -> str | None:
    if not rule.is_correlation:
        return None
    correlation = read_correlation(rule)
    if correlation.type == "temporal_ordered" and len(correlation.steps) > 2:
        return ORDER
    return None


def _comment(text: list[str]) -> str:
    return "".join(f"// {line}\n" for line in text)


CQL = Language(
    name="cql",
    suffix=".cql",
    comment=_comment,
    backend=Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=correlate,
    prepare=_prepare,
    degraded=_degraded,
)
