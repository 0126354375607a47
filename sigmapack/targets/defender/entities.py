"""Microsoft Defender XDR: which columns of a query's rows name hosts, accounts, files and so on.

Columns: https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables; entities:
https://learn.microsoft.com/graph/api/resources/security-entitymappingconfiguration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sigmapack.content.model import Rule

Mappings = dict[str, list[dict[str, str]]]

ACCOUNT = {
    "nameColumn": "InitiatingProcessAccountName",
    "ntDomainColumn": "InitiatingProcessAccountDomain",
    "sidColumn": "InitiatingProcessAccountSid",
}
STARTER = {"sha1Column": "InitiatingProcessSHA1", "sha256Column": "InitiatingProcessSHA256"}
FILE = {"nameColumn": "FileName", "sha1Column": "SHA1", "sha256Column": "SHA256"}
#: Table -> entities besides the host.
ENTITIES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "DeviceEvents": {"accounts": ACCOUNT, "processes": STARTER, "files": FILE},
    "DeviceFileEvents": {"accounts": ACCOUNT, "processes": STARTER, "files": FILE},
    "DeviceImageLoadEvents": {"accounts": ACCOUNT, "processes": STARTER, "files": FILE},
    "DeviceNetworkEvents": {
        "accounts": ACCOUNT,
        "processes": STARTER,
        "ips": {"addressColumn": "RemoteIP"},
    },
    "DeviceProcessEvents": {
        "accounts": {
            "nameColumn": "AccountName",
            "ntDomainColumn": "AccountDomain",
            "sidColumn": "AccountSid",
        },
        "processes": {"sha1Column": "SHA1", "sha256Column": "SHA256"},
        "files": FILE,
    },
    "DeviceRegistryEvents": {
        "accounts": ACCOUNT,
        "processes": STARTER,
        "registryValues": {"keyColumn": "RegistryKey", "valueNameColumn": "RegistryValueName"},
    },
}
#: Table -> what an alert shows besides: name -> column.
DETAILS: Mapping[str, Mapping[str, str]] = {
    "DeviceProcessEvents": {
        "CommandLine": "ProcessCommandLine",
        "Image": "FolderPath",
        "ParentImage": "InitiatingProcessFolderPath",
    },
    "DeviceFileEvents": {"Image": "InitiatingProcessFolderPath", "Path": "FolderPath"},
    "DeviceImageLoadEvents": {"Image": "InitiatingProcessFolderPath", "Path": "FolderPath"},
    "DeviceNetworkEvents": {"Image": "InitiatingProcessFolderPath", "Url": "RemoteUrl"},
    "DeviceRegistryEvents": {"Image": "InitiatingProcessFolderPath", "Data": "RegistryValueData"},
    "DeviceEvents": {"Image": "InitiatingProcessFolderPath", "Path": "FolderPath"},
}

#: Columns of domains that queries make.
DOMAINS = frozenset({"DnsQuery", "RemoteHost"})


def tables(text: str) -> list[str]:
    """The tables that a query that is no correlation reads."""
    lines = [line for line in text.splitlines() if not line.startswith("//")]
    return re.findall(r"\bDevice\w*Events\b", lines[0])


def entities(own: Rule, text: str) -> Mappings:
    """What the rows name; with several tables only what all of them have."""
    found: Mappings = {"hosts": [{"deviceIdColumn": "DeviceId", "nameColumn": "DeviceName"}]}
    if own.is_correlation:
        if "SigmaAccount" in text:
            found["accounts"] = [{"sidColumn": "SigmaAccount"}]
        if set(re.findall(r"SigmaIndicator = ([^,\s]+)", text)) <= DOMAINS:
            found["dns"] = [{"domainNameColumn": "SigmaIndicator"}]
        return found
    read = [ENTITIES.get(name, {}) for name in tables(text)]
    for kind, mapping in read[0].items() if read else ():
        if all(other.get(kind) == mapping for other in read):
            found[kind] = [dict(mapping)]
    for column in sorted(DOMAINS):
        if f"| extend {column} = " in text:
            found["dns"] = [{"domainNameColumn": column}]
    return found


def details(own: Rule, text: str) -> dict[str, str]:
    """Custom details of an alert: name -> column."""
    if own.is_correlation:
        found = {"Rules": "Rules", "Indicators": "Indicators"}
        return found | ({"FirstSeen": "FirstSeen"} if "FirstSeen" in text else {})
    read = tables(text)
    first = DETAILS.get(read[0], {}) if read else {}
    others = [DETAILS.get(name, {}) for name in read]
    return {key: name for key, name in first.items() if all(o.get(key) == name for o in others)}
