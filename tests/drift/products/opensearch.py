"""OpenSearch. https://docs.opensearch.org/latest/observing-your-data/alerting/api/: the answers
have `from`, `to`, `include_lower` and `boost` where `gte` and `lte` were posted; the rest of
the defaults as QueryStringQueryBuilder.doXContent and TermsValuesSourceBuilder write them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.drift.deployments import Deployment, Thing, listed, switch_enabled

QUERY = "inputs.0.search.query.query.bool.filter.1.query_string.query"

STRING = {
    "fields": [],
    "type": "best_fields",
    "default_operator": "or",
    "max_determinized_states": 10000,
    "enable_position_increments": True,
    "fuzziness": "AUTO",
    "fuzzy_prefix_length": 0,
    "fuzzy_max_expansions": 50,
    "phrase_slop": 0,
    "escape": False,
    "auto_generate_synonyms_phrase_query": True,
    "fuzzy_transpositions": True,
    "boost": 1.0,
}


def things() -> list[Thing]:
    things = listed("opensearch/monitors")
    for thing in things:
        query = thing["inputs"][0]["search"]["query"]
        query["query"]["bool"] |= {"adjust_pure_negative": True, "boost": 1.0}
        window, string = query["query"]["bool"]["filter"]
        span = window["range"]["@timestamp"]
        span |= {"from": span.pop("gte"), "to": span.pop("lte"), "boost": 1.0}
        span |= {"include_lower": True, "include_upper": True}
        string["query_string"] |= STRING
        for source in query["aggregations"]["affected"]["composite"]["sources"]:
            for one in source.values():
                one["terms"] |= {"missing_bucket": False, "order": "asc"}
        thing |= {
            "schema_version": 8,
            "user": {"name": "admin", "backend_roles": [], "roles": ["all_access"]},
            "enabled_time": None,
            "last_update_time": 1796112000000,
            "data_sources": {"alerts_index": ".opendistro-alerting-alerts"},
            "owner": "alerting",
        }
    return things


def write(things: list[Thing], folder: Path) -> Path:
    path = folder / "monitors.json"
    hits = [
        {"_index": ".opendistro-alerting-config", "_id": f"m{n}", "_version": 1, "_source": one}
        for n, one in enumerate(things)
    ]
    answer = {"took": 1, "timed_out": False, "hits": {"total": {"value": len(hits)}, "hits": hits}}
    path.write_text(json.dumps(answer), "utf-8")
    return path


def edit(thing: Thing) -> None:
    filters = thing["inputs"][0]["search"]["query"]["query"]["bool"]["filter"]
    filters[1]["query_string"]["query"] += " AND NOT host.name:SRV-1"


def cloned(thing: Thing) -> Thing:
    return {**thing, "name": "Cloned"}


def retime(thing: Thing) -> None:
    thing["schedule"]["period"]["interval"] = 720


DEPLOYMENT = Deployment(
    "opensearch",
    things,
    write,
    edit,
    QUERY,
    cloned,
    switch_enabled,
    retime,
    "schedule.period.interval",
)
