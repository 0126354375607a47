"""Lookups for Elastic and OpenSearch, as bulk files, and the index patterns of the queries.

A line of the action and a line of the document each, for `POST _bulk` (content type
application/x-ndjson). Identifiers are UUIDv5 of table and value: loading a file again replaces its
documents. Fields: ECS threat.* (https://www.elastic.co/docs/reference/ecs/ecs-threat).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sigmapack.compiling.product import Artifact, Query
from sigmapack.content.correlation import read_correlation
from sigmapack.content.kinds import CONTEXT, KINDS
from sigmapack.content.model import Content, Lookup, Refused, Rule, Sources
from sigmapack.targets.ecs.values import merged, sources

#: The ECS type of an indicator and the field that holds it, by kind of the table's first column.
INDICATORS: Mapping[str, tuple[str, str]] = {
    "domain": ("domain-name", "threat.indicator.url.domain"),
    "host": ("domain-name", "threat.indicator.url.domain"),
    "url": ("url", "threat.indicator.url.full"),
    "ip": ("ipv4-addr", "threat.indicator.ip"),
}
#: The index of the indicators, without the type of its data stream.
DATASET = "ti_threecx"
#: The day the campaign became known: a time that every document of a data view needs.
PUBLISHED = "2023-03-29"
CONFIDENCE = {"high": "High", "medium": "Medium", "low": "Low"}
DATES = (("first_seen", "threat.indicator.first_seen"), ("last_seen", "threat.indicator.last_seen"))


def index(sources: Sources) -> str:
    """The index of the indicators."""
    return f"logs-{sources.own(DATASET)}"


def bulk(index: str, documents: Iterable[tuple[str, Mapping[str, Any]]]) -> bytes:
    """Documents as the body of a `_bulk` request."""
    lines = []
    for identifier, document in documents:
        lines.append({"index": {"_index": index, "_id": identifier}})
        lines.append(dict(document))
    text = "".join(json.dumps(line, sort_keys=True, ensure_ascii=True) + "\n" for line in lines)
    return text.encode()


def identifier(lookup: Lookup, value: str) -> str:
    """The `_id` of a value's document: the same in every build."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{lookup.name}/{value}"))


def indicator(lookup: Lookup, row: Mapping[str, str]) -> dict[str, Any]:
    """A row as an ECS indicator; the whole row stays under `labels`."""
    value = row[lookup.key]
    kind, field = INDICATORS.get(lookup.key, ("artifact", "threat.indicator.name"))
    if lookup.key == "ip" and ":" in value:
        kind = "ipv6-addr"
    if lookup.key == "hash":
        algorithm = row.get("algorithm", "sha256").lower()
        kind, field, value = "file", f"threat.indicator.file.hash.{algorithm}", value.lower()
    document: dict[str, Any] = {
        "@timestamp": row.get("first_seen") or PUBLISHED,
        "event.category": "threat",
        "event.kind": "enrichment",
        "event.type": "indicator",
        "labels": {name: text for name, text in row.items() if text},
        "threat.feed.name": lookup.name,
        "threat.indicator.name": value,
        "threat.indicator.type": kind,
    }
    document[field] = value
    if row.get("confidence") in CONFIDENCE:
        document["threat.indicator.confidence"] = CONFIDENCE[row["confidence"]]
    if row.get("source"):
        document["threat.indicator.reference"] = row["source"]
    for column, name in DATES:
        if row.get(column):
            document[name] = row[column]
    return document


def indicators(content: Content) -> list[Artifact]:
    """`indicators/<table>.ndjson`, for indicator match rules on `logs-ti_threecx*`.

    Such a rule needs the indicator query `*:*`, because Kibana proposes the last 30 days. Tables of
    builds, of the vendor's zones and of antivirus names are no indicators.
    """
    return [
        Artifact(
            f"indicators/{name}.ndjson",
            bulk(
                index(content.sources),
                [
                    (identifier(table, row.values[table.key]), indicator(table, row.values))
                    for row in table.rows
                ],
            ),
        )
        for name, table in sorted(content.lookups.items())
        if KINDS.get(table.key) not in CONTEXT
    ]


def index_patterns(product: str, content: Content, queries: tuple[Query, ...]) -> Artifact:
    """`index_patterns.json`: a rule's name -> the indices of a query that names none itself."""
    found = {
        query.rule.name: sorted(
            {
                index
                for rule in _members(query.rule, content)
                for index in _indices(rule, content, product)
            }
        )
        for query in queries
        if query.path
    }
    return Artifact(
        "index_patterns.json", (json.dumps(found, indent=2, sort_keys=True) + "\n").encode()
    )


def _members(rule: Rule, content: Content) -> list[Rule]:
    """The rule itself, or the rules that a correlation refers to."""
    if not rule.is_correlation:
        return [rule]
    return [content.by_name[name] for name in read_correlation(rule).members]


def _indices(rule: Rule, content: Content, product: str) -> tuple[str, ...]:
    try:
        return merged(sources(rule, content.sources, product))
    except Refused:
        return ()
