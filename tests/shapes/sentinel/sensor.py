"""Events as Defender's sensor reports them, in the tables and by the ASIM parsers of Sentinel.

As these have it (github.com/Azure/Azure-Sentinel, Parsers, read 2026-11): vimProcessEvent-
Microsoft365D 0.2.0, vimFileEventM365D 0.2.1, vimNetworkSessionMicrosoft365Defender 0.4. Of DNS
there is no parser: the lookups stay in DeviceEvents. What a parser neither renames nor takes away
goes through under its table's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sigmapack.events.read import Event
from tests.shapes import defender
from tests.shapes.microsoft import Document, Fields, Row, mde, text
from tests.shapes.sentinel import network


def documents(event: Event) -> list[Document]:
    """The rows of an event; none for what the sensor does not see."""
    system, _, kind = event.logsource[0].key.partition("/")
    fields = Fields((name, text(value)) for name, value in event.fields.items())
    found: list[Document] = []
    for table, row in defender.documents(event):
        if table == "DeviceInfo" or (kind, table) == ("dns_query", "DeviceEvents"):
            found.append((table, row))
        elif kind == "network_connection":
            found.append(("_Im_NetworkSession", network.connection_of_defender(fields, system)))
        elif kind in PARSERS:
            parser, make = PARSERS[kind]
            found.append((parser, make(row, fields)))
    return [(table, {"TimeGenerated": event.timestamp, **row}) for table, row in found]


def _process(row: Mapping[str, object], fields: Fields) -> Row:
    kept = {name: value for name, value in row.items() if name.startswith("ProcessVersionInfo")}
    unix = str(row["FolderPath"]).startswith("/")
    return {
        **kept,
        **mde(fields),
        "DvcOs": "Linux" if unix else "Windows",
        "EventType": row["ActionType"],
        "TargetProcessName": row["FolderPath"],
        "TargetProcessFilename": row["FileName"],
        "TargetProcessCommandLine": row["ProcessCommandLine"],
        "TargetUsername": _user(row, ""),
        "ActorUsername": _user(row, "InitiatingProcess"),
        "ActingProcessName": row["InitiatingProcessFolderPath"],
        "ActingProcessFilename": row["InitiatingProcessFileName"],
        "ActingProcessCommandLine": row["InitiatingProcessCommandLine"],
        **{f"TargetProcess{name}": row[name] for name in HASHES if name in row},
    }


def _file(row: Mapping[str, object], fields: Fields) -> Row:
    unix = str(row["FolderPath"]).startswith("/")
    return {
        **mde(fields),
        "DvcOs": "Linux" if unix else "Windows",
        "EventType": row["ActionType"],
        # The folder's column ends with the file's name, which is appended once more.
        "TargetFilePath": f"{row['FolderPath']}{'/' if unix else chr(92)}{row['FileName']}",
        "TargetFileName": row["FileName"],
        "ActingProcessName": row["InitiatingProcessFolderPath"],
        "ActorUsername": _user(row, "InitiatingProcess"),
        **{f"TargetFile{name}": row[name] for name in HASHES if name in row},
    }


def _user(row: Mapping[str, object], prefix: str) -> str:
    parts = [row.get(f"{prefix}Account{name}") for name in ("Domain", "Name")]
    return "\\".join(str(part) for part in parts if part)


HASHES = ("SHA256", "SHA1", "MD5")
PARSERS: Mapping[str, tuple[str, Callable[[Mapping[str, object], Fields], Row]]] = {
    "process_creation": ("_Im_ProcessEvent", _process),
    "file_event": ("_Im_FileEvent", _file),
    "file_delete": ("_Im_FileEvent", _file),
    "file_executable_detected": ("_Im_FileEvent", _file),
}
