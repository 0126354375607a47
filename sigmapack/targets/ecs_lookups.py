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

from sigmapack.model import Artifact, Content, Lookup, Query, Refused
from sigmapack.targets.ecs_rules import merged, sources

#: The ECS type of an indicator and the field that holds it, by kind of the table's first column.
INDICATORS: Mapping[str, tuple[str, str]] = {
    "domain": ("domain-name", "threat.indicator.url.domain"),
    "host": ("domain-name", "threat.indicator.url.domain"),
    "url": ("url", "threat.indicator.url.full"),
    "ip": ("ipv4-addr", "threat.indicator.ip"),
    "user_agent_token": ("user-agent", "threat.indicator.name"),
}
CONFIDENCE = {"high": "High", "medium": "Medium", "low": "Low"}
DATES = (("first_seen", "threat.indicator.first_seen"), ("last_seen", "threat.indicator.last_seen"))


def bulk(index: str, documents: Iterable[tuple[str, Mapping[str, Any]]]) -> bytes:
    """Documents as the body of a `_bulk` request."""
    lines = []
    for identifier, document in documents:
        lines.append({"index": {"_index": index, "_id": identifier}})
        lines.append(dict(document))
    text = "".join(json.dumps(line, sort_keys=True, ensure_ascii=True) + "\n" for line in lines)
    return text.encode()


def identifier(lookup: Lookup, value: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{lookup.name}/{value}"))


def indicator(lookup: Lookup, row: Mapping[str, str]) -> dict[str, Any]:
    """A row as an ECS indicator; the whole row stays under `labels`."""
    value = row[lookup.key]
    kind, field = INDICATORS.get(lookup.key, ("unknown", "threat.indicator.name"))
    if lookup.key == "hash":
        algorithm = row.get("algorithm", "sha256").lower()
        kind, field, value = "file", f"threat.indicator.file.hash.{algorithm}", value.lower()
    document: dict[str, Any] = {
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
    if row.get("first_seen"):
        document["@timestamp"] = row["first_seen"]
    return document


def indicators(content: Content) -> list[Artifact]:
    """`indicators/<table>.ndjson`, for indicator match rules on `logs-ti_threecx*`."""
    return [
        Artifact(
            f"indicators/{name}.ndjson",
            bulk(
                "logs-ti_threecx",
                [
                    (identifier(table, row.values[table.key]), indicator(table, row.values))
                    for row in table.rows
                ],
            ),
        )
        for name, table in sorted(content.lookups.items())
    ]


def index_patterns(product: str, content: Content, queries: tuple[Query, ...]) -> Artifact:
    """`index_patterns.json`: a rule's name -> the indices of a query that names none itself."""
    found: dict[str, list[str]] = {}
    for query in queries:
        if query.path and not query.rule.is_correlation:
            try:
                found[query.rule.name] = list(merged(sources(query.rule, content.sources, product)))
            except Refused:
                continue
    return Artifact(
        "index_patterns.json", (json.dumps(found, indent=2, sort_keys=True) + "\n").encode()
    )
