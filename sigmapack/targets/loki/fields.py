"""Loki: the labels that Sigma's fields become."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sigmapack.compiling import conversion
from sigmapack.content.model import Rule

#: Top-level keys of the JSON that Alloy writes for a Windows event.
HEAD = ("channel", "event_id", "computer", "source")
SYSTEM = (*HEAD, "event_data", "user_data")
WINDOWS: Mapping[str, str | list[str]] = {
    "EventID": "event_id",
    "Channel": "channel",
    "Computer": "computer",
    "Provider_Name": "source",
    "Data": "event_data",
    "Message": "event_data",
    "NewValue": "New_Value",
    "OldValue": "Old_Value",
    "ThreatName": "Threat_Name",
}
PROCESS: Mapping[str, str | list[str]] = {
    "Image": ["Image", "NewProcessName"],
    "ParentImage": ["ParentImage", "ParentProcessName"],
}
#: JSON arrays: a label holds them as text, brackets and quotes included.
ARRAYS = ("answers", "cookie_vars")


#: A log of Windows about its clients, not about the host that writes it.
CLIENTS = "dns-server-analytic"


def who(rule: Rule) -> str:
    """The Sigma field that names the host or client of a rule's events."""
    logsource = rule.logsource
    if logsource.service == CLIENTS:
        return "Source"
    if logsource.product == "zeek":
        return "id.orig_h"
    return "Computer" if logsource.category == "antivirus" or logsource.product else "src_ip"


def label(field: str) -> str:
    """A field as Loki's `json` stage names it."""
    return re.sub(r"[^A-Za-z0-9_]", "_", field)


def field_map(rule: Rule, *more: str) -> dict[str, str | list[str]]:
    """Sigma field -> label(s), for the fields of a rule and `more`."""
    found: dict[str, str | list[str]] = {
        name: label(name) for name in (*conversion.fields(rule), *more)
    }
    if rule.logsource.product == "windows":
        special = {**WINDOWS, **(PROCESS if rule.logsource.category == "process_creation" else {})}
        found |= {name: special[name] for name in found if name in special}
    return found
