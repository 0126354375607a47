"""Elastic: value lists for exceptions and indicator rules, and the template of the indicator index.

Value lists are plain text, one value a line, whole values only, and are loaded apart from rules
(https://www.elastic.co/docs/solutions/security/detect-and-alert/create-manage-value-lists); each
has one type. The template is the body of `PUT _index_template/threecx-indicators`
(https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-put-index-template);
types are those of ECS (https://www.elastic.co/docs/reference/ecs/ecs-threat). It also maps every
field of the queries: ES|QL fails on a field that no index has, so each query of ES|QL reads this
index too, whose documents match none, and a site need not run every integration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sigmapack.compiling.product import Artifact
from sigmapack.content.model import Content
from sigmapack.content.words import noted
from sigmapack.targets.ecs.lookups import index
from sigmapack.targets.elastic.columns import KNOWN, kind

#: Type of a value list by the kind of a table's first column; other kinds are no whole values.
LISTS: Mapping[str, str] = {"domain": "keyword", "hash": "keyword", "ip": "ip"}

#: Above the templates of Elastic's own integrations, which would make a data stream of `logs-*-*`.
PRIORITY = 501

TYPES: Mapping[str, str] = {
    "@timestamp": "date",
    "event.category": "keyword",
    "event.kind": "keyword",
    "event.type": "keyword",
    "labels": "flattened",
    "threat.feed.name": "keyword",
    "threat.indicator.confidence": "keyword",
    "threat.indicator.file.hash.md5": "keyword",
    "threat.indicator.file.hash.sha1": "keyword",
    "threat.indicator.file.hash.sha256": "keyword",
    "threat.indicator.first_seen": "date",
    "threat.indicator.ip": "ip",
    "threat.indicator.last_seen": "date",
    "threat.indicator.name": "keyword",
    "threat.indicator.reference": "keyword",
    "threat.indicator.type": "keyword",
    "threat.indicator.url.domain": "keyword",
    "threat.indicator.url.full": "wildcard",
}


def value_lists(content: Content) -> list[Artifact]:
    """`value_lists/<table>.<type>.txt` of every table whose values are compared whole."""
    found = []
    for name, table in sorted(content.lookups.items()):
        if table.key in LISTS:
            values = sorted({row.values[table.key].lower() for row in table.rows})
            text = "".join(f"{value}\n" for value in values)
            found.append(Artifact(f"value_lists/{name}.{LISTS[table.key]}.txt", text.encode()))
    return found


ABOUT = noted("Indicators of the 3CX supply-chain compromise, ECS 8")


def index_template(content: Content) -> Artifact:
    """`indicator_index_template.json`: load it before the files of `indicators/`."""
    properties: dict[str, Any] = {}
    for field, type_of in sorted({**{name: kind(name) for name in KNOWN}, **TYPES}.items()):
        place = properties
        *parents, last = field.split(".")
        for parent in parents:
            place = place.setdefault(parent, {"properties": {}})["properties"]
        long = {"ignore_above": 1024} if type_of == "keyword" else {}
        place[last] = {"type": type_of, **long}
    body = {
        "index_patterns": [f"{index(content.sources)}*"],
        "priority": PRIORITY,
        "template": {
            "settings": {"index": {"number_of_shards": 1}},
            "mappings": {"dynamic": "false", "properties": properties},
        },
        "_meta": {"description": content.words(ABOUT)},
    }
    text = json.dumps(body, indent=2, sort_keys=True) + "\n"
    return Artifact("indicator_index_template.json", text.encode())
