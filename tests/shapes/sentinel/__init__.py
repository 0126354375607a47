"""Events as rows of Microsoft Sentinel: tables, and what ASIM's parsers make of others.

Sysmon is collected into the table Event, Windows' auditing into SecurityEvent, Sysmon for Linux
into Syslog. What their parsers give is as these have it (github.com/Azure/Azure-Sentinel, Parsers,
2026): vimProcessCreateMicrosoftSysmon 0.4.0, ASimProcessCreateMicrosoftSecurityEvents,
vimProcessCreateLinuxSysmon 0.3.1, ASimFileEventMicrosoftSysmon, ASimFileEventLinuxSysmonFile-
Created, ASimFileEventMicrosoft365D, ASimRegistryEventMicrosoftSysmon 0.3.1 (which, like that of
Linux processes, writes `DvcHostName`, so that DvcHostname is empty and only Dvc names the device),
ASimNetworkSessionMicrosoft365Defender, ASimNetworkSessionMicrosoftLinuxSysmon, ASimDnsMicrosoft-
Sysmon, ASimDnsMicrosoftNXlog, ASimDnsInfobloxNIOS and ASimDnsCorelightZeek. Values of XML keep
their entities, since the parsers do not resolve them. Web sessions, of a proxy or of Zeek, are of
no parser but as the schema has them (learn.microsoft.com/azure/sentinel/normalization-schema-web);
likewise a firewall's connections, and reads of files, as an auditing of Windows (4663) would show.
The table SecurityEvent has the log Security and AppLocker's, with columns for their values
(learn.microsoft.com/azure/azure-monitor/reference/tables/securityevent).

Connections of Windows are those of Defender's sensor: see `network`. The table Event:
learn.microsoft.com/azure/azure-monitor/reference/tables/event. Image loads, pipes, verdicts, macOS
and what Sysmon's event 29 sees come from the connector of Defender XDR, in `defender`'s shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from sigmapack.events.read import Event
from tests.shapes import defender
from tests.shapes.microsoft import (
    Document,
    Fields,
    Row,
    hashes,
    mde,
    name,
    raw,
    services,
    sysmon,
    text,
)
from tests.shapes.sentinel import network

HIVES = {"HKLM": "HKEY_LOCAL_MACHINE", "HKU": "HKEY_USERS", "HKCR": "HKEY_LOCAL_MACHINE\\Classes"}
#: What `<System>` holds, and what a reader of events adds.
SYSTEM = frozenset(
    "Provider_Name Channel Computer EventID Version Level Task Opcode Keywords TimeCreated "  # noqa: SIM905
    "EventRecordID UserID @timestamp timestamp Data Binary".split()
)
#: Columns of SecurityEvent that a 4663 fills.
AUDITED = ("ObjectServer", "ObjectType", "ObjectName", "HandleId", "AccessMask", "ProcessName")
CONNECTOR = frozenset(["image_load", "pipe_created", "antivirus"])


def documents(event: Event) -> list[Document]:
    """The rows of an event; none for Zeek's ssl log, of which there is no schema."""
    system, _, kind = event.logsource[0].key.partition("/")
    if system == "macos" or kind in CONNECTOR:
        rows = defender.documents(event)
        return [(table, {"TimeGenerated": row["Timestamp"], **row}) for table, row in rows]
    fields = Fields((key, text(value)) for key, value in event.fields.items())
    found = _row(system, kind, fields, event)
    if found is None:
        return []
    table, row = found
    return [(table, {"TimeGenerated": event.timestamp, "Type": table.strip("_"), **row})]


def _row(system: str, kind: str, fields: Mapping[str, str], event: Event) -> Document | None:
    lists = {key: list(value) for key, value in event.fields.items() if isinstance(value, tuple)}
    match (system, kind):
        case (_, "process_creation"):
            return "_Im_ProcessEvent", _process(system, fields)
        case (_, "file_event" | "file_delete" | "file_executable_detected" | "file_access"):
            return "_Im_FileEvent", _file(system, kind, fields)
        case (_, "registry_set"):
            return "_Im_RegistryEvent", _registry(fields)
        case ("windows", "network_connection"):
            return "_Im_NetworkSession", network.connection_of_defender(fields)
        case ("linux", "network_connection"):
            return "_Im_NetworkSession", network.connection_of_linux(fields)
        case (_, "firewall"):
            return "_Im_NetworkSession", network.firewall(fields)
        case ("windows", "dns_query"):
            return "_Im_Dns", network.dns_of_sysmon(fields)
        case ("windows", "dns-server-analytic"):
            return "_Im_Dns", network.dns_of_server(fields)
        case ("any", "dns"):
            return "_Im_Dns", network.dns_of_resolver(fields)
        case ("zeek", "dns"):
            return "_Im_Dns", network.dns_of_zeek(fields, lists)
        case ("any", "proxy"):
            return "_Im_WebSession", network.proxy(fields)
        case ("zeek", "http"):
            return "_Im_WebSession", network.http_of_zeek(fields, lists)
        case ("windows", "applocker" | "security"):
            return "SecurityEvent", _security(fields)
        case ("windows", _):
            return "Event", _event(fields)
    return None


