"""OpenSearch: Lucene queries, alerting monitors, rules for Security Analytics.

`queries` makes a query of a rule, `package` the monitors and the README, `rules` what Security
Analytics imports. Each lookup is a bulk file with one document of the index `threecx-lookups`; a
`terms` query looks up its `values` (`"index": "threecx-lookups", "id": "ioc_domains", "path":
"values"`): whole values only, names below a domain need the compiled queries.
"""

from __future__ import annotations

import json

from sigmapack.compiling.product import Artifact, Query, Target
from sigmapack.content.model import Content
from sigmapack.targets.ecs import lookups as ecs_lookups
from sigmapack.targets.opensearch import package as opensearch_package
from sigmapack.targets.opensearch.queries import LUCENE, NAME


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    lookups = [
        Artifact(
            f"lookups/{name}.ndjson",
            ecs_lookups.bulk(
                content.sources.own("threecx-lookups", "-"),
                [(name, {"name": name, "values": list(_values(table.values()))})],
            ),
        )
        for name, table in sorted(content.lookups.items())
    ]
    patterns = ecs_lookups.index_patterns(NAME, content, queries)
    package = opensearch_package.files(content, queries, json.loads(patterns.data))
    return [patterns, *lookups, *package]


def _values(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.lower() for value in values))


TARGET = Target(NAME, "OpenSearch", (LUCENE,), _package)
