"""Microsoft Sentinel: analytics rules and hunting queries as YAML, as Azure/Azure-Sentinel has it.

Format: https://github.com/Azure/Azure-Sentinel/wiki/Query-Style-Guide and the checks of its folder
`.script/tests/detectionTemplateSchemaValidation`. What an analytics rule cannot hold (over 10,000
characters, over 14 days), and what should not alert by itself, becomes a hunting query.

A hunting query is a query as it stands; that of an analytics rule has a frame around it (`once`),
so that what overlapping runs find is raised once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sigmapack.compiling.compile import version
from sigmapack.compiling.product import Artifact, Query, TooLarge, each, gathered
from sigmapack.content import response
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.targets.kql import attack
from sigmapack.targets.kql.windows import site_wide
from sigmapack.targets.sentinel import entities
from sigmapack.targets.sentinel.schedule import duration, is_analytic, schedule, text
from sigmapack.targets.yaml_text import Indented, indented, ours

LONGEST_NAME, LONGEST_DESCRIPTION = 256, 5_000
ANALYTICS, HUNTING = "analytic_rules", "hunting_queries"
TAGS = ["3CX supply-chain compromise", "CVE-2023-29059"]
#: The connector of the tables of Defender XDR. ASIM's parsers read what is there, and the table
#: Event is filled by a collection rule: neither needs a connector of its own.
DEFENDER = "MicrosoftThreatProtection"


#: YAML with texts of several lines as blocks, and lists indented, as people write them.
DUMPER = ours(Indented)


def rules(content: Content, queries: Sequence[Query]) -> list[dict[str, Any]]:
    """Every query as an analytics rule or, without a `kind`, a hunting query, by name.

    What a finding tells of is for hunting: Sentinel groups the alerts of one rule only.

    Raises:
        Refusals: the importer takes no such name or description.
    """
    ready = sorted((query for query in queries if query.path), key=lambda query: query.rule.name)
    alerting = {query.rule.name for query in ready if is_analytic(query)}
    alerting -= gathered(content, [query for query in ready if query.rule.name in alerting])
    return each(
        ready, lambda q: analytic(content, q) if q.rule.name in alerting else hunting(content, q)
    )


def files(rules: Sequence[dict[str, Any]], queries: Sequence[Query]) -> list[Artifact]:
    """One YAML file per rule, called like the query's file."""
    names = {query.rule.id: query.path for query in queries if query.path}
    found = []
    for rule in rules:
        folder = ANALYTICS if "kind" in rule else HUNTING
        stem = names[rule["id"]].rpartition("/")[2].removesuffix(".kql")
        # In ASCII, as Microsoft's repository wants: what is not is escaped.
        made = indented(rule, DUMPER, width=10_000)
        found.append(Artifact(f"{folder}/{stem}.yaml", made.encode()))
    return found


def common(content: Content, query: Query) -> dict[str, Any]:
    """What analytics rules and hunting queries have.

    Raises:
        ValueError: the importer takes no such name or description.
    """
    rule = query.rule
    description = response.plain(content, rule)
    for what, value, most in (
        ("title, with whom it concerns,", title(query), LONGEST_NAME),
        ("description with guidance", description, LONGEST_DESCRIPTION),
    ):
        if len(value) > most:
            raise TooLarge(
                f"the {what} has {len(value):,} characters, Sentinel takes {most:,}: "
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
    """A hunting query; what names no entity, or nothing of ATT&CK, goes without."""
    found = common(content, query)
    optional = ("entityMappings", "tactics", "relevantTechniques")
    return {key: value for key, value in found.items() if value or key not in optional}


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
        "query": text(query),
        "customDetails": entities.details(rule, query.text),
        "alertDetailsOverride": {"alertDisplayNameFormat": title(query)},
        "incidentConfiguration": incidents(kinds, rule),
        # Each row concerns a host or client of its own: one alert for all would have one incident
        # for the first, and the others in it.
        "eventGroupingSettings": {"aggregationKind": "AlertPerResult"},
        # To suppress stops the whole rule, for every host, once one has had a hit: alerts of a
        # host are grouped into one incident instead.
        "suppressionEnabled": False,
        "suppressionDuration": "5h",
        "kind": "Scheduled",
    }
    return found


def title(query: Query) -> str:
    """The title of an alert, with whom it concerns."""
    who = entities.subject(query.rule, query.text)
    own = re.sub(r"\{(?=\{)", "{ ", query.rule.title)  # two would begin the name of a column
    return f"{own}: {{{{{who}}}}}" if who else own


def incidents(kinds: set[str], rule: Rule) -> dict[str, Any]:
    """An incident for a host, or a client's address, with the alerts of a week: as long as may be.

    Where several are the finding, one for all.
    """
    whole = rule.is_correlation and site_wide(read_correlation(rule))
    key = next((kind for kind in ("Host", "IP") if kind in kinds and not whole), None)
    grouping: dict[str, Any] = {
        "enabled": True,
        "reopenClosedIncident": False,
        "lookbackDuration": "P7D",
        "matchingMethod": "Selected" if key else "AnyAlert",
    }
    if key:
        grouping["groupByEntities"] = [key]
    return {"createIncident": True, "groupingConfiguration": grouping}


def connectors(query: Query) -> list[dict[str, Any]]:
    """The connectors without which a query has no table; a fuzzy union does without one."""
    lines = query.text.splitlines()
    code = "\n".join(t for t in lines if not t.startswith("//") and "isfuzzy=true" not in t)
    tables = sorted(set(re.findall(r"\bDevice(?:\w*Events|FileCertificateInfo|Info)\b", code)))
    return [{"connectorId": DEFENDER, "dataTypes": tables}] if tables else []


def number(rule: Rule) -> str:
    """The rule's date as a version of three numbers; `1.0.0` where it has none."""
    parts = version(rule).split("-")
    whole = len(parts) == 3 and all(part.isdigit() for part in parts)
    return ".".join(str(int(part)) for part in parts) if whole else "1.0.0"
