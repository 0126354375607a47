"""Windows events: the names that exporters give to fields, and which Sigma log sources they are."""

from __future__ import annotations

import re

from sigmapack.content.model import LogSource
from sigmapack.events.channels import ChannelMap, channel_map, short_names
from sigmapack.events.fields import Fields, ShapeError, first, put, without_prefix

__all__ = ["ChannelMap", "channel_map"]

SYSMON = "microsoft-windows-sysmon/operational"

#: Names that exporters give to what Sigma calls by the first of each.
SAME = {
    "EventID": ("EventID", "EventId", "event_id", "EventCode", "winlog.event_id", "event.code"),
    "Channel": ("Channel", "LogName", "log_name", "winlog.channel"),
    "Computer": ("Computer", "ComputerName", "computer_name", "MachineName"),
    "Provider_Name": (
        "Provider_Name",
        "ProviderName",
        "SourceName",
        "source_name",
        "provider_name",
        "Provider.Name",
    ),
    "EventRecordID": ("EventRecordID", "EventRecordId", "RecordNumber", "record_number"),
    "Message": ("Message", "message"),
}

#: Sysmon's event 12 is of two categories, told apart by EventType (SigmaHQ's tests/thor.yml).
TYPES = {
    "registry_add": ("CreateKey",),
    "registry_delete": ("DeleteKey", "DeleteValue"),
}
PARAM = re.compile(r"param\d{1,3}")
#: What an event of Windows is of which no more is known.
UNTOLD = LogSource("windows", None, None)
EVENT_ID = re.compile(r"\d{1,9}(\.0)?", re.ASCII)
#: What a provider's channels are called, those first that are on by themselves.
CHANNEL_KINDS = ("Operational", "Admin", "Analytic", "Analytical", "Audit", "Debug")
PROVIDER_CHANNELS = {"microsoft-windows-security-auditing": "Security"}


def add_message_fields(fields: Fields) -> None:
    """Add what only Sysmon's rendered message says: `QueryName: example.org`, one a line."""
    message = fields.get("Message")
    for line in message.splitlines()[1:] if isinstance(message, str) else ():
        name, colon, value = line.partition(":")
        if colon and name.isalnum():
            fields.setdefault(name, value.strip())


def flat_fields(record: Fields) -> Fields:
    """Fields of a flat event by their Sigma names; event data one level down comes to the top."""
    data = without_prefix(record, ("EventData.", "UserData.", "event_data.", "AllFieldInfo."))
    fields = {**_inner_data(record), **data, **record}
    if "LogName" in fields and "Id" in fields:  # PowerShell: Get-WinEvent | ConvertTo-Json
        fields.setdefault("EventID", fields["Id"])
    for name, names in SAME.items():
        if name not in fields:
            put(fields, name, first(fields, names))
    if "Channel" not in fields:  # a Splunk export: source=XmlWinEventLog:Security
        _, separator, channel = (first(fields, ["source"]) or "").partition("WinEventLog:")
        put(fields, "Channel", channel if separator else None)
    return fields


def _inner_data(record: Fields) -> Fields:
    """Fields inside the one element of UserData, which is called after the event."""
    places = {
        name[: name.index(".", len(prefix)) + 1]
        for prefix in ("UserData.", "user_data.")
        for name in record
        if name.startswith(prefix) and "." in name[len(prefix) :]
    }
    return without_prefix(record, tuple(sorted(places)))


def logsources(fields: Fields, channels: ChannelMap) -> tuple[LogSource, ...]:
    """All categories and the service of a Windows event; a missing Channel is inferred and added.

    Raises:
        ShapeError: EventID is missing or no number, or the channel cannot be told.
    """
    written = first(fields, ["EventID"])
    if written is None:
        raise ShapeError('no EventID: add "EventID", the number of the Windows event')
    if not EVENT_ID.fullmatch(written):
        raise ShapeError(f"EventID {written[:40]!a} is no number: give the Windows event's number")
    number = int(written.partition(".")[0])
    fields["EventID"] = str(number)
    if first(fields, ["Channel"]) is None:
        put(fields, "Channel", _inferred_channel(fields, number, channels))
    low = _known(first(fields, ["Channel"]) or "", channels)
    if low == SYSMON:
        add_message_fields(fields)
    found = dict.fromkeys(_sources(low, number, channels))
    return tuple(each for each in found if not _other_type(each, fields)) or (UNTOLD,)


