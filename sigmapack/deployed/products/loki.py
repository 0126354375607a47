"""Grafana Loki: the ruler's rule files, as its interface, lokitool or mimirtool give them.

`GET /loki/api/v1/rules` answers YAML: a namespace and its groups
(https://grafana.com/docs/loki/latest/reference/loki-http-api/#list-rule-groups); of one group it
answers the group. A file that a tool loads has `groups`, and may have a `namespace`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from sigmapack.deployed import plain
from sigmapack.deployed.model import Deployed, Item, Product, rule_of
from sigmapack.deployed.shipped import Bundle
from sigmapack.deployed.strangers import Export

KIND = "alerting rule"
#: How deep groups stand: in a list, of a namespace, of a file.
LEVELS = 3
#: Files of which a site loads what it wants; a client's have its id before the name.
OPTIONAL = ("threecx_hunting", "threecx_single_logs")
DURATIONS = ("interval", "for", "keep_firing_for")


def shipped(bundle: Bundle) -> Iterator[Item]:
    """The alerts of the rule files."""
    for path in bundle.named("loki/rules/", ".yaml"):
        stem = PurePosixPath(path).stem
        for item in items(bundle.export(path)):
            yield _of(item, stem) if stem.endswith(OPTIONAL) else item


def _of(item: Item, group: str) -> Item:
    return Item(**{**item.__dict__, "group": group})


def groups(data: Any, level: int = 0) -> list[Mapping[str, Any]]:
    """The groups of alerts, wherever they stand."""
    if isinstance(data, dict) and isinstance(data.get("rules"), list) and "name" in data:
        return [data]
    inner: list[Any] = data if isinstance(data, list) else []
    inner = list(data.values()) if isinstance(data, dict) else inner
    return [one for part in inner if level < LEVELS for one in groups(part, level + 1)]


def items(export: Export) -> Iterator[Item]:
    """The alerts of a file."""
    for group in groups(export.yaml):
        for rule in plain.mappings(group["rules"]):
            if "alert" not in rule:
                continue
            found = plain.fields({**rule, "interval": group.get("interval")})
            for key in DURATIONS:
                found |= {key: plain.seconds(found[key])} if key in found else {}
            labels = rule.get("labels")
            named = str(labels.get("rule_id", "")) if isinstance(labels, dict) else ""
            yield Item(
                kind=KIND,
                key=str(rule["alert"]),
                name=str(rule["alert"]),
                fields=plain.defaults(found, {"for": "0s", "keep_firing_for": "0s"}),
                rule_id=rule_of(str(rule.get("expr", ""))) or named.lower(),
                place=export.path,
            )


def claims(export: Export) -> bool:
    """Whether there is a group with an alert in it."""
    if (export.text or "").lstrip().startswith("{"):
        return False
    found = groups(export.yaml)
    return any("expr" in rule for group in found for rule in plain.mappings(group["rules"]))


def exported(exports: Sequence[Export]) -> Deployed:
    """The alerts of exports."""
    found = [item for each in exports for item in items(each)]
    return Deployed(found, frozenset({KIND}))


def ours(item: Item) -> bool:
    """Whether it has a query of the pack, or the label that names its rule."""
    return bool(item.rule_id)


PRODUCT = Product(
    name="loki",
    title="Grafana Loki",
    shipped=shipped,
    claims=claims,
    exported=exported,
    ours=ours,
    schedule=("interval", "for"),
    severity=("labels.severity",),
    does={
        "import": "lokitool rules load: alerts run from then on",
        "replace": "the same: a group is replaced by that of the file",
        "delete": "gone from their group, once the file is loaded; a group that is not in the file "
        "stays: lokitool rules delete <namespace> <group>",
    },
)
