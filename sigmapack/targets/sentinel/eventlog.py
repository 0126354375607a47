"""Microsoft Sentinel: logs of Windows in the tables Event and SecurityEvent.

In Event the values stand in XML (https://learn.microsoft.com/azure/azure-monitor/reference/tables/
event), SecurityEvent has columns for most (https://learn.microsoft.com/azure/azure-monitor/
reference/tables/securityevent).
"""

from __future__ import annotations

from sigmapack.targets.kql.tables import ALGORITHMS, Table, hashes


def data(name: str) -> str:
    """A named value of the XML in the table Event."""
    return f"extract('<Data Name=\"{name}\">([^<]*)</Data>', 1, EventData)"


EVENT = {"Computer": "Computer", "EventID": "EventID", "Provider_Name": "Source"}
APPLICATION = Table(
    {**EVENT, "Data": "EventText", "Message": "EventText"},
    {"EventText": 'strcat(RenderedDescription, " ", EventData)'},
)
DNS_CLIENT = Table(
    {**EVENT, "QueryName": "QueryName", "QueryResults": "Results", "QueryStatus": "Status"},
    {
        "QueryName": data("QueryName"),
        "Results": data("QueryResults"),
        "Status": data("QueryStatus"),
    },
)
WINDEFEND = Table(
    {**EVENT, "ThreatName": "ThreatName", "NewValue": "NewValue", "OldValue": "OldValue"},
    {
        "ThreatName": data("Threat Name"),
        "NewValue": data("New Value"),
        "OldValue": data("Old Value"),
    },
)
# No parser of ASIM reads Sysmon's event 15 (ASimFileEventMicrosoftSysmon has 11, 23 and 26).
STREAM = Table(
    {
        **EVENT,
        "Image": "Image",
        "TargetFilename": "TargetFilename",
        "Contents": "Contents",
        "User": "User",
        **{name: name for name in ALGORITHMS},
    },
    {
        **{name: data(name) for name in ("Image", "TargetFilename", "Contents", "User")},
        **{
            name: f"extract('(?i)<Data Name=\"Hash\">[^<]*{name}=([0-9A-Fa-f]+)', 1, EventData)"
            for name in ALGORITHMS
        },
    },
    {"Hash": hashes},
)
SCRIPT = Table(
    {**EVENT, "ScriptBlockText": "ScriptBlockText", "Path": "ScriptPath"},
    {"ScriptBlockText": data("ScriptBlockText"), "ScriptPath": data("Path")},
)
#: What the service control manager says of a change of a service: its key is the last.
SERVICE = Table({**EVENT, "param4": "ServiceKey"}, {"ServiceKey": data("param4")})
SECURITY = {"Computer": "Computer", "EventID": "EventID", "User": "Account"}
# The path with its drive, which new Windows writes too, has no column.
# The columns of event 4663; logsources.toml makes the same of the table Event.
AUDITING = Table({**SECURITY, "ObjectName": "ObjectName", "ProcessName": "ProcessName"})
APPLOCKER = Table(
    {**SECURITY, "FilePath": "FilePath", "FullFilePath": "FullFilePath", "Fqbn": "Fqbn"},
    {"FullFilePath": "extract('<FullFilePath>([^<]*)<', 1, EventData)"},
)
