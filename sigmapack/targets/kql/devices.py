"""Microsoft Defender XDR: what Sigma's log sources and fields are called in advanced hunting.

Source: https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sigmapack.content.kinds import answer
from sigmapack.content.model import Refused
from sigmapack.targets.kql.tables import Table, hashes, hives, only

HASHES = {"SHA256": "SHA256", "SHA1": "SHA1", "MD5": "MD5"}
DEVICE = {"Computer": "DeviceName"}
INITIATING = {
    **DEVICE,
    "Image": "InitiatingProcessFolderPath",
    "CommandLine": "InitiatingProcessCommandLine",
    "User": "InitiatingProcessAccountName",
}
#: Windows' status of a query -> name of the DNS response code.
CODES = {
    0: "NOERROR",
    9001: "FORMERR",
    9002: "SERVFAIL",
    9003: "NXDOMAIN",
    9004: "NOTIMP",
    9005: "REFUSED",
}


def _codes(values: list[Any]) -> Mapping[str, list[Any]]:
    """The statuses that are response codes; 9501 and the like say that a record is missing."""
    names = [CODES[int(value)] for value in values if int(value) in CODES]
    if not names:
        raise Refused("Defender XDR has no DNS status beyond the response code")
    return {"QueryStatus": names}


def _answers(values: list[Any]) -> Mapping[str, list[Any]]:
    """Answers, names among them, stand in JSON, in quotes."""
    inner = dict.fromkeys(answer(str(value)) for value in values)
    return {"QueryResults": [f'*"{value}"*' for value in inner]}


def _direction(values: list[Any]) -> Mapping[str, list[Any]]:
    if [str(value).lower() for value in values] != ["true"]:
        raise Refused("only connections that the device itself opened have a remote name")
    outgoing = ("ConnectionRequest", "ConnectionSuccess", "ConnectionFailed", "ConnectionAttempt")
    return {"Initiated": [*outgoing, "ConnectionFound", "SslConnectionInspected"]}


PROCESS = Table(
    {
        **DEVICE,
        **HASHES,
        "Image": "FolderPath",
        "CommandLine": "ProcessCommandLine",
        "OriginalFileName": "ProcessVersionInfoOriginalFileName",
        "FileVersion": "ProcessVersionInfoProductVersion",
        "Product": "ProcessVersionInfoProductName",
        "Description": "ProcessVersionInfoFileDescription",
        "Company": "ProcessVersionInfoCompanyName",
        "User": "AccountName",
        "ParentImage": "InitiatingProcessFolderPath",
        "ParentCommandLine": "InitiatingProcessCommandLine",
    },
    changes={"Hashes": hashes},
)
FILE = Table(
    {**INITIATING, **HASHES, "TargetFilename": "FolderPath"},
    changes={"Hashes": hashes},
)
IMAGE_LOAD = Table(
    {
        **INITIATING,
        **HASHES,
        "ImageLoaded": "FolderPath",
        "Signed": "Signed",
        "Signature": "Signer",
        "SignatureStatus": "SignatureStatus",
    },
    {
        "Signed": 'case(isnull(IsSigned), "", IsSigned, "true", "false")',
        "SignatureStatus": 'case(isnull(IsTrusted), "", IsTrusted, "Valid", "Invalid")',
    },
    {"Hashes": hashes},
    join="| join kind=leftouter (DeviceFileCertificateInfo\n"
    "    | where isnotempty(SHA1)\n"
    "    | summarize arg_max({time}, IsSigned, IsTrusted, Signer) by SHA1\n"
    "    | project SHA1, IsSigned, IsTrusted, Signer) on SHA1\n"
    "| project-away SHA11",
    joined=("IsSigned", "IsTrusted", "Signer"),
)
REGISTRY = Table(
    {**INITIATING, "TargetObject": "TargetObject", "Details": "RegistryValueData"},
    {"TargetObject": r'strcat(RegistryKey, "\\", RegistryValueName)'},
    {"TargetObject": hives},
)
NETWORK = Table(
    {
        **INITIATING,
        "Initiated": "ActionType",
        "DestinationHostname": "RemoteHost",
        "DestinationIp": "RemoteIP",
        "DestinationPort": "RemotePort",
        "SourceIp": "LocalIP",
        "dst_ip": "RemoteIP",
        "src_ip": "LocalIP",
        "dst_port": "RemotePort",
    },
    # RemoteUrl is a host's name or a whole URL.
    {
        "RemoteHost": r'extract(@"(?i)^(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@]*@)?([^/:?#]+)", 1, '
        "RemoteUrl)"
    },
    {"Initiated": _direction},
)
# DnsQueryResponse names the process that asked; DnsConnectionInspected comes from the inspection
# of the network (Zeek) and has the response code: a lookup may be reported by both.
DNS = Table(
    {
        **INITIATING,
        "QueryName": "DnsQuery",
        "QueryResults": "DnsAnswers",
        "QueryStatus": "DnsResponseCodeName",
    },
    {
        "Dns": "parse_json(AdditionalFields)",
        "DnsQuery": "coalesce(tostring(Dns.DnsQueryString), tostring(Dns.query))",
        "DnsAnswers": "strcat(tostring(Dns.DnsQueryResult), tostring(Dns.answers))",
        "DnsResponseCodeName": "tostring(Dns.rcode_name)",
    },
    {"QueryStatus": _codes, "QueryResults": _answers},
    echo=('ActionType == "DnsConnectionInspected"', "tolower(DnsQuery)"),
)
PIPE = Table(
    {**INITIATING, "PipeName": "PipeName"},
    {
        "PipeName": r"replace_regex(tostring(parse_json(AdditionalFields).PipeName), "
        r'@"(?i)^\\Device\\NamedPipe", "")'
    },
)
#: AppLocker's events -> what the sensor calls them; what was allowed (8002) it does not report.
CONTROLLED = {8003: "AppControlExecutableAudited", 8004: "AppControlExecutableBlocked"}


def _controlled(values: list[Any]) -> Mapping[str, list[Any]]:
    found = [CONTROLLED[int(value)] for value in values if int(value) in CONTROLLED]
    if not found:
        raise Refused("Defender XDR has AppLocker's events 8003 and 8004 only")
    return {"EventID": found}


# The folder is written with AppLocker's variables; whether the file's name ends it is not
# documented. Fqbn: learn.microsoft.com/defender-xdr, "ActionType" of DeviceEvents.
APPLOCKER = Table(
    {
        **INITIATING,
        "EventID": "ActionType",
        "FilePath": "FilePath",
        "FullFilePath": "FilePath",
        "Fqbn": "Fqbn",
    },
    {
        "FilePath": r'strcat(FolderPath, @"\", FileName)',
        "Fqbn": "tostring(parse_json(AdditionalFields).Fqbn)",
    },
    {"EventID": _controlled},
)
ANTIVIRUS = Table(
    {
        **DEVICE,
        **HASHES,
        "Signature": "ThreatName",
        "ThreatName": "ThreatName",
        "Filename": "FolderPath",
    },
    {"ThreatName": "tostring(parse_json(AdditionalFields).ThreatName)"},
    {"EventID": only(1006, 1015, 1116, 1117), "Hashes": hashes},
)

TABLES: Mapping[str, Table] = {
    "windows/dns_query": DNS,
    "windows/image_load": IMAGE_LOAD,
    "windows/registry_set": REGISTRY,
    "windows/pipe_created": PIPE,
    "windows/file_executable_detected": FILE,
    "windows/windefend": ANTIVIRUS,
    "windows/applocker": APPLOCKER,
    "any/antivirus": ANTIVIRUS,
    **{f"{system}/process_creation": PROCESS for system in ("windows", "macos", "linux")},
    **{f"{system}/file_event": FILE for system in ("windows", "macos", "linux")},
    **{f"{system}/file_delete": FILE for system in ("windows", "macos")},
    **{f"{system}/network_connection": NETWORK for system in ("windows", "macos", "linux")},
}
