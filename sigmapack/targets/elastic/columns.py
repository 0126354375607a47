"""The fields that a query for Elastic names: their types, and whose integrations bring them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sigmapack.targets.ecs.channels import EVENT
from sigmapack.targets.ecs.fields import BOOLEAN, BY_LOGSOURCE, IP, NUMBER, TEXT

#: Fields of ECS whose type is wildcard (https://www.elastic.co/docs/reference/ecs/ecs-field-reference).
WILDCARD = frozenset(
    {
        "process.command_line",
        "process.parent.command_line",
        "registry.data.strings",
        "url.full",
        "url.original",
        "url.path",
    }
)
RESTRICTING = {
    "event.action",
    "event.dataset",
    "event.type",
    "host.id",
    "host.os.type",
    "network.protocol",
    "winlog.channel",
}
#: Whom an alert is about, besides what the query names.
ENTITIES = ("host.name", "user.name")
#: Every field that a query may name.
KNOWN = RESTRICTING.union(
    ENTITIES,
    (
        target
        for mapping in (EVENT, *BY_LOGSOURCE.values())
        for named in mapping.values()
        for target in ([named] if isinstance(named, str) else named)
    ),
)
#: Integration package -> what its indices begin with.
PACKAGES = {
    "endpoint": "logs-endpoint.",
    "windows": "logs-windows.",
    "system": "logs-system.",
    "zeek": "logs-zeek.",
    "microsoft_dnsserver": "logs-microsoft_dnsserver.",
    "sysmon_linux": "logs-sysmon_linux.",
    "winlog": "logs-winlog.",
}
#: Data sets of packages that are read from `logs-*`: the part before the point is the package.
DATASETS = (
    "aws.route53_resolver_logs",
    "azure.firewall_logs",
    "checkpoint.firewall",
    "cisco_asa.log",
    "cisco_ftd.log",
    "cisco_umbrella.log",
    "forcepoint_web.logs",
    "fortinet_fortigate.log",
    "gcp.dns",
    "infoblox_nios.log",
    "iptables.log",
    "netskope.events",
    "network_traffic.dns",
    "panw.panos",
    "pfsense.log",
    "squid.log",
    "zscaler_zia.web",
)


def fields(text: str) -> list[str]:
    """The ECS and integration fields that a query names, sorted."""
    return sorted(set(re.findall(r"[A-Za-z_]\w*(?:\.\w+)+", text)) & KNOWN)


def required(text: str) -> list[dict[str, Any]]:
    """`required_fields` of a query."""
    own = ("winlog.", "sysmon.", "zeek.", "squid.")
    return [
        {
            "name": field,
            "type": kind(field),
            "ecs": not field.startswith(own) and ".Ext." not in field,
        }
        for field in fields(text)
    ]


def kind(field: str) -> str:
    """The type of a field's mapping."""
    for name, members in (
        ("ip", IP),
        ("long", NUMBER),
        ("boolean", BOOLEAN),
        ("text", TEXT),
        ("wildcard", WILDCARD),
    ):
        if field in members:
            return name
    return "keyword"


def shown(text: str) -> list[str]:
    """The fields that an analyst looks at first: those of the query, then host and user."""
    plain = ("event.", "host.os.", "winlog.channel", "winlog.provider_name", "network.protocol")
    used = [field for field in fields(text) if not field.startswith(plain)]
    return list(dict.fromkeys([*used, *ENTITIES, "@timestamp"]))


def sources(text: str) -> list[str]:
    """The index patterns of an ES|QL query."""
    found = re.search(r"^FROM (.+?)(?: METADATA .*)?$", text, re.MULTILINE)
    return found[1].split(", ") if found else []


def integrations(index: Sequence[str], text: str) -> list[dict[str, str]]:
    """The integrations whose indices a rule reads, or whose data sets its query names."""
    read = {
        package
        for package, start in PACKAGES.items()
        if any(name.startswith(start) for name in index)
    }
    # Not all of these packages may have reached version 1: any version will do.
    loose = {name.partition(".")[0] for name in DATASETS if f'"{name}"' in text} | read & {"winlog"}
    return [
        {"package": package, "version": ">=0.1.0" if package in loose else ">=1.0.0"}
        for package in sorted(read | loose)
    ]