def possible(channel: str, number: int, channels: ChannelMap) -> tuple[LogSource, ...]:
    """All log sources of which an event may be, told by its channel and identifier alone."""
    return (*_sources(_known(channel, channels), number, channels), UNTOLD)


def _known(channel: str, channels: ChannelMap) -> str:
    """A channel's name in lower case, its whole name where a short one is known."""
    low = channel.lower()
    return low if (low, None) in channels else short_names().get(low, low)


def _sources(low: str, number: int, channels: ChannelMap) -> tuple[LogSource, ...]:
    return (*channels.get((low, number), ()), *channels.get((low, None), ()))


def _other_type(logsource: LogSource, fields: Fields) -> bool:
    """Whether an event's own type says that it is of another category with the same id."""
    types = TYPES.get(logsource.category or "", ())
    told = first(fields, ["EventType"])
    return bool(types) and told is not None and told not in types


def _inferred_channel(fields: Fields, number: int, channels: ChannelMap) -> str | None:
    """The channel that an event's provider writes to; None where that is not known."""
    provider = first(fields, ["Provider_Name"]) or ""
    if provider.lower() in PROVIDER_CHANNELS:
        return PROVIDER_CHANNELS[provider.lower()]
    for kind in CHANNEL_KINDS:
        low = f"{provider}/{kind}".lower()
        if (low, None) in channels or (low, number) in channels:
            return f"{provider}/{kind}"
    if (SYSMON, number) in channels and {"UtcTime", "ProcessGuid"} <= fields.keys():
        return "Microsoft-Windows-Sysmon/Operational"
    if provider:  # a trace (ETW) that was converted to a log
        return None
    raise ShapeError(
        f'EventID {number} without a channel: add "Channel" (e.g. "Security" or '
        '"Microsoft-Windows-Sysmon/Operational") or "Provider_Name"'
    )


def add_aliases(fields: Fields) -> None:
    """Add the Sigma names of fields that Windows calls otherwise; the originals stay."""
    for name in [name for name in fields if " " in name]:
        fields.setdefault(name.replace(" ", ""), fields[name])
    if {"NewProcessName", "ParentProcessName"} & fields.keys():  # Security 4688
        for name, original in (("Image", "NewProcessName"), ("ParentImage", "ParentProcessName")):
            if original in fields:
                fields.setdefault(name, fields[original])
        if "User" not in fields:
            names = [first(fields, [f"Subject{part}"]) for part in ("DomainName", "UserName")]
            put(fields, "User", account(*names))
    if "Data" not in fields:
        put(fields, "Data", _unnamed_data(fields) or _rendered(fields))


def account(domain: str | None, name: str | None) -> str | None:
    """An account as Sysmon writes it, `DOMAIN\\name`."""
    if name in (None, "-"):
        return None
    return name if domain in (None, "-") else f"{domain}\\{name}"


def _rendered(fields: Fields) -> str | None:
    """What the installer's message says, where an exporter keeps that and not its parts."""
    provider = first(fields, ["Provider_Name"]) or ""
    return first(fields, ["Message"]) if provider.lower() == "msiinstaller" else None


def _unnamed_data(fields: Fields) -> str | None:
    """Unnamed event data where an exporter numbered it: Winlogbeat's param1, PowerShell's list."""
    values = fields.get("Properties.Value")
    if isinstance(values, tuple):
        return "\n".join(values)
    numbered = (name for name in fields if name.startswith("param") and PARAM.fullmatch(name))
    names = sorted(numbered, key=lambda name: int(name[5:]))
    parts = [value for name in names if isinstance(value := fields[name], str)]
    return "\n".join(parts) or None
