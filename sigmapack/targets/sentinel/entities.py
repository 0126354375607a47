"""Microsoft Sentinel: which columns of a query's rows name hosts, accounts, files and so on.

Entities and identifiers: https://learn.microsoft.com/azure/sentinel/entities-reference. The columns
of ASIM's parsers are those of its empty parsers (`_Im_Dns_Empty` and the like in Azure/
Azure-Sentinel, Parsers), which every union begins with, so that they are there with any source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sigmapack.content.model import Rule
from sigmapack.targets.kql.correlation import hits
from sigmapack.targets.sentinel.fields import shown

#: Type of entity, then pairs of an identifier and a column.
Entity = tuple[str, tuple[tuple[str, str], ...]]
#: Entities and identifiers that one rule takes.
MOST_ENTITIES, MOST_IDENTIFIERS = 10, 3


def entity(kind: str, **identifiers: str) -> Entity:
    """One entity."""
    return kind, tuple(identifiers.items())


#: A column of ours: DvcHostname is empty or the other end's name with some parsers.
HOST = entity("Host", HostName="Device")
ACTOR = entity("Account", FullName="ActorUsername")
ACTING = entity("Process", ProcessId="ActingProcessId", CommandLine="ActingProcessCommandLine")
SOURCE = entity("IP", Address="SrcIpAddr")
DESTINATION = entity("IP", Address="DstIpAddr")
QUERY = entity("DNS", DomainName="DnsQuery")
CLIENT = (
    HOST,
    entity("Account", FullName="SrcUsername"),
    entity("Process", ProcessId="SrcProcessId"),
)
DEVICE = (
    entity("Host", FullName="DeviceName"),
    entity(
        "Account",
        Name="InitiatingProcessAccountName",
        NTDomain="InitiatingProcessAccountDomain",
        Sid="InitiatingProcessAccountSid",
    ),
    entity("Process", ProcessId="InitiatingProcessId", CommandLine="InitiatingProcessCommandLine"),
)
FILE = entity("File", Name="FileName", Directory="FolderPath")

#: Table -> entities; a table whose rows are a client's own has a second entry with `/client`.
ENTITIES: Mapping[str, tuple[Entity, ...]] = {
    "_Im_ProcessEvent": (
        HOST,
        entity("Account", FullName="TargetUsername"),
        entity("Process", ProcessId="TargetProcessId", CommandLine="TargetProcessCommandLine"),
    ),
    "_Im_FileEvent": (
        HOST,
        ACTOR,
        ACTING,
        entity("File", Name="TargetFileName", Directory="TargetFileDirectory"),
        entity("FileHash", Algorithm="HashType", Value="Hash"),
    ),
    "_Im_RegistryEvent": (
        HOST,
        ACTOR,
        ACTING,
        entity("RegistryKey", Key="RegistryKey"),
        entity("RegistryValue", Name="RegistryValue", Value="RegistryValueData"),
    ),
    "_Im_NetworkSession": (SOURCE, DESTINATION),
    "_Im_NetworkSession/client": (*CLIENT, DESTINATION),
    "_Im_Dns": (SOURCE, QUERY),
    "_Im_Dns/client": (*CLIENT, QUERY),
    "_Im_WebSession": (
        SOURCE,
        DESTINATION,
        entity("Account", FullName="SrcUsername"),
        entity("URL", Url="Url"),
    ),
    "Event": (entity("Host", FullName="Computer"),),
    "SecurityEvent": (entity("Host", FullName="Computer"), entity("Account", FullName="Account")),
    "DeviceEvents": (*DEVICE, FILE),
    "DeviceFileEvents": (*DEVICE, FILE),
    "DeviceImageLoadEvents": (*DEVICE, FILE),
    "DeviceNetworkEvents": (
        *DEVICE,
        entity("IP", Address="RemoteIP"),
        entity("URL", Url="RemoteUrl"),
    ),
    "DeviceProcessEvents": (
        DEVICE[0],
        entity("Account", Name="AccountName", NTDomain="AccountDomain", Sid="AccountSid"),
        entity("Process", ProcessId="ProcessId", CommandLine="ProcessCommandLine"),
        FILE,
    ),
}
#: Columns of domains, each the indicator of a correlation's hits.
DOMAINS = frozenset({"DnsQuery", "DstName", "QueryName", "RemoteHost"})
#: Entities of columns that a query makes itself.
MADE = (
    entity("DNS", DomainName="QueryName"),
    entity("DNS", DomainName="DstName"),
    entity("DNS", DomainName="RemoteHost"),
    entity("Malware", Name="ThreatName"),
)
#: What an alert shows besides: name -> column, by table.
DETAILS: Mapping[str, Mapping[str, str]] = {
    "_Im_ProcessEvent": {
        "Image": "TargetProcessName",
        "ParentImage": "ActingProcessName",
        "SHA256": "TargetProcessSHA256",
    },
    "_Im_FileEvent": {"Image": "ActingProcessName", "Path": "FilePath"},
    "_Im_RegistryEvent": {"Image": "ActingProcessName"},
    "_Im_NetworkSession": {"Product": "EventProduct"},
    "_Im_NetworkSession/client": {"Image": "SrcProcessName"},
    "_Im_Dns": {"Product": "EventProduct", "ResponseCode": "EventResultDetails"},
    "_Im_Dns/client": {"Image": "SrcProcessName", "ResponseCode": "EventResultDetails"},
    "_Im_WebSession": {"Product": "EventProduct", "UserAgent": "HttpUserAgent"},
    "Event": {"EventId": "EventID"},
    "SecurityEvent": {"EventId": "EventID"},
    "DeviceEvents": {"Action": "ActionType"},
    "DeviceFileEvents": {"Action": "ActionType", "SHA256": "SHA256"},
    "DeviceImageLoadEvents": {"Image": "InitiatingProcessFolderPath", "SHA256": "SHA256"},
    "DeviceNetworkEvents": {"Action": "ActionType", "Image": "InitiatingProcessFolderPath"},
    "DeviceProcessEvents": {"ParentImage": "InitiatingProcessFolderPath", "SHA256": "SHA256"},
}


def table(rule: Rule, text: str) -> str:
    """The table that a query reads, as in `ENTITIES`; "" of correlations, which read several."""
    if rule.is_correlation:
        return ""
    code = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    names = re.findall(r"\b(?:_Im_\w+|Device\w*Events|(?:Security)?Event)\b", code)
    name = names[0] if names else ""
    client = f"{name}/client"
    return client if client in ENTITIES and shown(rule.logsource.key) else name


def made(text: str) -> set[str]:
    """The columns that a query makes."""
    return set(re.findall(r"\| extend (\w+) = ", text))


def entities(rule: Rule, text: str) -> list[Entity]:
    """The entities in the rows of a query."""
    if not rule.is_correlation:
        own = made(text)
        more = [one for one in MADE if own.issuperset(column for _, column in one[1])]
        return [*ENTITIES.get(table(rule, text), ()), *more][:MOST_ENTITIES]
    kept = hits(text)
    found = []
    if "Device" in kept and not by_client(text):
        found.append(entity("Host", HostName="Device"))
    if "SrcIpAddr" in kept:
        found.append(SOURCE)
    if "SigmaAccount" in text:
        found.append(entity("Account", FullName="SigmaAccount"))
    if set(re.findall(r"SigmaIndicator = ([^,\s]+)", text)) <= DOMAINS:
        found.append(entity("DNS", DomainName="SigmaIndicator"))
    return found


def by_client(text: str) -> bool:
    """Whether a correlation is by client: its device is the resolver or proxy that logged it."""
    return "SrcIpAddr" in re.findall(r"Sigma(?:Key|Value) = (\w+)", text)


def subject(rule: Rule, text: str) -> str:
    """The column that says whom a row concerns; "" where none does."""
    if rule.is_correlation:
        return "SigmaValue" if re.search(r'SigmaKey = "", SigmaValue = ', text) else "SigmaKey"
    kinds = {kind: dict(identifiers) for kind, identifiers in reversed(entities(rule, text))}
    for kind in ("Host", "IP"):
        if kind in kinds:
            return next(iter(kinds[kind].values()))
    return ""


def details(rule: Rule, text: str) -> dict[str, str]:
    """Custom details of an alert: name -> column of the query's rows."""
    if not rule.is_correlation:
        return dict(DETAILS.get(table(rule, text), {}))
    found = {"Key": "SigmaKey", "Rules": "Rules", "Indicators": "Indicators"}
    return found | ({"FirstSeen": "FirstSeen"} if "FirstSeen" in text else {})


def mappings(found: list[Entity]) -> list[dict[str, Any]]:
    """Entities as `entityMappings` of a rule."""
    return [
        {
            "entityType": kind,
            "fieldMappings": [
                {"identifier": name, "columnName": column}
                for name, column in identifiers[:MOST_IDENTIFIERS]
            ],
        }
        for kind, identifiers in found
    ]
