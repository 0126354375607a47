"""Microsoft Sentinel: templates for "Deploy a custom template": rules, hunting queries, watchlists.

Syntax and limits: https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax and
https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices; resources:
https://learn.microsoft.com/azure/templates/microsoft.securityinsights/alertrules and watchlists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sigmapack.compiling.product import Artifact, TooLarge, each_table
from sigmapack.content.kinds import CONTEXT, KINDS
from sigmapack.content.model import Content, Lookup
from sigmapack.content.words import ENGLISH, Words, noted
from sigmapack.targets.sentinel.watchlists import alias

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
API, SEARCHES_API = "2025-09-01", "2020-08-01"


class Expression(str):
    """A text that Azure evaluates: in brackets, and the only one that is not escaped."""


SCOPE = Expression(
    "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace'))]"
)
#: A rule whose table the workspace does not have is refused, and fails the deployment.
CONDITION = Expression("[parameters('defenderTables')]")
#: A template has at most 800 resources and 4 MB; ARM adds its own to what is deployed.
MOST_RESOURCES, MOST_BYTES = 800, 3_500_000
#: A resource has at most 1 MB, a watchlist's content at most 3.8 MB.
MOST_RESOURCE, MOST_WATCHLIST = 1_000_000, 3_800_000
OPERATORS = {"gt": "GreaterThan"}
PROVIDER = "3CX detection pack"
WATCHLIST = noted("Indicators of the 3CX supply-chain compromise (CVE-2023-29059)")
NO_WATCHLIST = noted("What rules on the 3CX compromise (CVE-2023-29059) need; no indicators")
WORKSPACE = noted("Name of the Log Analytics workspace of Sentinel")
TABLES = noted(
    "Whether the connector of Defender XDR fills the Device tables of this workspace; "
    "rules on those tables are left out otherwise"
)
ENABLE = noted(
    "Whether rules of severity {severity} run after this deployment: false before you have tried "
    "their queries, and at later deployments what the rules in the workspace have now"
)
SEVERITIES = ("High", "Medium", "Low", "Informational")
#: Properties of an analytics rule that are the same in YAML and in a template.
UNCHANGED = (
    "description",
    "severity",
    "query",
    "triggerThreshold",
    "tactics",
    "entityMappings",
    "customDetails",
    "alertDetailsOverride",
    "eventGroupingSettings",
    "incidentConfiguration",
    "suppressionEnabled",
)


def templates(rules: Sequence[Mapping[str, Any]], words: Words = ENGLISH) -> list[Artifact]:
    """`azuredeploy.json` with all rules; further numbered files where one would be too large.

    Args:
        rules: as `sentinel.rules.rules` gives them.
        words: of the language of what the form of a deployment says.
    """
    return split("azuredeploy", [resource(rule) for rule in rules], words=words)


def resource(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as a resource of a template; raises `TooLarge` where Azure takes none so large."""
    found = alert_rule(rule) if "kind" in rule else saved_search(rule)
    if "kind" in rule and rule["requiredDataConnectors"]:
        found["condition"] = CONDITION
    size("azuredeploy", escaped(found), MOST_RESOURCE)
    return found


def watchlists(content: Content, files: Mapping[str, bytes]) -> list[Artifact]:
    """`watchlists.json` with the pack's lookups.

    Args:
        content: what was read.
        files: a lookup's name -> its CSV.

    Raises:
        TablesRefused: lookups are larger than a watchlist in a template may be.
    """

    def made(lookup: Lookup) -> dict[str, Any]:
        about = WATCHLIST if KINDS.get(lookup.key) not in CONTEXT else NO_WATCHLIST
        text = files[lookup.name].decode()
        found = watchlist(alias(lookup.name), lookup.key, text, content.words(about))
        size("watchlists", escaped(found), MOST_WATCHLIST, "split the table")
        return found

    tables = [content.lookups[name] for name in sorted(files)]
    return split("watchlists", each_table(tables, made), MOST_WATCHLIST, content.words)


def watchlist(name: str, key: str, text: str, about: str = WATCHLIST) -> dict[str, Any]:
    """A watchlist with its content."""
    return {
        "type": "Microsoft.SecurityInsights/watchlists",
        "apiVersion": API,
        "name": name,
        "scope": SCOPE,
        "properties": {
            "displayName": name,
            "description": about,
            "provider": PROVIDER,
            "source": f"{name}.csv",
            "sourceType": "Local",
            "contentType": "Text/Csv",
            "numberOfLinesToSkip": 0,
            "itemsSearchKey": key,
            "watchlistAlias": name,
            "rawContent": text,
        },
    }


