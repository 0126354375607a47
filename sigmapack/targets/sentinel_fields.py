"""Sentinel: what Sigma's fields are called in ASIM, and how Windows channels are read.

ASIM field lists: https://learn.microsoft.com/azure/sentinel/normalization-schema-dns,
and the pages beside it for process-event, network, web, file-event, registry-event and alert.
"""

from __future__ import annotations

from collections.abc import Mapping

from sigmapack import conversion
from sigmapack.model import Rule, Sources

#: Where hashes are columns; what is read from a Windows channel keeps them in one field.
HASHES: Mapping[str, Mapping[str, str]] = {
    "process_creation": {"MD5": "ProcMD5", "SHA1": "ProcSHA1", "SHA256": "ProcSHA256"},
    "file_event": {"MD5": "FileMD5", "SHA1": "FileSHA1", "SHA256": "FileSHA256"},
}
PROCESS = {
    "Image": "TargetProcessName",
    "CommandLine": "TargetProcessCommandLine",
    "OriginalFileName": "TargetProcessFileOriginalName",
    "FileVersion": "TargetProcessFileVersion",
    "Product": "TargetProcessFileProduct",
    "Company": "TargetProcessFileCompany",
    "Description": "TargetProcessFileDescription",
    "ParentImage": "ActingProcessName",
    "ParentCommandLine": "ActingProcessCommandLine",
    "User": "TargetUsername",
    "Computer": "DvcHostname",
    "ProcMD5": "TargetProcessMD5",
    "ProcSHA1": "TargetProcessSHA1",
    "ProcSHA256": "TargetProcessSHA256",
}
DNS = {
    "query": "DnsQuery",
    "QueryName": "DnsQuery",
    "QNAME": "DnsQuery",
    "answer": "DnsResponseName",
    "answers": "DnsResponseName",
    "QueryResults": "DnsResponseName",
    "QueryStatus": "DnsResponseCodeName",
    "rcode_name": "DnsResponseCodeName",
    "record_type": "DnsQueryTypeName",
    "src_ip": "SrcIpAddr",
    "id.orig_h": "SrcIpAddr",
    "Image": "SrcProcessName",
    "User": "SrcUsername",
    "Computer": "Dvc",
    "EventID": "EventOriginalType",
}
WEB = {
    "cs-host": "RequestHost",
    "r-dns": "RequestHost",
    "host": "RequestHost",
    "c-uri": "Url",
    "cs-uri": "Url",
    "c-uri-stem": "RequestPath",
    "uri": "RequestUri",
    "c-useragent": "HttpUserAgent",
    "user_agent": "HttpUserAgent",
    "cs-method": "HttpRequestMethod",
    "method": "HttpRequestMethod",
    "cs-referrer": "HttpReferrer",
    "sc-status": "HttpStatusCode",
    "src_ip": "SrcIpAddr",
    "id.orig_h": "SrcIpAddr",
    "dst_ip": "DstIpAddr",
}
NETWORK = {
    "Image": "SrcProcessName",
    "DestinationHostname": "DestinationName",
    "DestinationIp": "DstIpAddr",
    "DestinationPort": "DstPortNumber",
    "dst_ip": "DstIpAddr",
    "dst_port": "DstPortNumber",
    "src_ip": "SrcIpAddr",
    "Initiated": "Initiated",
    "User": "SrcUsername",
    "Computer": "Dvc",
}
FILE = {
    "Image": "ActingProcessName",
    "TargetFilename": "TargetFilePath",
    "User": "ActorUsername",
    "Computer": "DvcHostname",
    "FileMD5": "TargetFileMD5",
    "FileSHA1": "TargetFileSHA1",
    "FileSHA256": "TargetFileSHA256",
}
REGISTRY = {
    "Image": "ActingProcessName",
    "TargetObject": "TargetObject",
    "Details": "RegistryValueData",
    "User": "ActorUsername",
    "Computer": "DvcHostname",
}
ALERT = {"Signature": "ThreatName", "Filename": "FileName", "Computer": "DvcHostname"}

