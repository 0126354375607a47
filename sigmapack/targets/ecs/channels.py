"""What fields of Windows' own logs are called in ECS, and where they stay below `winlog`.

Sources: those of `fields`, and Winlogbeat (https://www.elastic.co/docs/reference/beats/winlogbeat/
exported-fields-winlog).
"""

from __future__ import annotations

from sigmapack.compiling import conversion

EVENT: conversion.FieldMap = {"EventID": "event.code", "Computer": "host.name"}
# Channels without a pipeline of their own keep their data under `winlog.event_data`: Winlogbeat
# writes blanks in names as underscores, and data without a name as param1, param2, ...
CHANNEL: conversion.FieldMap = {
    **EVENT,
    "Provider_Name": "winlog.provider_name",
    "Data": [f"winlog.event_data.param{number}" for number in range(1, 6)],
    **{
        name: f"winlog.event_data.{name}"
        for name in (
            "QueryName",
            "QueryStatus",
            "QueryType",
            "QueryResults",
            "CommandLine",
            "Image",
        )
    },
    "NewValue": "winlog.event_data.New_Value",
    "OldValue": "winlog.event_data.Old_Value",
    "ThreatName": "winlog.event_data.Threat_Name",
    "Path": "winlog.event_data.Path",
    "param4": "winlog.event_data.param4",
}
# The integration windows and Winlogbeat's module take the script out; without, it stays.
SCRIPT: conversion.FieldMap = {
    **EVENT,
    "ScriptBlockText": ["powershell.file.script_block_text", "winlog.event_data.ScriptBlockText"],
    "Path": ["file.path", "winlog.event_data.Path"],
}
# The pipeline of the Security log moves the process of most events, but not of 4663.
AUDITING: conversion.FieldMap = {
    **CHANNEL,
    "ObjectName": "winlog.event_data.ObjectName",
    "ProcessName": ["winlog.event_data.ProcessName", "process.executable"],
}
# Winlogbeat keeps elements of UserData apart from event data.
APPLOCKER: conversion.FieldMap = {
    **EVENT,
    "Provider_Name": "winlog.provider_name",
    **{name: f"winlog.user_data.{name}" for name in ("FilePath", "FullFilePath", "Fqbn")},
}
