"""Elasticsearch itself with its ES|QL plugin: the server from Maven Central, on loopback.

Licences: Elastic License 2.0, so it is fetched by the tests and no part of the package. The plugin
with the field type `wildcard` is not published: such fields are `keyword`, which ES|QL has as the
same type (`keyword` in its documentation's table of field types).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tests.engines.opensearch.engine import QueryFailed, Server
from tests.engines.opensearch.engine import server as started
from tests.shapes import ecs
from tests.shapes.opensearch import elastic_mapping

#: What a document is asked for by, besides its query: the rule whose event it is.
OWNER = "proof_owner"
#: Rows after which ES|QL cuts off an answer without a LIMIT.
MOST = 1000
Documents = Mapping[str, Mapping[int, Sequence[ecs.Document]]]


@contextmanager
def server() -> Iterator[Server]:
    """Start Elasticsearch."""
    with started("elasticsearch", "org.elasticsearch.node.ProofServer") as found:
        yield found


def index_of(document: ecs.Document, suffix: str) -> str:
    """The data stream that an agent sends a document to, or Winlogbeat's index."""
    dataset = document.get("event.dataset")
    return f"logs-{dataset}-{suffix}" if dataset else f"winlogbeat-{suffix}"


def load(to: Server, suffix: str, documents: Documents) -> None:
    """Put documents into indices named as the integrations' data streams.

    Args:
        to: the server.
        suffix: the namespace; of all indices loaded together.
        documents: owner -> case -> its documents.
    """
    made: dict[str, list[dict[str, Any]]] = {}
    for owner, cases in documents.items():
        for case, own in cases.items():
            for place, document in enumerate(own):
                index = index_of(document, suffix)
                action = {"index": {"_index": index, "_id": f"{owner}|{case}|{place}"}}
                made.setdefault(index, []).extend([action, {**document, OWNER: owner}])
    for index in made:
        settings = {"number_of_shards": 1, "number_of_replicas": 0}
        to.request("PUT", f"/{index}", {"settings": settings, "mappings": mapping()})
    lines = [line for own in made.values() for line in own]
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    answer = to.request("POST", "/_bulk?refresh=true", body)
    if answer["errors"]:
        raise QueryFailed(json.dumps([i for i in answer["items"] if "error" in i["index"]][:3]))


def mapping() -> dict[str, Any]:
    """The types of ECS that the published server has."""
    text = json.dumps(elastic_mapping()).replace("match_only_text", "text")
    found: dict[str, Any] = json.loads(text)
    found["properties"][OWNER] = {"type": "keyword"}
    # The pack's index of indicators, which a site has and these queries read, maps both.
    for entity in ("host", "user"):
        found["properties"].setdefault(entity, {"properties": {}})["properties"]["name"] = {
            "type": "keyword"
        }
    return found


def rows(to: Server, query: str, *owners: str, most: int = MOST) -> list[dict[str, Any]]:
    """The rows of a query, of some owners' documents only.

    Args:
        to: the server.
        query: ES|QL.
        owners: whose documents it is shown.
        most: rows after which the answer is cut off.

    Raises:
        QueryFailed: the server refuses the query, or cuts off its answer.
    """
    body = {"query": query, "filter": {"terms": {OWNER: owners}}}
    answer = to.request("POST", "/_query", body)
    if len(answer["values"]) >= most:
        raise QueryFailed(f"{most} rows, which is where ES|QL cuts off")
    names = [column["name"] for column in answer["columns"]]
    return [dict(zip(names, values, strict=True)) for values in answer["values"]]


def replay(to: Server, queries: Mapping[str, str], owner: str) -> dict[str, set[int]]:
    """Run queries of single events on an owner's documents.

    Returns:
        Rule -> numbers of the cases that it matched.

    Raises:
        QueryFailed: a query is refused.
    """
    found = {}
    for name, text in queries.items():
        try:
            hits = rows(to, text, owner)
        except QueryFailed as error:
            raise QueryFailed(f"{name}: {error}") from error
        found[name] = {int(hit["_id"].split("|")[1]) for hit in hits}
    return found