PARSERS: Mapping[str, Mapping[str, str]] = {
    "_Im_ProcessEvent": PROCESS,
    "_Im_Dns": DNS,
    "_Im_WebSession": WEB,
    "_Im_NetworkSession": NETWORK,
    "_Im_FileEvent": FILE,
    "_Im_RegistryEvent": REGISTRY,
    "_Im_AlertEvent": ALERT,
}
#: Columns that are made for a condition, by the column's name.
MADE = {
    "RequestHost": (
        "extend RequestHost = iff(isnotempty(HttpHost), extract(@'^([^:]+)', 1, HttpHost), "
        "tostring(parse_url(Url).Host))"
    ),
    "RequestPath": "extend RequestPath = tostring(parse_url(Url).Path)",
    "RequestUri": "extend RequestUri = extract(@'^(?:[A-Za-z]+://[^/]*)?(/.*)$', 1, Url)",
    "DestinationName": (
        "extend DestinationName = case(isnotempty(DstFQDN), DstFQDN, isnotempty(DstDomain), "
        'strcat(DstHostname, ".", DstDomain), DstHostname)'
    ),
    "Initiated": (
        'extend Initiated = iff(NetworkDirection in ("Inbound", "Listen"), "false", "true")'
    ),
    "TargetObject": (
        'extend TargetObject = strcat(replace_regex(RegistryKey, @"^HKEY_LOCAL_MACHINE", "HKLM"), '
        '@"\\", RegistryValue)'
    ),
}
#: Fields that are columns of both tables of Windows events; the others stand in the event's data.
SYSTEM = {"EventID": "EventID", "Computer": "Computer", "Provider_Name": "Provider"}
#: Event data whose names have a blank.
SPACED = {"NewValue": "New Value", "OldValue": "Old Value", "ThreatName": "Threat Name"}


def field_map(rule: Rule, table: str) -> Mapping[str, str]:
    """Sigma field -> column, for the parser that a log source is read from."""
    if table.startswith("channel:"):
        own = {name: name for name in (*conversion.fields(rule), "QueryName")}
        return {**own, **SYSTEM}
    return PARSERS[table.partition(" ")[0]]


def channel_table(rule: Rule, sources: Sources) -> str:
    """Both tables of Windows events, narrowed to the channel, with the rule's fields as columns."""
    events = sources.events(rule.logsource) or ()
    channel = sources.sources[events[0][0]]["channel"]
    ids = [number for _, numbers in events for number in numbers]
    only = f" and EventID in ({', '.join(map(str, ids))})" if ids else ""
    wanted = [name for name in conversion.fields(rule) if name not in SYSTEM]
    dynamic = [f"{name} = {_dynamic(name)}" for name in wanted]
    xml = [f"{name} = {_xml(name)}" for name in wanted]
    provider = "Provider_Name" in conversion.fields(rule)
    first = f"    | extend {', '.join(dynamic)}" if dynamic else ""
    second = f"    | extend {', '.join([*xml, *(['Provider = Source'] if provider else [])])}"
    return "\n".join(
        [
            "union isfuzzy=true",
            f'    (WindowsEvent | where Channel == "{channel}"{only}',
            f"{first}),",
            f'    (Event | where EventLog == "{channel}"{only}',
            f"{second})",
        ]
    )


def _dynamic(name: str) -> str:
    if name in ("Data", "Message"):
        return "tostring(EventData)"
    return f"tostring(EventData['{SPACED.get(name, name)}'])"


def _xml(name: str) -> str:
    if name in ("Data", "Message"):
        return "strcat(RenderedDescription, EventData)"
    return f"extract(@'<Data Name=\"{SPACED.get(name, name)}\">([^<]*)</Data>', 1, EventData)"
