"""Microsoft Sentinel: logs of Windows in the table Event, whose values stand in XML.

Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/event
"""

from __future__ import annotations

from sigmapack.targets.kql.tables import Table


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
