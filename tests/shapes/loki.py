"""Events as Grafana Loki stores them: labels of a stream, and a line of JSON.

Windows events are what Grafana Alloy's `loki.source.windowsevent` sends, as its source has it
(github.com/grafana/alloy, internal/component/loki/source/windowsevent/format.go and target.go, the
same as Promtail's in github.com/grafana/loki v3.7.8, clients/pkg/promtail/targets/windows): names
and order of the struct `Event`, empty strings and zeros left out, `channel` and `computer` also as
labels of the stream. `event_data` is the inside of `<EventData>` as Windows' EvtRender wrote it
(learn.microsoft.com/windows/win32/api/winevt/nf-winevt-evtrender): attributes in single quotes; in
text `&`, `<` and `>` are entities, quotes are not. `user_data` is that of `<UserData>`. The line is
written by json-iterator, which escapes `<`, `>` and `&` as Go's encoding/json does.

Alloy subscribes to no analytic or debug channel (EvtSubscribe refuses them); events of
Microsoft-Windows-DNSServer/Analytical and Microsoft-Windows-Kernel-File/Analytic have this form
when they were forwarded to an ordinary log.

Zeek: JSON lines (`LogAscii::use_json=T`, docs.zeek.org/en/master/log-formats.html), types as in
docs.zeek.org/en/master/logs. Sysmon for Linux: the values of its XML with the names of Sysmon's
manifest (github.com/microsoft/SysmonForLinux). macOS, proxies, resolvers, firewalls and antivirus
have no common agent for Loki: JSON lines with Sigma's names. Loki itself adds `service_name`
(`limits_config.discover_service_name`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from sigmapack.events.read import Event
from tests.shapes.microsoft import services

#: Labels that a site gives to the streams of a kind of log.
STREAMS: Mapping[str, Mapping[str, str]] = {
    "any/dns": {"job": "dns"},
    "any/proxy": {"job": "proxy"},
    "any/firewall": {"job": "firewall"},
    "any/antivirus": {"job": "antivirus"},
    "zeek/dns": {"job": "zeek", "log": "dns"},
    "zeek/http": {"job": "zeek", "log": "http"},
    "zeek/ssl": {"job": "zeek", "log": "ssl"},
    "zeek/files": {"job": "zeek", "log": "files"},
    "macos/process_creation": {"job": "macos", "category": "process_creation"},
    "macos/file_event": {"job": "macos", "category": "file_event"},
    "macos/file_delete": {"job": "macos", "category": "file_delete"},
    "macos/network_connection": {"job": "macos", "category": "network_connection"},
}
SYSMON_LINUX = {"process_creation": 1, "network_connection": 3, "file_event": 11}

#: What stands in `<System>`, not in `<EventData>`.
SYSTEM = frozenset(
    [
        "Provider_Name",
        "Channel",
        "Computer",
        "EventID",
        "Version",
        "Level",
        "Task",
        "Opcode",
        "Keywords",
        "TimeCreated",
        "EventRecordID",
        "UserID",
        "@timestamp",
        "timestamp",
    ]
)
#: Sigma's names that the reader of events adds to those of Security 4688.
ADDED_4688 = {"Image", "ParentImage", "User"}

TASKS = {
    1: "Process Create (rule: ProcessCreate)",
    3: "Network connection detected (rule: NetworkConnect)",
    7: "Image loaded (rule: ImageLoad)",
    11: "File created (rule: FileCreate)",
    13: "Registry value set (rule: RegistryEvent)",
    15: "File stream created (rule: FileCreateStreamHash)",
    17: "Pipe Created (rule: PipeEvent)",
    18: "Pipe Connected (rule: PipeEvent)",
    22: "Dns query (rule: DnsQuery)",
    29: "File Executable Detected (rule: FileExecutableDetected)",
}

NUMBERS = frozenset(
    [
        "id.orig_p",
        "id.resp_p",
        "trans_id",
        "rtt",
        "qclass",
        "qtype",
        "rcode",
        "Z",
        "TTLs",
        "trans_depth",
        "request_body_len",
        "response_body_len",
        "status_code",
        "ts",
        "src_port",
        "dst_port",
        "bytes_in",
        "bytes_out",
        "sc-status",
        "sc-bytes",
        "cs-bytes",
        "ProcessId",
        "SourcePort",
        "DestinationPort",
    ]
)
FLAGS = frozenset(
    "AA TC RD RA rejected resumed established sni_matches_cert".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Document:
    """An entry of Loki without its time."""

    labels: Mapping[str, str]
    line: str


def documents(event: Event) -> list[Document]:
    """The entry of an event; none for a Windows event that is not of the event log."""
    key = event.logsource[0].key
    if "Channel" in event.fields:
        return [_windows(event)]
    if key in STREAMS:
        return [_document(STREAMS[key], _typed(event))]
    if key.startswith("linux/"):
        number = SYSMON_LINUX[key.partition("/")[2]]
        head = {"Channel": "Linux-Sysmon/Operational", "EventID": number}
        return [_document({"job": "sysmon_linux"}, {**head, **_typed(event)})]
    return []


def _document(labels: Mapping[str, str], record: Mapping[str, Any]) -> Document:
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return Document({**labels, "service_name": labels["job"]}, line)


def _typed(event: Event) -> dict[str, Any]:
    """Fields with the types of JSON."""
    return {name: _value(name, value) for name, value in event.fields.items()}


def _value(name: str, value: str | tuple[str, ...]) -> Any:
    if isinstance(value, tuple):
        return [_value(name, item) for item in value]
    if name in NUMBERS and re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value) if "." in value else int(value)
    return value == "true" if name in FLAGS else value


def _windows(event: Event) -> Document:
    """The struct of Alloy, in its order."""
    fields = {name: value for name, value in event.fields.items() if isinstance(value, str)}
    number = int(fields["EventID"])
    sysmon = fields["Provider_Name"] == "Microsoft-Windows-Sysmon"
    applocker = fields["Provider_Name"] == "Microsoft-Windows-AppLocker"
    data = _data(fields)
    record = {
        "source": fields["Provider_Name"],
        "channel": fields["Channel"],
        "computer": fields["Computer"],
        "event_id": number,
        "version": int(fields.get("Version", "0")),
        "level": int(fields.get("Level", "4")),
        "task": number if sysmon else int(fields.get("Task", "0")),
        "opCode": int(fields.get("Opcode", "0")),
        "levelText": "Information",
        "taskText": TASKS.get(number, "") if sysmon else "",
        "opCodeText": "Info",
        "keywords": fields.get("Keywords", "0x8000000000000000"),
        "timeCreated": (event.timestamp or "").replace("Z", "0000Z"),
        "eventRecordID": int(fields.get("EventRecordID", "0")),
        "execution": {
            "processId": 3216,
            "threadId": 4404,
            "processName": "Sysmon64.exe" if sysmon else "svchost.exe",
        },
        "security": {"userId": "S-1-5-18", "userName": "NT AUTHORITY\\SYSTEM"},
        "event_data": "" if applocker else _event_data(data),
        "user_data": _user_data(data) if applocker else "",
        "message": "\r\n".join([f"{TASKS.get(number, 'Event')}:", *map(": ".join, data)]),
    }
    labels = {name: str(record[name]) for name in ("channel", "computer")} | {"job": "windows"}
    document = _document(labels, {name: value for name, value in record.items() if value})
    line = document.line
    for character in "<>&":
        line = line.replace(character, f"\\u{ord(character):04x}")
    return Document(document.labels, line)


def _data(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Names and values of the event's data, without what the reader of events added."""
    added = {name.replace(" ", "") for name in fields if " " in name}
    added |= ADDED_4688 if fields["EventID"] == "4688" else set()
    if services(fields):
        added |= {"Data"}
    elif "Data" in fields:
        added |= {name for name in fields if name.startswith("param")}
    return [item for item in fields.items() if item[0] not in SYSTEM | added]


def _user_data(data: list[tuple[str, str]]) -> str:
    """The inside of `<UserData>`: one element, with an element for each value."""
    named = [item for item in data if "." not in item[0]]
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in named)
    space = "http://schemas.microsoft.com/schemas/event/Microsoft.Windows/1.0.0.0"
    return f"<RuleAndFileData xmlns='{space}'>{inner}</RuleAndFileData>"


def _event_data(data: list[tuple[str, str]]) -> str:
    """Named data; those of classic sources have no name, one element a value."""
    parts = []
    for name, value in data:
        if name == "Data":
            parts += [f"<Data>{escape(line)}</Data>" for line in value.split("\n")]
        elif name == "Binary":
            parts.append(f"<Binary>{value}</Binary>")
        else:
            parts.append(f"<Data Name='{name}'>{escape(value)}</Data>")
    return "".join(parts)
