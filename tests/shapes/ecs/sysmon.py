"""Sysmon: event data by the pipeline of windows.sysmon_operational."""

from __future__ import annotations

import re

from tests.shapes.ecs.fields import Document, Fields, hashes, ip, names_of, typed

STATUS = {
    "0": "SUCCESS",
    "1460": "ERROR_TIMEOUT",
    "9002": "DNS_ERROR_RCODE_SERVER_FAILURE",
    "9003": "DNS_ERROR_RCODE_NAME_ERROR",
    "9005": "DNS_ERROR_RCODE_REFUSED",
    "9501": "DNS_INFO_NO_RECORDS",
    "9502": "DNS_ERROR_BAD_PACKET",
    "9504": "DNS_ERROR_RCODE",
    "9701": "DNS_ERROR_RECORD_DOES_NOT_EXIST",
}
PROCESS_HASHES = {"1", "23", "24", "25"}
TYPES = {
    "1": ["start"],
    "3": ["start", "connection", "protocol"],
    "7": ["change"],
    "11": ["creation"],
    "13": ["change"],
    "15": ["access"],
    "17": ["creation"],
    "18": ["access"],
    "22": ["connection", "protocol", "info"],
    "23": ["deletion"],
    "26": ["deletion"],
    "29": ["creation"],
}
#: Names that Sysmon's pipeline gives to event data.
NAMES = {
    "Image": "process.executable",
    "CommandLine": "process.command_line",
    "CurrentDirectory": "process.working_directory",
    "ParentImage": "process.parent.executable",
    "ParentCommandLine": "process.parent.command_line",
    "ProcessGuid": "process.entity_id",
    "ProcessId": "process.pid",
    "TargetFilename": "file.path",
    "ImageLoaded": "file.path",
    "PipeName": "file.name",
    "TargetObject": "registry.path",
    "Protocol": "network.transport",
    "SourceIp": "source.ip",
    "SourcePort": "source.port",
    "DestinationIp": "destination.ip",
    "DestinationPort": "destination.port",
    "DestinationHostname": "destination.domain",
    "QueryName": "dns.question.name",
    "Signature": "file.code_signature.subject_name",
    "SignatureStatus": "file.code_signature.status",
}
#: What it copies, so that it stays in the event data too.
COPIED = {"Signature", "SignatureStatus", "Company", "Description", "FileVersion", "Product"}
VERSION = {
    "OriginalFileName": "pe.original_file_name",
    "Company": "pe.company",
    "Description": "pe.description",
    "FileVersion": "pe.file_version",
    "Product": "pe.product",
}
#: Category -> the event of Sysmon for Linux.
LINUX = {"process_creation": "1", "network_connection": "3", "file_event": "11"}


def event(data: Fields, number: str) -> Document:
    """Event data by the pipeline of windows.sysmon_operational."""
    data = {name: value for name, value in data.items() if value != "-"}
    if number == "15":  # renamed, and taken apart with the others
        data = {"Hashes" if name == "Hash" else name: value for name, value in data.items()}
    place = "file" if number == "7" else "process"
    names = {**NAMES, **{name: f"{place}.{part}" for name, part in VERSION.items()}}
    document: Document = {"event.type": TYPES.get(number, ["info"])}
    for name, value in data.items():
        if name in names:
            document[names[name]] = typed(names[name], value)
        if name not in names or name in COPIED:
            document[f"winlog.event_data.{name}"] = value
    document |= hashes(data, "process" if number in PROCESS_HASHES else "file")
    document |= names_of(document, "\\")  # Sysmon for Linux's pipeline looks for no other either
    if number == "13" and "Details" in data:
        document["registry.data.strings"] = [data["Details"]]
    if "Initiated" in data:
        document["network.direction"] = "egress" if data["Initiated"] == "true" else "ingress"
    if number == "22":
        document |= _dns(data)
    domain, separator, user = str(data.get("User", "")).partition("\\")
    document |= {"user.domain": domain, "user.name": user} if separator else {}
    document |= {"host.name": data.get("Computer")} if "Computer" in data else {}
    return document


def _dns(data: Fields) -> Document:
    status = data.get("QueryStatus")
    answers: list[str] = []
    addresses = []
    for part in str(data.get("QueryResults", "")).split(";"):
        if part.startswith("type:"):
            answers += part.split()[2:3]
        elif address := ip(re.sub(r"^::ffff:(?=\d+\.)", "", part.strip())):
            addresses.append(address)
    return {
        "network.protocol": "dns",
        "sysmon.dns.status": STATUS.get(status, status) if status else None,
        "dns.resolved_ip": addresses,
        "dns.answers.data": answers + addresses,
    }
