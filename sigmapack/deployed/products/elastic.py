"""Elastic: what Kibana exports of its detection rules, one a line, and a summary at the end.

Export: https://www.elastic.co/docs/api/doc/kibana/operation/operation-exportrules; the fields of a
rule as in `operation-createrule` beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sigmapack.deployed import plain
from sigmapack.deployed.model import Deployed, Item, Product, rule_of
from sigmapack.deployed.shipped import Bundle
from sigmapack.deployed.strangers import Export
from sigmapack.events.files import UnreadableInput

KIND = "detection rule"
#: What Kibana adds to a rule (`RuleResponse`), and what is a site's own: who is told (`actions`).
SERVER = frozenset(
    {
        "id", "created_at", "created_by", "updated_at", "updated_by", "revision", "version",
        "immutable", "rule_source", "execution_summary", "output_index", "meta", "actions",
        "throttle", "outcome", "alias_target_id", "alias_purpose", "namespace",
        "rule_id", "enabled",
    }
)  # fmt: skip
#: Of a required field: whether ECS has it, which Kibana looks up.
LOOKED_UP = frozenset({"ecs"})
#: What a rule says without saying it (the defaults of `operation-createrule`).
DEFAULTS = {
    "to": "now",
    "max_signals": "100",
    "timestamp_override_fallback_disabled": "false",
    "concurrent_searches": "1",
    "items_per_search": "9000",
}
THREAT = "Threat: 3CX supply-chain compromise"


def shipped(bundle: Bundle) -> Iterator[Item]:
    """The rules of `rules.ndjson`."""
    for path in bundle.named("elastic/rules", ".ndjson"):
        export = bundle.export(path)
        for rule in plain.mappings(export.lines or []):
            yield item(rule, path)


def item(rule: Mapping[str, Any], place: str) -> Item:
    """A rule as an item.

    Raises:
        UnreadableInput: it has no id.
    """
    if not isinstance(rule.get("rule_id"), str):
        raise UnreadableInput(place, "a rule without a rule_id: export it from Kibana again")
    found = plain.defaults(plain.fields(rule, SERVER, LOOKED_UP), DEFAULTS)
    for key in ("interval", "from"):
        found |= {key: found[key].removeprefix("now-")} if key in found else {}
        found |= {key: plain.seconds(found[key])} if key in found else {}
    return Item(
        kind=KIND,
        key=rule["rule_id"],
        name=str(rule.get("name", "")),
        fields=found,
        enabled=bool(rule["enabled"]) if "enabled" in rule else None,
        rule_id=rule_of(found.get("query", "")) or rule["rule_id"].lower(),
        runs="building_block_type" not in rule,
        place=place,
    )


def is_rule(one: Any) -> bool:
    """Whether a line is a rule; the others are exceptions, connectors and the summary."""
    return isinstance(one, dict) and "rule_id" in one and "type" in one


def claims(export: Export) -> bool:
    """Whether a line is a rule of Kibana, or the summary of an export."""
    return any(
        is_rule(one) or (isinstance(one, dict) and "exported_rules_count" in one)
        for one in export.lines or []
    )


def exported(exports: Sequence[Export]) -> Deployed:
    """The rules of exports."""
    items = [item(r, each.path) for each in exports for r in each.lines or [] if is_rule(r)]
    return Deployed(items, frozenset({KIND}))


def ours(item: Item) -> bool:
    """Whether a rule has the pack's tag, or a query of it."""
    tagged = THREAT in item.fields.get("tags", "").splitlines()
    return tagged or bool(rule_of(item.fields.get("query", "")))


PRODUCT = Product(
    name="elastic",
    title="Elastic Security",
    shipped=shipped,
    claims=claims,
    exported=exported,
    ours=ours,
    schedule=("interval", "from"),
    severity=("severity", "risk_score"),
    does={
        "import": "Rules, Import rules: elastic/rules.ndjson; new rules come switched off",
        "replace": 'the same with "Overwrite existing rules": they are switched off and lose '
        "exceptions and actions; give these again",
        "delete": "delete them by id: POST /api/detection_engine/rules/_bulk_action",
    },
)
