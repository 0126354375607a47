"""Elastic Security: queries in Lucene, EQL and ES|QL, and rules for Kibana.

`queries` makes them of a rule (`lucene`, `eql` and `esql` the conditions, `stats` correlations in
ES|QL), `rules` the file that Kibana imports (`attack` its threat mapping, `columns` the fields that
a query names), `lists` value lists and the template of the indicator index.
"""

from __future__ import annotations

import json

from sigmapack.compiling.product import Artifact, Query, Target
from sigmapack.content.model import Content
from sigmapack.targets.ecs import lookups
from sigmapack.targets.elastic import lists, rules
from sigmapack.targets.elastic.queries import EQL, ESQL, LUCENE, NAME


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    patterns = lookups.index_patterns(NAME, content, queries)
    return [
        patterns,
        rules.rules(content, queries, json.loads(patterns.data)),
        *lookups.indicators(content),
        *lists.value_lists(content),
        lists.index_template(content),
    ]


TARGET = Target(NAME, "Elastic Security", (LUCENE, EQL, ESQL), _package)
