"""Events as rows of Microsoft Defender XDR's advanced hunting.

Columns and what they hold: learn.microsoft.com/defender-xdr, advanced-hunting-deviceprocessevents-
table and the like (github.com/MicrosoftDocs/defender-docs). As the sensor really fills them:
`FolderPath` ends with the file's name; devices are named in full and in lower case; accounts are
split into domain and name; every image has a SHA1, by which DeviceFileCertificateInfo knows its
signature; a registry value's key is written out from the hive on.

`AdditionalFields` is JSON in a text: of DnsQueryResponse `DnsQueryString` and `DnsQueryResult`, a
list of types and results (github.com/alexverboon/MDATP, AdvancedHunting, T1071.004). Microsoft
documents none of these; that DnsConnectionInspected has the names of Zeek's dns.log, NamedPipeEvent
the pipe's device path and AntivirusDetection the threat's name is what public hunting queries
read. Their other keys, and that all values of the first are text, are from experience, not from a
source.

The sensor sees a DNS query twice: as the process's (DeviceEvents), and on the wire, without a
process but with the response code (DeviceNetworkEvents). There is nothing of network devices,
resolvers, proxies, of reads of files, and of the event logs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from sigmapack.events.read import Event
from tests.shapes.microsoft import Document, Fields, account, hashes, initiating, name, number, text

CODES = {"9001": "FORMERR", "9002": "SERVFAIL", "9003": "NXDOMAIN", "9005": "REFUSED"}
HIVES = {"HKLM": "HKEY_LOCAL_MACHINE", "HKU": "HKEY_USERS", "HKCR": "HKEY_CLASSES_ROOT"}
#: Events of Defender Antivirus that say what it found or did
#: (learn.microsoft.com/defender-endpoint/troubleshoot-microsoft-defender-antivirus).
VERDICTS = ("1006", "1007", "1015", "1116", "1117")
#: What AppLocker blocked or would have blocked; of what it allowed (8002) nothing is reported.
CONTROLLED = {"8003": "AppControlExecutableAudited", "8004": "AppControlExecutableBlocked"}
PLATFORMS = {"windows": "Windows10", "linux": "Linux", "macos": "macOS"}


def documents(event: Event) -> list[Document]:
    """The rows of an event, with one on its device; none for what the sensor does not see."""
    key = event.logsource[0].key
    fields = Fields((name, text(value)) for name, value in event.fields.items())
    system, _, kind = key.partition("/")
    if key == "any/antivirus":
        system = "macos" if fields["Filename"].startswith("/") else "windows"
    makers = {
        "process_creation": _process,
        "file_event": _file,
        "file_delete": _file,
        "file_executable_detected": _file,
        "image_load": _image,
        "registry_set": _registry,
        "network_connection": _connection,
        "dns_query": _dns,
        "pipe_created": _pipe,
        "antivirus": _antivirus,
        "windefend": _antivirus,
        "applocker": _controlled,
    }
    rows = makers[kind](kind, fields) if kind in makers else []
    if not rows:
        return []
    common = {
        "Timestamp": event.timestamp,
        "DeviceId": device(fields, system),
        "DeviceName": fields["Computer"].lower(),
    }
    found = [
        (table, {**common, "ReportId": number, **row}) for number, (table, row) in enumerate(rows)
    ]
    info = {**common, "OSPlatform": PLATFORMS[system], "OnboardingStatus": "Onboarded"}
    return [*found, ("DeviceInfo", {**info, "ReportId": 0})]


def device(fields: Mapping[str, str], system: str) -> str:
    """A device's id."""
    return hashlib.sha1(f"{system} {fields['Computer'].lower()}".encode()).hexdigest()


def _process(kind: str, fields: Mapping[str, str]) -> list[Document]:
    row = {
        "ActionType": "ProcessCreated",
        "FileName": name(fields["Image"]),
        "FolderPath": fields["Image"],
        "ProcessCommandLine": fields.get("CommandLine", ""),
        "ProcessVersionInfoCompanyName": fields.get("Company", ""),
        "ProcessVersionInfoProductName": fields.get("Product", ""),
        "ProcessVersionInfoProductVersion": fields.get("FileVersion", ""),
        "ProcessVersionInfoOriginalFileName": fields.get("OriginalFileName", ""),
        "ProcessVersionInfoFileDescription": fields.get("Description", ""),
        "ProcessIntegrityLevel": fields.get("IntegrityLevel", ""),
        **account(fields.get("User", ""), ""),
        **hashes(fields),
        **initiating(fields, "ParentImage"),
        "InitiatingProcessCommandLine": fields.get("ParentCommandLine", ""),
    }
    return [("DeviceProcessEvents", row)]


def _file(kind: str, fields: Mapping[str, str]) -> list[Document]:
    row = {
        "ActionType": "FileDeleted" if kind == "file_delete" else "FileCreated",
        "FileName": name(fields["TargetFilename"]),
        "FolderPath": fields["TargetFilename"],
        **hashes(fields),
        **initiating(fields),
    }
    return [("DeviceFileEvents", row)]