def alert_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """An analytics rule, switched on or off by its severity's parameter."""
    return {
        "type": "Microsoft.SecurityInsights/alertRules",
        "apiVersion": API,
        "name": rule["id"],
        "scope": SCOPE,
        "kind": rule["kind"],
        "properties": {
            "displayName": rule["name"],
            "enabled": Expression(f"[parameters('{enable(rule['severity'])}')]"),
            **{key: rule[key] for key in UNCHANGED if key in rule},
            "queryFrequency": iso(rule["queryFrequency"]),
            "queryPeriod": iso(rule["queryPeriod"]),
            "suppressionDuration": iso(rule["suppressionDuration"]),
            "triggerOperator": OPERATORS[rule["triggerOperator"]],
            # This version of the interface has no place for subtechniques.
            "techniques": parents(rule),
        },
    }


def saved_search(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A hunting query: a saved search of the category that Sentinel's page of them lists."""
    tags = {
        "description": rule["description"].partition("\n")[0],
        "tactics": ",".join(rule.get("tactics", ())),
        "techniques": ",".join(parents(rule)),
    }
    return {
        "type": "Microsoft.OperationalInsights/workspaces/savedSearches",
        "apiVersion": SEARCHES_API,
        "name": Expression(f"[concat(parameters('workspace'), '/{rule['id']}')]"),
        # Whatever is there is overwritten; without it the second deployment is refused (409).
        "etag": "*",
        "properties": {
            "category": "Hunting Queries",
            "displayName": rule["name"],
            "query": rule["query"],
            "version": 2,
            "tags": [{"name": name, "value": text} for name, text in tags.items() if text],
        },
    }


def parents(rule: Mapping[str, Any]) -> list[str]:
    """The techniques of a rule, without subtechniques."""
    return sorted({name.partition(".")[0] for name in rule.get("relevantTechniques", ())})


def iso(text: str) -> str:
    """`26h` as `PT26H`, `1d` as `P1D`."""
    return f"P{text.upper()}" if text.endswith("d") else f"PT{text.upper()}"


def enable(severity: str) -> str:
    """The parameter that says whether rules of a severity run."""
    return f"enable{severity}"


def escaped(value: Any) -> Any:
    """A value in which no text is taken for an expression that is none."""
    if isinstance(value, Mapping):
        return {key: escaped(part) for key, part in value.items()}
    if isinstance(value, list):
        return [escaped(part) for part in value]
    if isinstance(value, Expression) or not isinstance(value, str):
        return value
    return f"[{value}" if value.startswith("[") and value.endswith("]") else value


def parameter(kind: str, description: str) -> dict[str, Any]:
    """What the form of a deployment asks for."""
    return {"type": kind, "metadata": {"description": description}}


def template(resources: Sequence[Mapping[str, Any]], words: Words = ENGLISH) -> bytes:
    """A template's text."""
    parameters: dict[str, Any] = {"workspace": parameter("string", words(WORKSPACE))}
    if any("condition" in resource for resource in resources):
        parameters["defenderTables"] = {**parameter("bool", words(TABLES)), "defaultValue": False}
    rules = [resource for resource in resources if resource["type"].endswith("/alertRules")]
    used = {resource["properties"]["severity"] for resource in rules}
    for severity in SEVERITIES:
        if severity in used:
            parameters[enable(severity)] = parameter("bool", words(ENABLE, severity=severity))
    document = {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
        "resources": list(resources),
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def split(
    name: str,
    resources: Sequence[Mapping[str, Any]],
    most: int = MOST_RESOURCE,
    words: Words = ENGLISH,
) -> list[Artifact]:
    """As many templates as it takes: `name.json`, `name_2.json`, and so on.

    Raises:
        ValueError: one resource alone is larger than Azure takes.
    """
    parts: list[list[Mapping[str, Any]]] = [[]]
    total = 0
    for resource in map(escaped, resources):
        own = size(name, resource, most)
        if parts[-1] and (total + own > MOST_BYTES or len(parts[-1]) == MOST_RESOURCES):
            parts.append([])
            total = 0
        parts[-1].append(resource)
        total += own
    return [
        Artifact(f"{name}_{number}.json" if number > 1 else f"{name}.json", template(part, words))
        for number, part in enumerate(parts, 1)
        if part
    ]


def size(name: str, resource: Mapping[str, Any], most: int, mend: str = "shorten its query") -> int:
    """The bytes of a resource in a template; raises `TooLarge` where they are too many."""
    own = len(json.dumps(resource, indent=2, ensure_ascii=False).encode())
    if own > most:
        raise TooLarge(
            f"{name}.json: {resource['name']} has {own:,} bytes, Azure takes {most:,}: {mend}"
        )
    return own
