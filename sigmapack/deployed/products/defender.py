"""Microsoft Defender XDR: custom detections, as Microsoft Graph lists them.

`GET /security/rules/detectionRules`
(https://learn.microsoft.com/graph/api/security-rulesroot-list-detectionrules): `{"value": [...]}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sigmapack.deployed import plain
from sigmapack.deployed.model import Deployed, Item, Product, rule_of
from sigmapack.deployed.shipped import Bundle
from sigmapack.deployed.strangers import Export

KIND = "custom detection"
PREFIX = "threecx-"
#: What Graph adds (`detectionRule`), and where a site's own answers to a hit stand.
SERVER = frozenset(
    {
        "id", "status", "isEnabled", "createdBy", "createdDateTime", "lastModifiedBy",
        "detectorId", "lastRunDetails",
    }
)  # fmt: skip
TIMES = frozenset({"lastModifiedDateTime", "nextRunDateTime"})


def shipped(bundle: Bundle) -> Iterator[Item]:
    """The files of `custom_detections/`."""
    for path in bundle.named("defender/custom_detections/", ".json"):
        for rule in rules(bundle.export(path).json):
            yield item(rule, path)


def rules(data: Any) -> list[Mapping[str, Any]]:
    """The detections of a list, a page of Graph, or one alone."""
    listed = data.get("value", [data]) if isinstance(data, dict) else data
    return [
        one
        for one in plain.mappings(listed)
        if isinstance(one.get("queryCondition"), dict) and "displayName" in one
    ]


def item(rule: Mapping[str, Any], place: str) -> Item:
    """A detection as an item."""
    found = plain.fields(rule, SERVER, TIMES)
    key = "schedule.frequency"
    found |= {key: plain.seconds(found[key])} if key in found else {}
    states = {"enabled": True, "disabled": False}
    state = states.get(str(rule.get("status", "")).lower(), rule.get("isEnabled"))
    return Item(
        kind=KIND,
        key=str(rule.get("id", "")),
        name=str(rule["displayName"]),
        fields=found,
        enabled=state if isinstance(state, bool) else None,
        rule_id=rule_of(found.get("queryCondition.queryText", "")),
        place=place,
    )


def claims(export: Export) -> bool:
    """Whether there is a detection in it, or it is an empty page of them."""
    data = export.json
    context = str(data.get("@odata.context", "")) if isinstance(data, dict) else ""
    return "detectionRules" in context or bool(rules(data))


def exported(exports: Sequence[Export]) -> Deployed:
    """The detections of exports."""
    found = [item(rule, each.path) for each in exports for rule in rules(each.json)]
    return Deployed(found, frozenset({KIND}))


def ours(item: Item) -> bool:
    """Whether it has an id or a query of the pack."""
    return item.key.startswith(PREFIX) or bool(item.rule_id)


PRODUCT = Product(
    name="defender",
    title="Microsoft Defender XDR",
    shipped=shipped,
    claims=claims,
    exported=exported,
    ours=ours,
    schedule=("schedule.frequency",),
    severity=("detectionAction.alertTemplate.severity",),
    does={
        "import": "defender/Update-CustomDetections.ps1: new detections come switched off",
        "replace": "the same script updates by id, and leaves on what is on",
        "delete": "the script names them: turn them off or delete them by id",
    },
)
