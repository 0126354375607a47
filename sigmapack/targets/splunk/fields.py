"""Splunk: what Sigma's fields are called by the vendor's add-ons.

Splunk Add-on for Sysmon and for Microsoft Windows (XML rendering), Common Information Model Network
Resolution and Web (https://docs.splunk.com/Documentation/CIM), Zeek's own JSON names.
"""

from __future__ import annotations

from sigmapack.compiling import conversion
from sigmapack.content.model import LogSource

# Names of the XML rendering, then those of the classic one, whose message is taken apart by its
# "Name: value" lines; field names are compared by letter case. Of Defender's, `Name` is the threat
# in the classic rendering and the provider in XML, which is no threat's name.
WINDOWS: conversion.FieldMap = {
    "EventID": "EventCode",
    "Computer": ["Computer", "ComputerName", "host"],
    "Provider_Name": ["SourceName", "Name"],
    "Data": ["EventData_Xml", "Message"],
    "Message": ["Message", "EventData_Xml"],
    "NewValue": ["New_Value", "NewValue", "New_value"],
    "OldValue": ["Old_Value", "OldValue", "Old_value"],
    "ThreatName": ["Threat_Name", "ThreatName", "Name"],
    "ObjectName": ["ObjectName", "Object_Name"],
    "ProcessName": ["ProcessName", "Process_Name"],
}
PROCESS: conversion.FieldMap = {
    "Image": ["Image", "NewProcessName", "New_Process_Name"],
    "ParentImage": ["ParentImage", "ParentProcessName", "Creator_Process_Name"],
    "CommandLine": ["CommandLine", "Process_Command_Line"],
}
# In the classic rendering the message has the script.
SCRIPT: conversion.FieldMap = {"ScriptBlockText": ["ScriptBlockText", "Message"]}
RESOLVER: conversion.FieldMap = {"src_ip": "src"}
PROXY: conversion.FieldMap = {
    "c-uri": "url",
    "c-uri-query": "uri_query",
    "c-uri-stem": "uri_path",
    "cs-uri": "url",
    "cs-uri-stem": "uri_path",
    "c-useragent": "http_user_agent",
    "cs-user-agent": "http_user_agent",
    "cs-cookie": "cookie",
    "cs-host": ["url_domain", "dest"],
    "cs-method": "http_method",
    "cs-referrer": "http_referrer",
    "r-dns": ["url_domain", "dest"],
    "sc-status": "status",
    "src_ip": "src",
    "dst_ip": "dest_ip",
}
# Common Information Model: Endpoint and Network Traffic, as add-ons for macOS sensors fill them.
# `dest` is the Mac in Endpoint, and the far end in Network Traffic, where the Mac reports (`dvc`)
# and is `src`, by its name or its address; `host` may be a console.
MACOS: conversion.FieldMap = {
    "Image": "process_path",
    "CommandLine": "process",
    "ParentImage": "parent_process_path",
    "ParentCommandLine": "parent_process",
    "TargetFilename": "file_path",
    "Hashes": ["process_hash", "file_hash"],
    "Computer": "dest",
    "User": "user",
}
MACOS_NETWORK: conversion.FieldMap = {
    **MACOS,
    "DestinationHostname": ["dest", "dest_host"],
    "Computer": ["dvc", "src_host", "src"],
}
LINUX: conversion.FieldMap = {"Computer": ["Computer", "host"], "EventID": "EventCode"}
FIREWALL: conversion.FieldMap = {
    "src_ip": "src_ip",
    "dst_ip": "dest_ip",
    "dst_port": "dest_port",
}
ANTIVIRUS: conversion.FieldMap = {
    "Signature": "signature",
    "Filename": "file_path",
    "Computer": "dest",
}
# Splunk's own `host` hides a JSON key of that name; the add-on gives the request's host to CIM Web.
# A JSON array becomes a multi-value field with braces in its name.
ZEEK_HTTP: conversion.FieldMap = {
    "host": ["url_domain", "site"],
    "cookie_vars": ["cookie_vars{}", "cookie_vars"],
}
ZEEK_DNS: conversion.FieldMap = {"answers": ["answers{}", "answers", "answer"]}

BY_LOGSOURCE = {
    "any/proxy": PROXY,
    "any/dns": RESOLVER,
    "any/firewall": FIREWALL,
    "any/antivirus": ANTIVIRUS,
    "zeek/http": ZEEK_HTTP,
    "zeek/dns": ZEEK_DNS,
}


def field_map(logsource: LogSource) -> conversion.FieldMap:
    """Sigma field -> Splunk field(s) of a log source; other fields keep their names."""
    if logsource.product == "windows":
        more = {"process_creation": PROCESS, "ps_script": SCRIPT}.get(logsource.category or "", {})
        return {**WINDOWS, **more}
    network = logsource.category == "network_connection"
    products = {"macos": MACOS_NETWORK if network else MACOS, "linux": LINUX}
    if logsource.product in products:
        return products[logsource.product]
    return BY_LOGSOURCE.get(logsource.key, {})
