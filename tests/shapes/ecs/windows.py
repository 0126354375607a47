"""Windows event logs: the head that Winlogbeat and the agent write, and what pipelines make."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.shapes.ecs import sysmon
from tests.shapes.ecs.fields import Document, Fields, ip

SYSMON = "Microsoft-Windows-Sysmon/Operational"
#: Not event data but the head of the event, or added by the reader of events.
HEAD = {
    *("Channel", "Computer", "EventID", "EventRecordID", "Provider_Name", "TimeCreated"),
    *("Version", "Level", "Task", "Opcode", "Keywords", "UserID", "timestamp", "@timestamp"),
}


def documents(fields: Fields) -> Iterator[Document]:
    """The head that Winlogbeat and the agent write, and what the channel's pipeline makes."""
    channel, number = fields["Channel"], fields["EventID"]
    document: Document = {
        "event.code": number,
        "event.kind": "event",
        "event.provider": fields.get("Provider_Name"),
        "host.name": fields.get("Computer"),
        "host.os.type": "windows",
        "winlog.channel": channel,
        "winlog.computer_name": fields.get("Computer"),
        "winlog.event_id": number,
        "winlog.provider_name": fields.get("Provider_Name"),
    }
    data = {name: value for name, value in fields.items() if name not in HEAD}
    if channel == SYSMON:
        document |= {"event.dataset": "windows.sysmon_operational", **sysmon.event(data, number)}
        yield document
    elif channel == "Security":
        made = _audited if number == "4663" else _security
        yield document | {"event.dataset": "system.security", **made(data)}
    elif channel == "Microsoft-Windows-DNSServer/Analytical":
        asked = {"dns.question.name": data.get("QNAME"), "source.ip": ip(data.get("Source"))}
        yield document | {"event.dataset": "microsoft_dnsserver.analytical", **asked}
    elif channel == "Microsoft-Windows-PowerShell/Operational" and number == "4104":
        yield document | {"event.dataset": "windows.powershell_operational", **_script(data)}
    elif channel.startswith("Microsoft-Windows-AppLocker/"):
        named = {name: value for name, value in data.items() if "." not in name}
        yield document | {f"winlog.user_data.{name}": value for name, value in named.items()}
    elif not channel.endswith("/Analytic"):
        yield document | _event_data(data)


def _event_data(data: Fields) -> Document:
    """`winlog.event_data` of a channel without a pipeline of its own, or Defender's."""
    named = {n: v for n, v in data.items() if n != "Data" and not re.fullmatch(r"param\d+", n)}
    spaced = {name.replace(" ", "") for name in named if " " in name}
    found = {
        f"winlog.event_data.{name.replace(' ', '_')}": value
        for name, value in named.items()
        if name not in spaced
    }
    for number, value in enumerate(str(data.get("Data", "")).split("\n"), 1):
        found[f"winlog.event_data.param{number}"] = value
    return found


def _security(data: Fields) -> Document:
    """4688 by the pipeline of system.security."""
    return {
        "event.action": "created-process",
        "event.type": ["start"],
        "process.executable": data.get("NewProcessName"),
        "process.command_line": data.get("CommandLine"),
        "process.parent.executable": data.get("ParentProcessName"),
        "user.name": data.get("SubjectUserName"),
        "user.domain": data.get("SubjectDomainName"),
        "winlog.event_data.NewProcessName": data.get("NewProcessName"),
        "winlog.event_data.ParentProcessName": data.get("ParentProcessName"),
        "winlog.event_data.TokenElevationType": data.get("TokenElevationType"),
    }


def _audited(data: Fields) -> Document:
    """4663: the pipeline leaves all where it is, and makes lists of the rights (test-4663.json)."""
    lists = {
        "AccessMask": [data.get("AccessMask")],
        "AccessList": re.findall(r"%%(\d+)", str(data.get("AccessList", ""))),
    }
    return {f"winlog.event_data.{name}": value for name, value in {**data, **lists}.items()}


def _script(data: Fields) -> Document:
    """4104 by the pipeline of windows.powershell_operational."""
    return {
        "file.path": data.get("Path"),
        "powershell.file.script_block_id": data.get("ScriptBlockId"),
        "powershell.file.script_block_text": data.get("ScriptBlockText"),
        "powershell.sequence": data.get("MessageNumber"),
        "powershell.total": data.get("MessageTotal"),
    }
