"""What Kibana's import takes, as a JSON schema in our words.

Restated from the API's reference (https://www.elastic.co/docs/api/doc/kibana/operation/
operation-createrule) and from the schemas of elastic/detection-rules at commit 14cf530
(detection_rules/etc/api_schemas/master), whose licence forbids a copy and which no package registry
carries. Other properties than these are refused, so that a misspelt one shows.
"""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "items": TEXT}


def closed(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """An object with these properties only."""
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def attack(kind: str, identifier: str, **more: Any) -> dict[str, Any]:
    """A tactic, technique or subtechnique with its page."""
    page = rf"^https://attack\.mitre\.org/{kind}/[A-Z0-9/]+/$"
    properties = {
        "id": {"type": "string", "pattern": identifier},
        "name": TEXT,
        "reference": {"type": "string", "pattern": page},
        **more,
    }
    return closed(properties, list(properties))


TECHNIQUE = attack(
    "techniques",
    r"^T\d{4}$",
    subtechnique={"type": "array", "items": attack("techniques", r"^T\d{4}\.\d{3}$")},
)
THREAT = closed(
    {
        "framework": {"const": "MITRE ATT&CK"},
        "tactic": attack("tactics", r"^TA\d{4}$"),
        "technique": {"type": "array", "items": TECHNIQUE},
    },
    ["framework", "tactic", "technique"],
)
SUPPRESSION = closed(
    {
        "group_by": {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 3},
        "duration": closed(
            {
                "value": {"type": "integer", "minimum": 1},
                "unit": {"enum": ["s", "m", "h"]},
            },
            ["value", "unit"],
        ),
        "missing_fields_strategy": {"enum": ["suppress", "doNotSuppress"]},
    },
    ["group_by"],
)
#: Tags as elastic/detection-rules has them (EXPECTED_RULE_TAGS, commit 14cf530), a few of ours.
TAGS = {
    "Domain": ("Endpoint", "Network"),
    "OS": ("Linux", "Windows", "macOS"),
    "Use Case": ("Network Security Monitoring", "Threat Detection", "Threat Hunting"),
    "Tactic": (
        "Command and Control",
        "Credential Access",
        "Defense Impairment",
        "Discovery",
        "Execution",
        "Exfiltration",
        "Initial Access",
        "Persistence",
        "Privilege Escalation",
        "Stealth",
    ),
    "Data Source": (
        "Elastic Defend",
        "Fortinet FortiGate Logs",
        "Linux Sysmon Logs",
        "Network Packet Capture",
        "PAN-OS Logs",
        "PowerShell Logs",
        "Sysmon",
        "Windows Security Event Logs",
        "Windows System Event Logs",
    ),
    "Rule Type": ("BBR", "ESQL", "Event Correlation (EQL)", "Indicator Match"),
    "Resources": ("Investigation Guide",),
    "Threat": ("3CX supply-chain compromise",),
    "Vuln": ("CVE-2023-29059",),
    "TLP": ("CLEAR",),
}
COMMON: dict[str, Any] = {
    "rule_id": {"type": "string", "pattern": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
    "name": {**TEXT, "maxLength": 256},
    "description": TEXT,
    "severity": {"enum": ["low", "medium", "high", "critical"]},
    "risk_score": {"type": "integer", "minimum": 0, "maximum": 100},
    "enabled": {"const": False},
    "interval": {"type": "string", "pattern": r"^[1-9]\d*[smhd]$"},
    "from": {"type": "string", "pattern": r"^now-[1-9]\d*[smhd]$"},
    "author": TEXTS,
    "license": TEXT,
    "version": {"type": "integer", "minimum": 1},
    "max_signals": {"type": "integer", "minimum": 1, "maximum": 1000},
    "tags": {
        "type": "array",
        "items": {"enum": [f"{kind}: {name}" for kind, names in TAGS.items() for name in names]},
        "minItems": 1,
        "uniqueItems": True,
    },
    "references": {"type": "array", "items": {"type": "string", "pattern": "^https://"}},
    "false_positives": TEXTS,
    "threat": {"type": "array", "items": THREAT},
    "note": {
        "type": "string",
        "pattern": r"^## Triage and analysis\n\n### Investigating \S[\s\S]*"
        r"\n### Possible investigation steps\n[\s\S]*\n### Response and remediation\n",
    },
    "setup": {"type": "string", "pattern": r"^## Setup\n\nNeeds: "},
    "exceptions_list": {"type": "array", "maxItems": 0},
    "query": TEXT,
    "required_fields": {
        "type": "array",
        "items": closed({"name": TEXT, "type": TEXT, "ecs": {"type": "boolean"}}, ["name", "type"]),
    },
    "related_integrations": {
        "type": "array",
        "items": closed({"package": TEXT, "version": TEXT}, ["package", "version"]),
    },
    "investigation_fields": closed({"field_names": {**TEXTS, "minItems": 1}}, ["field_names"]),
    "alert_suppression": SUPPRESSION,
    "timestamp_override": TEXT,
    "building_block_type": {"const": "default"},
}
INDEX = {"index": {**TEXTS, "minItems": 1}}
ENTRY = closed({"field": TEXT, "type": {"const": "mapping"}, "value": TEXT}, ["field", "value"])
MAPPING = closed({"entries": {"type": "array", "items": ENTRY, "minItems": 1}}, ["entries"])
REQUIRED = ["rule_id", "name", "description", "severity", "risk_score", "type", "language", "query"]
REQUIRED += ["tags", "note", "setup"]

TYPES: dict[str, dict[str, Any]] = {
    "query": {"language": {"enum": ["lucene", "kuery"]}, **INDEX},
    "eql": {"language": {"const": "eql"}, **INDEX},
    "esql": {"language": {"const": "esql"}},
    "threat_match": {
        "language": {"const": "kuery"},
        **INDEX,
        "threat_index": {**TEXTS, "minItems": 1},
        "threat_query": TEXT,
        "threat_language": {"const": "kuery"},
        "threat_indicator_path": TEXT,
        "threat_mapping": {"type": "array", "items": MAPPING, "minItems": 1},
    },
}


def schema(kind: str) -> dict[str, Any]:
    """The schema of one type of rule."""
    own = TYPES[kind]
    return closed({**COMMON, **own, "type": {"const": kind}}, [*REQUIRED, *own])
