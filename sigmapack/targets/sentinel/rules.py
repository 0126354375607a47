"""Microsoft Sentinel: analytics rules and hunting queries as YAML, as Azure/Azure-Sentinel has it.

Format: https://github.com/Azure/Azure-Sentinel/wiki/Query-Style-Guide and the checks of its folder
`.script/tests/detectionTemplateSchemaValidation`. What an analytics rule cannot hold (over 10,000
characters, over 14 days), and what should not alert by itself, becomes a hunting query.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml

from sigmapack.compiling.compile import version
from sigmapack.compiling.product import Artifact, Query, TooLarge
from sigmapack.content import response
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.targets.kql import attack
from sigmapack.targets.schedules import minutes
from sigmapack.targets.sentinel import entities

LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_QUERY = 256, 5_000, 10_000
DAY = 1440
#: Minutes that a rule may look back, and from when on it may not run more than once an hour.
LONGEST_PERIOD, LONG_PERIOD = 14 * DAY, 2 * DAY
ANALYTICS, HUNTING = "analytic_rules", "hunting_queries"
TAGS = ["3CX supply-chain compromise", "CVE-2023-29059"]
#: The connector of the tables of Defender XDR. ASIM's parsers read what is there, and the table
#: Event is filled by a collection rule: neither needs a connector of its own.
DEFENDER = "MicrosoftThreatProtection"


class _Dumper(yaml.SafeDumper):
    """YAML with texts of several lines as blocks, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def is_analytic(query: Query) -> bool:
    """Whether a query can be an analytics rule and should alert by itself."""
    if query.rule.is_hunting or len(query.text) > LONGEST_QUERY:
        return False
    return schedule(query.rule)[1] <= LONGEST_PERIOD


def schedule(rule: Rule) -> tuple[int, int]:
    """Minutes between runs, and minutes looked back: whole hours from two hours on."""
    every, back = minutes(rule)
    back = -(-back // 60) * 60 if back > 120 else back
    span = read_correlation(rule).seconds // 60 if rule.is_correlation else 0
    if back > LONGEST_PERIOD >= span:
        back = LONGEST_PERIOD
    return (max(every, 60) if back >= LONG_PERIOD else every), back


def duration(count: int) -> str:
    """Minutes as `5m`, `26h`, `1d`."""
    for unit, length in (("d", DAY), ("h", 60)):
        if count % length == 0:
            return f"{count // length}{unit}"
    return f"{count}m"


def rules(content: Content, queries: Sequence[Query]) -> list[dict[str, Any]]:
    """Every query as an analytics rule or, without a `kind`, a hunting query, by name."""
    ready = sorted((query for query in queries if query.path), key=lambda query: query.rule.name)
    return [
        analytic(content, query) if is_analytic(query) else hunting(content, query)
        for query in ready
    ]


def files(rules: Sequence[dict[str, Any]], queries: Sequence[Query]) -> list[Artifact]:
    """One YAML file per rule, called like the query's file."""
    names = {query.rule.id: query.path for query in queries if query.path}
    found = []
    for rule in rules:
        folder = ANALYTICS if "kind" in rule else HUNTING
        stem = names[rule["id"]].rpartition("/")[2].removesuffix(".kql")
        # In ASCII, as Microsoft's repository wants: what is not is escaped.
        text = yaml.dump(rule, Dumper=_Dumper, sort_keys=False, width=10_000)
        found.append(Artifact(f"{folder}/{stem}.yaml", text.encode()))
    return found


def common(content: Content, query: Query) -> dict[str, Any]:
    """What analytics rules and hunting queries have.

    Raises:
        ValueError: the importer takes no such name or description.
    """
    rule = query.rule
    description = response.plain(content, rule)
    for what, text, most in (
        ("title", rule.title, LONGEST_NAME),
        ("description with guidance", description, LONGEST_DESCRIPTION),
    ):
        if len(text) > most:
            raise TooLarge(
                f"{rule.path}: the {what} has {len(text):,} characters, Sentinel takes {most:,}: "
                "shorten it, or the playbook in response.toml"
            )
    tactics = attack.tactics(content, rule)
    return {
        "id": rule.id,
        "name": rule.title,
        "description": f"{description}\n",
        "requiredDataConnectors": connectors(query),
        "tactics": list(tactics),
        "relevantTechniques": attack.techniques(content, rule),
        "query": query.text,
        "entityMappings": entities.mappings(entities.entities(rule, query.text)),
        "version": number(rule),
        "tags": TAGS,
    }


def hunting(content: Content, query: Query) -> dict[str, Any]:
    """A hunting query."""
    found = common(content, query)
    return {key: value for key, value in found.items() if value or key != "entityMappings"}


def analytic(content: Content, query: Query) -> dict[str, Any]:
    """An analytics rule."""
    rule = query.rule
    shared = hunting(content, query)
    every, back = schedule(rule)
    kinds = {entity["entityType"] for entity in shared.get("entityMappings", ())}
    found = {key: shared.pop(key) for key in ("id", "name", "description")}
    found |= {
        "severity": attack.SEVERITY[rule.level],
        "status": "Available",
        "requiredDataConnectors": shared.pop("requiredDataConnectors"),
        "queryFrequency": duration(every),
        "queryPeriod": duration(back),
        "triggerOperator": "gt",
        "triggerThreshold": 0,
        **shared,
        "customDetails": entities.details(rule, query.text),
        "incidentConfiguration": incidents(kinds),
        "eventGroupingSettings": {"aggregationKind": "SingleAlert"},
        # To suppress stops the whole rule, for every host, once one has had a hit: alerts of a
        # host are grouped into one incident instead.
        "suppressionEnabled": False,
        "suppressionDuration": "5h",
        "kind": "Scheduled",
    }
    if rule.is_correlation:
        found["eventGroupingSettings"] = {"aggregationKind": "AlertPerResult"}
        if read_correlation(rule).group_by:
            name = f"{rule.title}: {{{{SigmaKey}}}}"
            found["alertDetailsOverride"] = {"alertDisplayNameFormat": name}
    return found


def incidents(kinds: set[str]) -> dict[str, Any]:
    """An incident for a host, or a client's address, with the alerts of a day."""
    key = next((kind for kind in ("Host", "IP") if kind in kinds), None)
    grouping: dict[str, Any] = {
        "enabled": True,
        "reopenClosedIncident": False,
        "lookbackDuration": "P1D",
        "matchingMethod": "Selected" if key else "AnyAlert",
    }
    if key:
        grouping["groupByEntities"] = [key]
    return {"createIncident": True, "groupingConfiguration": grouping}


def connectors(query: Query) -> list[dict[str, Any]]:
    """The connectors without which a query has no table."""
    code = "\n".join(line for line in query.text.splitlines() if not line.startswith("//"))
    tables = sorted(set(re.findall(r"\bDevice(?:\w*Events|FileCertificateInfo|Info)\b", code)))
    return [{"connectorId": DEFENDER, "dataTypes": tables}] if tables else []


def number(rule: Rule) -> str:
    """The rule's date as a version of three numbers; `1.0.0` where it has none."""
    parts = version(rule).split("-")
    whole = len(parts) == 3 and all(part.isdigit() for part in parts)
    return ".".join(str(int(part)) for part in parts) if whole else "1.0.0"
