"""Sentinel. https://learn.microsoft.com/azure/sentinel/import-export-analytics-rules; durations
come back as .NET writes them."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from tests.drift.deployments import GOLDEN, Deployment, Thing


def things() -> list[Thing]:
    template = json.loads((GOLDEN / "sentinel" / "azuredeploy.json").read_text("utf-8"))
    things = []
    for resource in template["resources"]:
        if not resource["type"].endswith("/alertRules"):
            continue
        name = resource["name"]
        properties = copy.deepcopy(resource["properties"])
        grouping = properties["incidentConfiguration"]["groupingConfiguration"]
        grouping |= {"groupByAlertDetails": [], "groupByCustomDetails": []}
        properties |= {
            "enabled": False,
            "startTimeUtc": None,
            "alertRuleTemplateName": None,
            "templateVersion": None,
            "sentinelEntitiesMappings": None,
            "subTechniques": [],
            "techniques": list(reversed(properties["techniques"])),
            "queryPeriod": properties["queryPeriod"].replace("PT26H", "P1DT2H"),
        }
        things.append(
            {
                "id": "[concat(resourceId('Microsoft.OperationalInsights/workspaces/providers', "
                "parameters('workspace'), 'Microsoft.SecurityInsights'),"
                f"'/alertRules/{name}')]",
                "name": f"[concat(parameters('workspace'),'/Microsoft.SecurityInsights/{name}')]",
                "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
                "kind": resource["kind"],
                "apiVersion": "2023-12-01-preview",
                "properties": properties,
            }
        )
    return things


def write(things: list[Thing], folder: Path) -> Path:
    path = folder / "Azure_Sentinel_analytics_rules.json"
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    template = {
        "$schema": schema,
        "contentVersion": "1.0.0.0",
        "parameters": {"workspace": {"type": "String"}},
        "resources": things,
    }
    path.write_text("\ufeff" + json.dumps(template), "utf-8")
    return path


def edit(thing: Thing) -> None:
    thing["properties"]["query"] += "| where false\n"


def cloned(thing: Thing) -> Thing:
    other = "5e1b4a0c-0000-4000-8000-000000000002"
    properties = {**thing["properties"], "displayName": "Cloned"}
    name = f"[concat(parameters('workspace'),'/Microsoft.SecurityInsights/{other}')]"
    return {**thing, "id": f"x/{other}", "name": name, "properties": properties}


def switch(thing: Thing, on: bool) -> None:
    thing["properties"]["enabled"] = on


def retime(thing: Thing) -> None:
    thing["properties"]["queryFrequency"] = "P1D"


DEPLOYMENT = Deployment(
    "sentinel", things, write, edit, "query", cloned, switch, retime, "queryFrequency"
)
