"""Every file for Sentinel against a closed schema of it, with the limits that Microsoft states.

Rules in YAML: the models in Azure/Azure-Sentinel, .script/tests/detectionTemplateSchemaValidation/
Models (QueryBasedTemplateInternalModel, ScheduledTemplateInternalModel, AlertDetailsOverride,
EntityMappingIdentifiers), and the repository's "Query Style Guide" for what they leave open. ARM:
https://learn.microsoft.com/azure/templates/microsoft.securityinsights/alertrules and watchlists,
.../microsoft.operationalinsights/workspaces/savedsearches. Read 2026-11-28.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.targets.closed import Schema, each, faults, opened, record, text
from tests.targets.sentinel.shipped import files

TACTICS = [
    "Reconnaissance ResourceDevelopment InitialAccess Execution Persistence PrivilegeEscalation",
    "DefenseEvasion CredentialAccess Discovery LateralMovement Collection Exfiltration",
    "CommandAndControl Impact",
]
UUID = text(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
COLUMN = text(500, pattern=r"^[a-zA-Z_]+\w*$")
#: Type of entity -> its identifiers (EntityMappingIdentifiers).
IDENTIFIERS = {
    "Account": "Name FullName NTDomain DnsDomain UPNSuffix Sid AadTenantId AadUserId PUID",
    "DNS": "DomainName",
    "File": "Directory Name",
    "FileHash": "Algorithm Value",
    "Host": "DnsDomain NTDomain HostName FullName NetBiosName AzureID OMSAgentID OSFamily",
    "IP": "Address",
    "Malware": "Name Category",
    "Process": "ProcessId CommandLine ElevationToken CreationTimeUtc",
    "RegistryKey": "Hive Key",
    "RegistryValue": "Name Value ValueType",
    "URL": "Url",
}
ENTITIES = each(
    {
        "oneOf": [
            record(
                {
                    "entityType": {"const": kind},
                    "fieldMappings": each(
                        record({"identifier": {"enum": names.split()}, "columnName": COLUMN}), 1, 3
                    ),
                }
            )
            for kind, names in IDENTIFIERS.items()
        ]
    },
    1,
    10,
)
TACTIC = {"enum": " ".join(TACTICS).split()}
GROUPING = record(
    {
        "enabled": {"type": "boolean"},
        "reopenClosedIncident": {"type": "boolean"},
        "lookbackDuration": text(pattern=r"^P(\d+D|T\d+[HM])$"),
        "matchingMethod": {"enum": ["AllEntities", "AnyAlert", "Selected"]},
    },
    {"groupByEntities": each({"enum": sorted(IDENTIFIERS)}, 1)},
)
ALERT = {
    "severity": {"enum": ["Informational", "Low", "Medium", "High"]},
    "query": text(10_000),
    "triggerThreshold": {"type": "integer", "minimum": 0, "maximum": 10_000},
    "customDetails": {
        "type": "object",
        "propertyNames": text(20, pattern=r"^[a-zA-Z]+\w*$"),
        "additionalProperties": COLUMN,
        "minProperties": 1,
        "maxProperties": 20,
    },
    "alertDetailsOverride": record(
        # Three columns at most.
        {"alertDisplayNameFormat": text(256, pattern=r"^([^{]*\{\{\w+\}\}){0,3}[^{]*$")}
    ),
    "incidentConfiguration": record(
        {"createIncident": {"type": "boolean"}, "groupingConfiguration": GROUPING}
    ),
    "eventGroupingSettings": record({"aggregationKind": {"const": "AlertPerResult"}}),
    "suppressionEnabled": {"const": False},
    "entityMappings": ENTITIES,
    "tactics": each(TACTIC, 1),
}
SHARED = {
    "id": UUID,
    "name": text(256),
    "description": text(5_000),
    "requiredDataConnectors": each(
        record({"connectorId": {"const": "MicrosoftThreatProtection"}, "dataTypes": each(text())})
    ),
    "tactics": each(TACTIC, 1),
    "relevantTechniques": each(text(pattern=r"^T\d{4}(\.\d{3})?$"), 1),
    "version": text(20, pattern=r"^\d+\.\d+\.\d+$"),
    "tags": each(text(), 1),
}
EVERY = text(pattern=r"^\d+[mhd]$")
ANALYTIC = record(
    {
        **SHARED,
        **ALERT,
        "status": {"const": "Available"},
        "queryFrequency": EVERY,
        "queryPeriod": EVERY,
        "triggerOperator": {"enum": ["gt", "lt", "eq", "ne"]},
        "suppressionDuration": EVERY,
        "kind": {"const": "Scheduled"},
    }
)
NAMED = ("tactics", "relevantTechniques")
HUNTING = record(
    {key: value for key, value in SHARED.items() if key not in NAMED} | {"query": text()},
    {"entityMappings": ENTITIES} | {key: SHARED[key] for key in NAMED},
)
DURATION = text(pattern=r"^P(\d+D|T\d+[HM])$")
SCOPE = {
    "const": "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace'))]"
}
VERSION = text(pattern=r"^\d{4}-\d{2}-\d{2}$")
RULE = record(
    {
        "type": {"const": "Microsoft.SecurityInsights/alertRules"},
        "apiVersion": VERSION,
        "name": UUID,
        "scope": SCOPE,
        "kind": {"const": "Scheduled"},
        "properties": record(
            {
                **ALERT,
                "displayName": text(256),
                "description": text(5_000),
                "enabled": text(pattern=r"^\[parameters\('enable\w+'\)\]$"),
                "queryFrequency": DURATION,
                "queryPeriod": DURATION,
                "suppressionDuration": DURATION,
                "triggerOperator": {"enum": ["GreaterThan", "LessThan", "Equal", "NotEqual"]},
                "techniques": each(text(pattern=r"^T\d{4}$")),
            }
        ),
    },
    {"condition": {"const": "[parameters('defenderTables')]"}},
)
SEARCH = record(
    {
        "type": {"const": "Microsoft.OperationalInsights/workspaces/savedSearches"},
        "apiVersion": VERSION,
        "name": text(pattern=r"^\[concat\(parameters\('workspace'\), '/[0-9a-f-]{36}'\)\]$"),
        "etag": {"const": "*"},
        "properties": record(
            {
                "category": {"const": "Hunting Queries"},
                "displayName": text(256),
                "query": text(),
                "version": {"const": 2},
                "tags": each(record({"name": text(), "value": text()}), 0, 3),
            }
        ),
    },
    {"condition": {"const": "[parameters('defenderTables')]"}},
)
WATCHLIST = record(
    {
        "type": {"const": "Microsoft.SecurityInsights/watchlists"},
        "apiVersion": VERSION,
        "name": text(pattern=r"^threecx_\w+$"),
        "scope": SCOPE,
        "properties": record(
            {
                "displayName": text(),
                "description": text(),
                "provider": text(),
                "source": text(pattern=r"\.csv$"),
                "sourceType": {"const": "Local"},
                "contentType": {"const": "Text/Csv"},
                "numberOfLinesToSkip": {"const": 0},
                "itemsSearchKey": text(),
                "watchlistAlias": text(64, 3, r"^[A-Za-z0-9][\w-]+[A-Za-z0-9]$"),
                "rawContent": text(3_800_000),
            }
        ),
    }
)


def template(*resources: Schema) -> Schema:
    """A file of resources, each of one of these kinds."""
    asked = record({"type": text(), "metadata": record({"description": text()})})
    asked["properties"]["defaultValue"] = {"type": "boolean"}
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return record(
        {
            "$schema": {"const": schema},
            "contentVersion": text(pattern=r"^\d+(\.\d+){3}$"),
            "parameters": {"type": "object", "additionalProperties": asked},
            "resources": each({"oneOf": list(resources)}, 1, 800),
        }
    )


SCHEMAS = {
    "analytic_rules/": ANALYTIC,
    "hunting_queries/": HUNTING,
    "azuredeploy.json": template(RULE, SEARCH),
    "watchlists.json": template(WATCHLIST),
}


def documents(start: str) -> dict[str, Any]:
    return {
        path: yaml.safe_load(data) if path.endswith(".yaml") else json.loads(data)
        for path, data in files().items()
        if path.startswith(start)
    }


@pytest.mark.parametrize("start", sorted(SCHEMAS))
def test_a_file_has_the_keys_and_limits_of_its_format_and_no_other(start: str) -> None:
    """Sentinel: every file that is imported is judged by a closed schema."""
    found = {path: faults(SCHEMAS[start], document) for path, document in documents(start).items()}
    assert found and {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("start", sorted(SCHEMAS))
def test_a_key_too_many_is_found_anywhere(start: str) -> None:
    """But where names are the user's: those of custom details."""
    document = next(iter(documents(start).values()))
    if "resources" in document:
        kinds = {resource["type"]: resource for resource in document["resources"]}
        document = {**document, "parameters": {}, "resources": list(kinds.values())}
    taken = [changed for changed in opened(document) if not faults(SCHEMAS[start], changed)]
    assert len(taken) == json.dumps(document).count('"customDetails"')


def test_every_file_that_is_imported_has_a_schema() -> None:
    others = [path for path in files() if not path.startswith(tuple(SCHEMAS))]
    assert others and all(path.startswith("watchlists/threecx_") for path in others)