def _image(kind: str, fields: Mapping[str, str]) -> list[Document]:
    row = {
        "ActionType": "ImageLoaded",
        "FileName": name(fields["ImageLoaded"]),
        "FolderPath": fields["ImageLoaded"],
        **hashes(fields),
        **initiating(fields),
    }
    found: list[Document] = [("DeviceImageLoadEvents", row)]
    if fields.get("Signed"):
        signature = {
            "SHA1": row["SHA1"],
            "IsSigned": fields["Signed"].lower() == "true",
            "IsTrusted": fields.get("SignatureStatus", "").lower() == "valid",
            "Signer": fields.get("Signature", ""),
            "SignatureType": "Embedded" if fields["Signed"].lower() == "true" else "",
        }
        found.append(("DeviceFileCertificateInfo", signature))
    return found


def _registry(kind: str, fields: Mapping[str, str]) -> list[Document]:
    hive, _, rest = fields["TargetObject"].partition("\\")
    key, _, value = rest.rpartition("\\")
    row = {
        "ActionType": "RegistryValueSet",
        "RegistryKey": f"{HIVES.get(hive, hive)}\\{key}",
        "RegistryValueName": value,
        "RegistryValueData": fields.get("Details", ""),
        "RegistryValueType": "Dword",
        **initiating(fields),
    }
    return [("DeviceRegistryEvents", row)]


def _connection(kind: str, fields: Mapping[str, str]) -> list[Document]:
    outgoing = fields["Initiated"].lower() == "true"
    local, remote = ("Source", "Destination") if outgoing else ("Destination", "Source")
    row = {
        "ActionType": "ConnectionSuccess" if outgoing else "InboundConnectionAccepted",
        "LocalIP": fields[f"{local}Ip"],
        "LocalPort": number(fields[f"{local}Port"]),
        "RemoteIP": fields[f"{remote}Ip"],
        "RemotePort": number(fields[f"{remote}Port"]),
        "RemoteUrl": fields.get("DestinationHostname", "") if outgoing else "",
        "Protocol": fields["Protocol"].capitalize(),
        "RemoteIPType": "Public",
        **initiating(fields),
    }
    return [("DeviceNetworkEvents", row)]


def _dns(kind: str, fields: Mapping[str, str]) -> list[Document]:
    query = fields["QueryName"]
    parts = [part for part in fields.get("QueryResults", "").split(";") if part]
    results = [_answer(part) for part in parts]
    process = {"DnsQueryString": query, "DnsQueryResult": results}
    wire = {
        "direction": "Out",
        "query": query,
        "qclass_name": "C_INTERNET",
        "qtype_name": "A",
        "rcode_name": CODES.get(fields["QueryStatus"], "NOERROR"),
        "rejected": "false",
        "answers": json.dumps([each["Result"] for each in results]),
    }
    seen = {"ActionType": "DnsQueryResponse", "AdditionalFields": json.dumps(process)}
    inspected = {"ActionType": "DnsConnectionInspected", "AdditionalFields": json.dumps(wire)}
    server = {"RemoteIP": "10.20.0.53", "RemotePort": 53, "Protocol": "Udp"}
    return [
        ("DeviceEvents", {**seen, **initiating(fields)}),
        ("DeviceNetworkEvents", {**inspected, **server}),
    ]


def _answer(part: str) -> dict[str, str]:
    """`type:  5 alias` and `::ffff:192.0.2.1` of Sysmon as type and result."""
    if alias := re.fullmatch(r"type:\s+5 (.+)", part):
        return {"DnsQueryType": "CNAME", "Result": alias[1]}
    plain = part.removeprefix("::ffff:")
    return {"DnsQueryType": "A" if "." in plain else "AAAA", "Result": plain}


def _pipe(kind: str, fields: Mapping[str, str]) -> list[Document]:
    created = fields["EventType"] == "CreatePipe"
    more = {
        "FileOperation": "File created" if created else "File opened",
        "NamedPipeEnd": "Server" if created else "Client",
        "PipeName": f"\\Device\\NamedPipe{fields['PipeName']}",
        "RemoteClientsAccess": "AcceptRemote",
    }
    row = {"ActionType": "NamedPipeEvent", "AdditionalFields": json.dumps(more)}
    return [("DeviceEvents", {**row, **initiating(fields)})]


def _antivirus(kind: str, fields: Mapping[str, str]) -> list[Document]:
    """A verdict, also one that the log of Defender Antivirus has; nothing else of that log."""
    if kind == "windefend" and fields["EventID"] not in VERDICTS:
        return []
    threat = fields["Threat Name"] if kind == "windefend" else fields["Signature"]
    path = fields.get("Filename") or fields.get("Path", "").removeprefix("file:_")
    more = {"ThreatName": threat, "WasRemediated": True, "WasExecutingWhileDetected": False}
    row = {
        "ActionType": "AntivirusDetection",
        "FileName": name(path),
        "FolderPath": path,
        "AdditionalFields": json.dumps(more),
        **initiating({"Image": fields.get("Process Name", "")}),
    }
    return [("DeviceEvents", row)]


def _controlled(kind: str, fields: Mapping[str, str]) -> list[Document]:
    """AppLocker's 8003 and 8004; the folder as AppLocker writes it, without the file's name."""
    if fields["EventID"] not in CONTROLLED:
        return []
    folder, _, file = fields["FilePath"].rpartition("\\")
    more = {"Fqbn": fields["Fqbn"], "AuthenticodeHash": fields["FileHash"]}
    row = {
        "ActionType": CONTROLLED[fields["EventID"]],
        "FileName": file,
        "FolderPath": folder,
        "AdditionalFields": json.dumps(more),
        **initiating({}),
    }
    return [("DeviceEvents", row)]
