"""Entities and details of Sentinel's alerts name columns that the queries have.

Columns are those of the empty ASIM parsers of Azure/Azure-Sentinel
(`Parsers/*/Parsers/vim*Empty.yaml`).
"""

from __future__ import annotations

import re
from typing import Any

from tests.targets.sentinel.shipped import documents

#: Identifiers of entities, each with those of which one must be there ("+": both).
IDENTIFIERS = {
    "Account": ({"Name", "FullName", "NTDomain", "Sid"}, ["FullName", "Sid", "Name"]),
    "DNS": ({"DomainName"}, ["DomainName"]),
    "File": ({"Directory", "Name"}, ["Name"]),
    "FileHash": ({"Algorithm", "Value"}, ["Algorithm+Value"]),
    "Host": ({"DnsDomain", "HostName", "FullName"}, ["FullName", "HostName"]),
    "IP": ({"Address"}, ["Address"]),
    "Malware": ({"Name", "Category"}, ["Name"]),
    "Process": ({"ProcessId", "CommandLine"}, ["CommandLine", "ProcessId"]),
    "RegistryKey": ({"Hive", "Key"}, ["Key", "Hive"]),
    "RegistryValue": ({"Name", "Value", "ValueType"}, ["Name"]),
    "URL": ({"Url"}, ["Url"]),
}
DEVICE = (
    "DeviceName ActionType FileName FolderPath SHA256 InitiatingProcessAccountName "
    "InitiatingProcessAccountDomain InitiatingProcessAccountSid InitiatingProcessId "
    "InitiatingProcessCommandLine InitiatingProcessFolderPath "
)
COLUMNS = {
    "_Im_ProcessEvent": "DvcHostname TargetUsername TargetProcessId TargetProcessCommandLine "
    "TargetProcessName ActingProcessName TargetProcessSHA256",
    "_Im_FileEvent": "DvcHostname ActorUsername ActingProcessId ActingProcessCommandLine "
    "ActingProcessName TargetFileName TargetFileDirectory TargetFilePath HashType Hash",
    "_Im_RegistryEvent": "DvcHostname ActorUsername ActingProcessId ActingProcessCommandLine "
    "ActingProcessName RegistryKey RegistryValue RegistryValueData",
    "_Im_NetworkSession": "DvcHostname SrcUsername SrcProcessId SrcProcessName SrcIpAddr "
    "DstIpAddr EventProduct",
    "_Im_Dns": "DvcHostname SrcUsername SrcProcessId SrcProcessName SrcIpAddr DnsQuery "
    "EventProduct EventResultDetails",
    "_Im_WebSession": "SrcUsername SrcIpAddr DstIpAddr Url EventProduct HttpUserAgent",
    # https://learn.microsoft.com/azure/azure-monitor/reference/tables/event and those beside it
    "Event": "Computer EventID",
    "SecurityEvent": "Computer EventID Account",
    "DeviceEvents": DEVICE,
    "DeviceFileEvents": DEVICE,
    "DeviceImageLoadEvents": DEVICE,
    "DeviceNetworkEvents": f"{DEVICE} RemoteIP RemoteUrl",
    "DeviceProcessEvents": f"{DEVICE} AccountName AccountDomain AccountSid ProcessId "
    "ProcessCommandLine",
}


def output(one: dict[str, Any]) -> set[str]:
    """The columns of a query's rows that entities and details may name."""
    text = "\n".join(line for line in one["query"].splitlines() if not line.startswith("//"))
    if "let Hits =" not in text:
        made = re.findall(r"^\| extend (\w+) =", text, re.MULTILINE)
        away = re.findall(r"project-away (\w+)", text)
        first = re.search(r"\b(?:_Im_\w+|Device\w*Events|(?:Security)?Event)\b", text)
        assert first
        return {*COLUMNS[first[0]].split(), *made} - set(away)
    kept = re.findall(r"\| project ([^=]+),\s+SigmaRule = ", text)
    made = ["SigmaKey", "SigmaRule", "Indicators", "Rules"]
    made += re.findall(r"\b(FirstSeen|SigmaValue|SigmaIndicator|SigmaAccount)\b", text)
    return {name.strip() for part in kept for name in part.split(",")} | set(made)


def test_entities_are_whole_and_name_columns_that_the_query_has() -> None:
    for folder in ("analytic_rules", "hunting_queries"):
        for one in documents(folder).values():
            mapped = one["entityMappings"]
            assert 1 <= len(mapped) <= 10, one["name"]
            for entity in mapped:
                fields = {f["identifier"]: f["columnName"] for f in entity["fieldMappings"]}
                known, needed = IDENTIFIERS[entity["entityType"]]
                assert 1 <= len(fields) <= 3 and set(fields) <= known, one["name"]
                assert any(set(fields) >= set(part.split("+")) for part in needed), one["name"]
                assert set(fields.values()) <= output(one), one["name"]


def test_details_and_titles_of_alerts_name_columns_that_the_query_has() -> None:
    for one in documents("analytic_rules").values():
        assert 1 <= len(one["customDetails"]) <= 20
        for name, column in one["customDetails"].items():
            assert re.fullmatch(r"[a-zA-Z]\w{0,19}", name)
            assert column in output(one), (one["name"], column)
        title = one.get("alertDetailsOverride", {}).get("alertDisplayNameFormat", "")
        assert len(title) <= 256 and title.count("{{") <= 3
        assert set(re.findall(r"{{(\w+)}}", title)) <= output(one)
        grouping = one["incidentConfiguration"]["groupingConfiguration"]
        kinds = {entity["entityType"] for entity in one["entityMappings"]}
        assert set(grouping.get("groupByEntities", ())) <= kinds
