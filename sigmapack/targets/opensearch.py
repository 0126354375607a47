"""OpenSearch: Lucene query strings on ECS fields, as the Beats write them.

A file is only the query: the language has no comments (title and id are in the manifest) and names
no index, which `index_patterns.json` does. It has no correlations, and no lookup inside a query
string. Each lookup is a bulk file with one document of the index `threecx-lookups`; a `terms` query
looks up its `values` (`"index": "threecx-lookups", "id": "ioc_domains", "path": "values"`): whole
values only, names below a domain need the compiled queries.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.model import Content, Refused, Rule, Sources
from sigmapack.product import Artifact, Correlation, Language, Part, Query, Target
from sigmapack.targets import ecs_lookups, elastic_lucene, opensearch_package
from sigmapack.targets.ecs_fields import field_map
from sigmapack.targets.ecs_rules import prepare, sources, with_fields

NAME = "opensearch"


def _pipeline(rule: Rule, described: Sources) -> ProcessingPipeline:
    return with_fields(NAME, rule, field_map(rule.logsource))


def _frame(rule: Rule, condition: str, described: Sources) -> str:
    found = [source.where for source in sources(rule, described, NAME)]
    return f"{elastic_lucene.restriction(found)} AND {condition}"


def _correlate(correlation: Correlation, parts: Mapping[str, Part], described: Sources) -> str:
    raise Refused("Lucene selects single events, and OpenSearch has no language to correlate them")


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    lookups = [
        Artifact(
            f"lookups/{name}.ndjson",
            ecs_lookups.bulk(
                "threecx-lookups", [(name, {"name": name, "values": list(_values(table.values()))})]
            ),
        )
        for name, table in sorted(content.lookups.items())
    ]
    patterns = ecs_lookups.index_patterns(NAME, content, queries)
    package = opensearch_package.files(content, queries, json.loads(patterns.data))
    return [patterns, *lookups, *package]


def _values(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.lower() for value in values))


LUCENE = Language(
    name="lucene",
    suffix=".lucene",
    comment=lambda text: "",
    backend=elastic_lucene.Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    prepare=prepare,
)

TARGET = Target(NAME, "OpenSearch", (LUCENE,), _package)