def _process(system: str, fields: Mapping[str, str]) -> Row:
    fields = fields if fields.get("EventID") == "4688" else raw(fields)
    row = {
        **sysmon(fields, system),
        "EventType": "ProcessCreated",
        "TargetProcessName": fields["Image"],
        "TargetProcessCommandLine": fields.get("CommandLine", ""),
        "CommandLine": fields.get("CommandLine", ""),
        "Process": fields["Image"],
        "ActingProcessName": fields.get("ParentImage", ""),
    }
    if fields.get("EventID") == "4688":
        subject = f"{fields['SubjectDomainName']}\\{fields['SubjectUserName']}"
        more = {"EventProduct": "Security Events", "ActorUsername": subject}
        return {**row, **more, "DvcHostname": fields["Computer"]}
    pairs = re.findall(r"(?i)\b(MD5|SHA1|SHA256|IMPHASH)=(\w+)", fields.get("Hashes", ""))
    found = {algorithm.upper(): value for algorithm, value in pairs}
    company = "TargetProcessFileCompany" if system == "windows" else "TargetProcessCompany"
    row |= {f"TargetProcess{algorithm}": value for algorithm, value in found.items()}
    row |= {
        "ActingProcessCommandLine": fields.get("ParentCommandLine", ""),
        "TargetProcessFileVersion": fields.get("FileVersion", ""),
        "TargetProcessFileDescription": fields.get("Description", ""),
        "TargetProcessFileProduct": fields.get("Product", ""),
        company: fields.get("Company", ""),
        "TargetUsername": fields.get("User", ""),
        "ActorUsername": fields.get("ParentUser", ""),
    }
    if system == "windows":
        row |= {"DvcHostname": fields["Computer"]}
        row |= {"TargetProcessFilename": fields.get("OriginalFileName", "")}
    return row


def _file(system: str, kind: str, fields: Mapping[str, str]) -> Row:
    if kind == "file_access":
        return _audited(fields)
    deleted = "FileDeleted" if kind == "file_delete" else "FileCreated"
    # Sysmon for Linux hashes no file that is written: what has a hash is of Defender's sensor.
    if fields.get("EventID") == "11" or (system == "linux" and "Hashes" not in fields):
        fields = raw(fields)
        path = fields["TargetFilename"]
        more = {**sysmon(fields, system), "DvcHostname": fields["Computer"]}
    else:
        # The parser appends the file's name to a column that already ends with it.
        separator = "/" if system == "linux" else "\\"
        path = f"{fields['TargetFilename']}{separator}{name(fields['TargetFilename'])}"
        more = {**mde(fields), "DvcOs": system.capitalize()}
        more |= {f"TargetFile{key}": value for key, value in hashes(fields).items()}
    return {
        **more,
        "EventType": deleted,
        "TargetFilePath": path,
        "TargetFileName": name(fields["TargetFilename"]),
        "ActingProcessName": fields["Image"],
        "ActorUsername": fields.get("User", ""),
    }


def _audited(fields: Mapping[str, str]) -> Row:
    """A read that Windows audits (Security 4663), in the schema of files."""
    return {
        **sysmon(fields),
        "EventProduct": "Security Events",
        "EventOriginalType": "4663",
        "EventType": "FileAccessed",
        "DvcHostname": fields["Computer"],
        "TargetFilePath": fields["FileName"],
        "TargetFileName": name(fields["FileName"]),
        "ActingProcessName": fields["Image"],
    }


def _registry(fields: Mapping[str, str]) -> Row:
    fields = raw(fields)
    hive, _, rest = fields["TargetObject"].partition("\\")
    key, _, value = rest.rpartition("\\")
    return {
        **sysmon(fields),
        "EventType": "RegistryValueSet",
        "RegistryKey": f"{HIVES.get(hive, hive)}\\{key}",
        "RegistryValue": value,
        "RegistryValueData": fields["Details"],
        "ActingProcessName": fields["Image"],
        "ActorUsername": fields["User"],
    }


def _security(fields: Mapping[str, str]) -> Row:
    """The table SecurityEvent: a column for most values, and the XML of AppLocker's."""
    row = {
        "Computer": fields["Computer"],
        "EventID": int(fields["EventID"]),
        "EventSourceName": fields["Provider_Name"],
        "Channel": fields["Channel"],
        "Account": f"{fields['SubjectDomainName']}\\{fields['SubjectUserName']}".strip("\\"),
    }
    if fields["Provider_Name"] != "Microsoft-Windows-AppLocker":
        return row | {name: fields[name] for name in AUDITED if name in fields}
    return row | {
        "Account": fields["TargetUser"],
        "TargetUser": fields["TargetUser"],
        **{name: fields[name] for name in ("FilePath", "FileHash", "Fqbn")},
        "EventData": f'<UserData xmlns="http://schemas.microsoft.com/win/2004/08/events/event">'
        f"<RuleAndFileData>{elements(fields)}</RuleAndFileData></UserData>",
    }


def elements(fields: Mapping[str, str]) -> str:
    """The event's own fields as elements."""
    own = {n: value for n, value in fields.items() if n not in SYSTEM and "." not in n}
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in own.items())


def _event(fields: Mapping[str, str]) -> Row:
    data = {key: value for key, value in fields.items() if key not in SYSTEM}
    spaced = {key.replace(" ", "") for key in data if " " in key}
    parts = [
        f'<Data Name="{key}">{escape(value)}</Data>'
        for key, value in data.items()
        if key not in spaced
        and not ("Data" in fields and key.startswith("param") and not services(fields))
    ]
    unnamed = "Data" in fields and not services(fields)
    values = fields["Data"].split("\n") if unnamed else []
    parts += [f"<Data>{escape(value)}</Data>" for value in values]
    return {
        "Source": fields["Provider_Name"],
        "EventLog": fields["Channel"],
        "Computer": fields["Computer"],
        "EventID": int(fields["EventID"]),
        "EventLevelName": "Information",
        "EventData": f'<DataItem type="System.XmlData" time="2023-03-29T00:00:00.0000000Z" '
        f'sourceHealthServiceId="6C1E0B5D"><EventData xmlns="http://schemas.microsoft.com/win/2004/'
        f'08/events/event">{"".join(parts)}</EventData></DataItem>',
        "RenderedDescription": " ".join(values),
    }
