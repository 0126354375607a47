"""Documents of Winlogbeat and Elastic Agent."""

from __future__ import annotations

from sigmapack.events.fields import Fields, first, joined_hashes, put, without_prefix
from sigmapack.events.windows import SYSMON, account, add_message_fields

#: Where Elastic's ingest pipelines put the event data that they take out of `winlog.event_data`
#: (https://github.com/elastic/beats, x-pack/winlogbeat/module/sysmon/ingest/sysmon.yml).
ECS = {
    "Image": "process.executable",
    "CommandLine": "process.command_line",
    "CurrentDirectory": "process.working_directory",
    "ProcessGuid": "process.entity_id",
    "ProcessId": "process.pid",
    "ParentImage": "process.parent.executable",
    "ParentCommandLine": "process.parent.command_line",
    "ParentProcessGuid": "process.parent.entity_id",
    "ParentProcessId": "process.parent.pid",
    "OriginalFileName": "process.pe.original_file_name",
    "TargetFilename": "file.path",
    "QueryName": "dns.question.name",
    "DestinationIp": "destination.ip",
    "DestinationHostname": "destination.domain",
    "DestinationPort": "destination.port",
    "SourceIp": "source.ip",
    "SourceHostname": "source.domain",
    "SourcePort": "source.port",
    "Protocol": "network.transport",
    "TargetObject": "registry.path",
    "Details": "registry.data.strings",
    "RuleName": "rule.name",
}
#: The parts of an event's System element (https://www.elastic.co/docs/reference/beats/winlogbeat/exported-fields-winlog).
SYSTEM = {
    "ProcessID": "winlog.process.pid",
    "Execution_ProcessID": "winlog.process.pid",
    "ThreadID": "winlog.process.thread.id",
    "Execution_ThreadID": "winlog.process.thread.id",
    "UserID": "winlog.user.identifier",
    "Security_UserID": "winlog.user.identifier",
    "Provider_Guid": "winlog.provider_guid",
    "Correlation_ActivityID": "winlog.activity_id",
    "Version": "winlog.version",
    "Task": "winlog.task",
    "Opcode": "winlog.opcode",
    "Keywords": "winlog.keywords",
}
#: Levels by the names that Winlogbeat gives them
#: (https://learn.microsoft.com/windows/win32/wes/eventmanifestschema-leveltype-complextype).
LEVELS = {"critical": "1", "error": "2", "warning": "3", "information": "4", "verbose": "5"}
#: What is different in events about a loaded file, and about one process acting on another.
ECS_LOADED = {
    "ImageLoaded": "file.path",
    "OriginalFileName": "file.pe.original_file_name",
    "TargetFilename": "",
}
ECS_ACTING = {"SourceImage": "process.executable", "Image": ""}
ECS_OF_ID = {"6": ECS_LOADED, "7": ECS_LOADED, "8": ECS_ACTING, "10": ECS_ACTING}
INITIATED = {"egress": "true", "outbound": "true", "ingress": "false", "inbound": "false"}


def winlog_fields(document: Fields) -> Fields:
    """Fields of a flattened document of Winlogbeat or Elastic Agent.

    What Elastic's ingest pipelines moved out of `winlog.event_data` is put back, first from the
    rendered message, then from the ECS fields. Fields: https://www.elastic.co/docs/reference/beats/winlogbeat/exported-fields-winlog.
    """
    fields: Fields = {name: document[place] for name, place in SYSTEM.items() if place in document}
    level = first(document, ["winlog.level", "log.level"]) or ""
    put(fields, "Level", LEVELS.get(level.lower()))
    # Event data comes after them: of `ProcessID` and `ProcessId` a rule means the event's own.
    fields |= without_prefix(document, ("winlog.event_data.", "winlog.user_data."))
    names = {
        "EventRecordID": ("winlog.record_id",),
        "Channel": ("winlog.channel",),
        "Computer": ("winlog.computer_name", "host.name", "host.hostname"),
        "Provider_Name": ("winlog.provider_name", "event.provider"),
        "Message": ("message",),
        "EventID": ("winlog.event_id", "event.code"),
        "@timestamp": ("@timestamp",),
    }
    for name, places in names.items():
        put(fields, name, first(document, places))
    channel, number = (first(fields, [name]) or "" for name in ("Channel", "EventID"))
    if channel.lower() == SYSMON:
        add_message_fields(fields)
    if channel.lower() == SYSMON or number == "4688":
        _add_ecs(fields, document, number)
    return fields


def _add_ecs(fields: Fields, document: Fields, number: str) -> None:
    for name, place in {**ECS, **ECS_OF_ID.get(number, {})}.items():
        if name not in fields:
            put(fields, name, first(document, [place]))
    if "User" not in fields:
        names = [first(document, [place]) for place in ("user.domain", "user.name")]
        put(fields, "User", account(*names))
    if "Initiated" not in fields:
        put(fields, "Initiated", INITIATED.get(first(document, ["network.direction"]) or ""))
    name = hash_list(number)
    if name not in fields:
        prefixes = ("process.hash.", "file.hash.")
        put(fields, name, joined_hashes(document, prefixes))


def hash_list(number: str) -> str:
    """What Sysmon calls the list of hashes of an event: that on streams has one of its own."""
    return "Hash" if number == "15" else "Hashes"
