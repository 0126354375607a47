"""Elastic Defend: its events, and what its antivirus found."""

from __future__ import annotations

from collections.abc import Iterator

from tests.shapes.ecs.fields import Document, Fields, hashes, names_of, typed

NAMES = {
    "Image": "process.executable",
    "CommandLine": "process.command_line",
    "CurrentDirectory": "process.working_directory",
    "ParentImage": "process.parent.executable",
    "ParentCommandLine": "process.parent.command_line",
    "ProcessId": "process.pid",
    "TargetFilename": "file.path",
    "Protocol": "network.transport",
    "SourceIp": "source.ip",
    "SourcePort": "source.port",
    "DestinationIp": "destination.ip",
    "DestinationPort": "destination.port",
    "DestinationHostname": "destination.domain",
}
EVENTS = {
    "process_creation": ("process", "start"),
    "file_event": ("file", "creation"),
    "file_delete": ("file", "deletion"),
    "network_connection": ("network", "start"),
}


def event(system: str, category: str, fields: Fields) -> Document:
    """An event of Elastic Defend."""
    kind, what = EVENTS[category]
    document: Document = {
        "event.dataset": f"endpoint.events.{kind}",
        "event.module": "endpoint",
        "event.type": [what],
        "event.action": what,
        "host.id": f"id of {fields.get('Computer')}",
        "host.name": fields.get("Computer"),
        "host.os.type": system,
        "user.name": str(fields.get("User", "")).rpartition("\\")[2],
    }
    for name, target in NAMES.items():
        if name in fields:
            document[target] = typed(target, fields[name])
    document |= hashes(fields, "process" if kind == "process" else "file")
    if "Initiated" in fields:
        document["network.direction"] = "egress" if fields["Initiated"] == "true" else "ingress"
    return document | names_of(document, "\\" if system == "windows" else "/")


def antivirus(fields: Fields) -> Iterator[Document]:
    head = {
        "event.dataset": "endpoint.alerts",
        "event.code": "malicious_file",
        "host.name": fields.get("Computer"),
        "file.path": fields.get("Filename"),
        "user.name": str(fields.get("User", "")).rpartition("\\")[2],
    }
    yield {**head, "rule.name": fields.get("Signature")}
    if fields.get("Signature"):
        yield {**head, "file.Ext.malware_signature.all_names": fields["Signature"]}
