"""OpenSearch: Lucene query strings on ECS fields, as the Beats write them.

A file is only the query: the language has no comments (title and id are in the manifest) and names
no index, which `index_patterns.json` does. Of correlations it can say findings only, and it has no
lookup inside a query string.
"""

from __future__ import annotations

from collections.abc import Mapping

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import comments
from sigmapack.compiling.product import Language, Part
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Rule, Sources
from sigmapack.targets.ecs.fields import field_map
from sigmapack.targets.ecs.lucene import either, restriction
from sigmapack.targets.ecs.values import prepare, sources, with_fields
from sigmapack.targets.opensearch.backend import Backend

NAME = "opensearch"


def _pipeline(rule: Rule) -> ProcessingPipeline:
    return with_fields(NAME, rule, field_map(rule.logsource))


def _frame(rule: Rule, condition: str, described: Sources) -> str:
    found = [source.where for source in sources(rule, described, NAME)]
    return f"{restriction(found)} AND {condition}"


def _correlate(correlation: Correlation, parts: Mapping[str, Part], described: Sources) -> str:
    return either(correlation, parts)


LUCENE = Language(
    name="lucene",
    suffix=".lucene",
    comment=comments.none,
    backend=Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    prepare=prepare,
)
