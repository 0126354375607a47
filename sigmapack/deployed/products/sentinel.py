"""Microsoft Sentinel: analytics rules and hunting queries, of an ARM template or of a list.

Export of analytics rules: https://learn.microsoft.com/azure/sentinel/import-export-analytics-rules
(a template whose resources are of the type `.../providers/alertRules`); the interface lists them as
`{"value": [...]}` (https://learn.microsoft.com/rest/api/securityinsights/alert-rules/list), and the
saved searches of a workspace alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sigmapack.deployed import plain
from sigmapack.deployed.model import Deployed, Item, Product, rule_of
from sigmapack.deployed.shipped import Bundle
from sigmapack.deployed.strangers import Export

RULE, SEARCH = "analytics rule", "hunting query"
#: The end of a resource's type, in any case -> what it is.
KINDS = {"alertrules": RULE, "savedsearches": SEARCH}
#: The category by which Sentinel's page finds hunting queries among saved searches.
CATEGORY = "Hunting Queries"
GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
#: What Azure adds, or what the interface that our template uses has no place for.
SERVER = frozenset(
    {
        "enabled", "lastModifiedUtc", "startTimeUtc", "alertRuleTemplateName", "templateVersion",
        "subTechniques", "sentinelEntitiesMappings", "version", "category",
    }
)  # fmt: skip
DURATIONS = ("queryFrequency", "queryPeriod", "suppressionDuration")
LOOKBACK = "incidentConfiguration.groupingConfiguration.lookbackDuration"
UNORDERED = ("tactics", "techniques")
#: The parameter that leaves rules out of a workspace without the tables of Defender XDR.
TABLES = "[parameters('defenderTables')]"


def shipped(bundle: Bundle) -> Iterator[Item]:
    """The rules of the templates."""
    for path in bundle.named("sentinel/azuredeploy", ".json"):
        yield from items(bundle.export(path))


def resources(data: Any) -> list[Mapping[str, Any]]:
    """The resources of a template, or the entries of a list, that are rules or searches."""
    listed: Any = data
    if isinstance(data, dict):
        listed = data.get("resources", data.get("value", [data]))
    return [one for one in plain.mappings(listed) if kind_of(one)]


def kind_of(resource: Mapping[str, Any]) -> str:
    """What a resource is; empty where it is none of ours."""
    kind = str(resource.get("type", "")).rpartition("/")[2].lower()
    if not isinstance(resource.get("properties"), dict):
        return ""
    return KINDS.get(kind, "")


def items(export: Export) -> Iterator[Item]:
    """The rules and searches of a file."""
    for resource in resources(export.json):
        kind, properties = kind_of(resource), literal(resource["properties"])
        if kind == SEARCH and properties.get("category") != CATEGORY:
            continue
        found = plain.fields({**properties, "kind": resource.get("kind")}, SERVER)
        for key in (*DURATIONS, LOOKBACK):
            found |= {key: plain.seconds(found[key])} if key in found else {}
        for key in UNORDERED:
            found |= {key: "\n".join(sorted(found[key].split("\n")))} if key in found else {}
        names = GUID.findall(f"{resource.get('id', '')} {resource.get('name', '')}")
        enabled = properties.get("enabled")
        yield Item(
            kind=kind,
            key=names[-1].lower() if names else str(resource.get("name", "")),
            name=str(properties.get("displayName", "")),
            fields=found,
            enabled=enabled if isinstance(enabled, bool) else None,
            rule_id=rule_of(found.get("query", "")),
            runs=kind == RULE,
            group="Defender's tables" if resource.get("condition") == TABLES else "",
            place=export.path,
        )


def literal(value: Any) -> Any:
    """A template's value, of which texts that would be expressions are escaped by a bracket."""
    if isinstance(value, dict):
        return {key: literal(part) for key, part in value.items()}
    if isinstance(value, list):
        return [literal(part) for part in value]
    if isinstance(value, str) and value.startswith("[[") and value.endswith("]"):
        return value[1:]
    return value


def claims(export: Export) -> bool:
    """Whether there is a rule or a saved search in it, or it is a template without any."""
    data = export.json
    empty = isinstance(data, dict) and "deploymentTemplate" in str(data.get("$schema", ""))
    return empty or bool(resources(data))


def exported(exports: Sequence[Export]) -> Deployed:
    """The rules and searches of exports; an export of rules has no hunting queries."""
    found = [item for export in exports for item in items(export)]
    return Deployed(found, frozenset({RULE, *(item.kind for item in found)}))


def ours(item: Item) -> bool:
    """Whether it has a query of the pack."""
    return bool(item.rule_id)


PRODUCT = Product(
    name="sentinel",
    title="Microsoft Sentinel",
    shipped=shipped,
    claims=claims,
    exported=exported,
    ours=ours,
    schedule=(*DURATIONS[:2], LOOKBACK),
    severity=("severity",),
    does={
        "import": "deploy sentinel/azuredeploy.json",
        "replace": "the same deployment: ids stay; give enableHigh and the others what runs now",
        "delete": "a deployment deletes nothing: delete them on the pages Analytics and Hunting",
    },
)
