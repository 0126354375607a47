"""OpenSearch: alerting monitors, as a search for them answers.

`GET _plugins/_alerting/monitors/_search`
(https://docs.opensearch.org/latest/observing-your-data/alerting/api/): hits whose `_source` is a
monitor. A query comes back as OpenSearch writes it, with every default: those of the classes
`QueryStringQueryBuilder`, `RangeQueryBuilder`, `BoolQueryBuilder` and
`TermsValuesSourceBuilder` (opensearch-project/OpenSearch, `doXContent` of each).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sigmapack.deployed import plain
from sigmapack.deployed.model import Deployed, Item, Product
from sigmapack.deployed.shipped import Bundle
from sigmapack.deployed.strangers import Export

KIND = "monitor"
#: What a monitor is; OpenSearch adds all else: times, users, versions, indices of its own.
OWN = ("name", "monitor_type", "schedule", "triggers")
#: Those of triggers and actions are given by whoever posts them, or by OpenSearch.
IDS = frozenset({"id"})
#: What a query says without saying it.
DEFAULTS: Mapping[str, Any] = {
    "boost": 1.0, "adjust_pure_negative": True, "type": "best_fields", "default_operator": "or",
    "max_determinized_states": 10_000, "enable_position_increments": True, "fuzziness": "AUTO",
    "fuzzy_prefix_length": 0, "fuzzy_max_expansions": 50, "phrase_slop": 0, "escape": False,
    "auto_generate_synonyms_phrase_query": True, "fuzzy_transpositions": True, "fields": [],
    "missing_bucket": False, "missing_order": "default", "order": "asc",
}  # fmt: skip
#: Marks of the pack's monitors: how its trigger and its buckets are called.
TRIGGER, BUCKETS = "Events found", "affected"


def shipped(bundle: Bundle) -> Iterator[Item]:
    """The files of `monitors/`."""
    for path in bundle.named("opensearch/monitors/", ".json"):
        for monitor in monitors(bundle.export(path).json):
            yield item(monitor, path)


def monitors(data: Any) -> list[Mapping[str, Any]]:
    """The monitors of a search's answer, a list, or one alone."""
    hits = data.get("hits") if isinstance(data, dict) else None
    listed: Any = hits.get("hits") if isinstance(hits, dict) else data
    listed = listed if isinstance(listed, list) else [listed]
    found = [one.get("_source", one.get("monitor", one)) for one in plain.mappings(listed)]
    found = [one.get("monitor", one) for one in plain.mappings(found)]
    return [one for one in plain.mappings(found) if "triggers" in one and "inputs" in one]


def item(monitor: Mapping[str, Any], place: str) -> Item:
    """A monitor as an item."""
    own = {key: monitor[key] for key in OWN if key in monitor}
    own["inputs"] = written(monitor.get("inputs"))
    enabled = monitor.get("enabled")
    triggers = plain.mappings(monitor.get("triggers"))
    actions = [action for one in triggers for action in _actions(one)]
    return Item(
        kind=KIND,
        key=str(monitor.get("name", "")),
        name=str(monitor.get("name", "")),
        fields=plain.fields(own, deep=IDS),
        enabled=enabled if isinstance(enabled, bool) else None,
        runs=bool(actions),
        place=place,
    )


def _actions(trigger: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        action
        for body in trigger.values()
        if isinstance(body, dict)
        for action in plain.mappings(body.get("actions"))
    ]


def written(node: Any) -> Any:
    """A search as it was posted, of one that OpenSearch wrote with every default."""
    if isinstance(node, list):
        return [written(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {
        key: written(value)
        for key, value in node.items()
        if not (key in DEFAULTS and DEFAULTS[key] == value)
    }
    for end, shut, word in (("from", "include_lower", "gt"), ("to", "include_upper", "lt")):
        if shut in found:
            found[f"{word}e" if found.pop(shut) else word] = found.pop(end, None)
    return found


def claims(export: Export) -> bool:
    """Whether there is a monitor in it."""
    return bool(monitors(export.json))


def exported(exports: Sequence[Export]) -> Deployed:
    """The monitors of exports."""
    found = [item(one, each.path) for each in exports for one in monitors(each.json)]
    return Deployed(found, frozenset({KIND}))


def ours(item: Item) -> bool:
    """Whether its trigger and its buckets are called as the pack's."""
    texts = item.fields
    named = any(k.endswith(".name") and v == TRIGGER for k, v in texts.items())
    return named and any(f".aggregations.{BUCKETS}." in key for key in texts)


PRODUCT = Product(
    name="opensearch",
    title="OpenSearch",
    shipped=shipped,
    claims=claims,
    exported=exported,
    ours=ours,
    schedule=(
        "schedule.period.interval",
        "schedule.period.unit",
        "inputs.0.search.query.query.bool.filter.0.range.@timestamp.gte",
    ),
    severity=("triggers.0.bucket_level_trigger.severity",),
    does={
        "import": "POST _plugins/_alerting/monitors: new monitors come disabled",
        "replace": "PUT _plugins/_alerting/monitors/<its id>, found by its name, with "
        '"enabled" as it is now: posting makes a second one',
        "delete": "DELETE _plugins/_alerting/monitors/<its id>, found by its name",
    },
)
