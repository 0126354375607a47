"""LogScale: what Sigma's fields are called in the CrowdStrike Parsing Standard, which is ECS.

https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html; what ECS has no name for
stays in the vendor's own field, `windows.EventData.*` for Windows events.
"""

from __future__ import annotations

from collections.abc import Mapping

from sigmapack.model import LogSource

ALGORITHMS = ("MD5", "SHA1", "SHA256")
HASHES: Mapping[str, str] = {"image_load": "dll", "file_event": "file", "file_delete": "file"}
COMMON = {
    "Computer": "host.name",
    "User": "user.name",
    "EventID": "event.code",
    "Provider_Name": "event.provider",
    "Channel": "windows.Channel",
    "Image": "process.executable",
    "CommandLine": "process.command_line",
}
PROCESS = {
    "OriginalFileName": "process.pe.original_file_name",
    "FileVersion": "process.pe.file_version",
    "Product": "process.pe.product",
    "Company": "process.pe.company",
    "Description": "process.pe.description",
    "ParentImage": "process.parent.executable",
    "ParentCommandLine": "process.parent.command_line",
}
NETWORK = {
    "DestinationHostname": "destination.domain",
    "DestinationIp": "destination.ip",
    "DestinationPort": "destination.port",
    "Initiated": "windows.EventData.Initiated",
}
DNS = {
    "query": "dns.question.name",
    "QueryName": "dns.question.name",
    "QNAME": "dns.question.name",
    "answer": "dns.answers[0].data",
    "QueryStatus": "windows.EventData.QueryStatus",
    "QueryResults": "windows.EventData.QueryResults",
    "rcode_name": "dns.response_code",
    "record_type": "dns.question.type",
    "src_ip": "source.ip",
    "id.orig_h": "source.ip",
}
WEB = {
    "cs-host": "url.domain",
    "r-dns": "destination.domain",
    "host": "url.domain",
    "c-uri": "url.original",
    "cs-uri": "url.original",
    "uri": "url.original",
    "c-uri-stem": "url.path",
    "c-useragent": "user_agent.original",
    "user_agent": "user_agent.original",
    "cs-method": "http.request.method",
    "method": "http.request.method",
    "cs-referrer": "http.request.referrer",
    "sc-status": "http.response.status_code",
    "src_ip": "source.ip",
    "dst_ip": "destination.ip",
    "id.orig_h": "source.ip",
}
FILE = {"TargetFilename": "file.path"}
LIBRARY = {
    "ImageLoaded": "dll.path",
    "Signed": "windows.EventData.Signed",
    "Signature": "dll.code_signature.subject_name",
    "SignatureStatus": "dll.code_signature.status",
}
BY_PART: Mapping[str, Mapping[str, str]] = {
    "process_creation": PROCESS,
    "network_connection": NETWORK,
    "dns_query": DNS,
    "dns": DNS,
    "dns-client": DNS,
    "dns-server-analytic": DNS,
    "http": WEB,
    "proxy": WEB,
    "ssl": {"server_name": "tls.client.server_name", "id.orig_h": "source.ip"},
    "file_event": FILE,
    "file_delete": FILE,
    "file_executable_detected": FILE,
    "image_load": LIBRARY,
    "registry_set": {"TargetObject": "registry.path", "Details": "registry.data.strings[0]"},
    "pipe_created": {"PipeName": "windows.EventData.PipeName"},
    "windefend": {
        "NewValue": "windows.EventData.New Value",
        "ThreatName": "windows.EventData.Threat Name",
    },
    "application": {"Data": "windows.EventData.Data", "Message": "message"},
    "antivirus": {"Signature": "threat.indicator.name", "Filename": "file.path"},
    "firewall": {"dst_ip": "destination.ip", "src_ip": "source.ip", "dst_port": "destination.port"},
}


def hash_fields(logsource: LogSource) -> Mapping[str, str]:
    """Algorithm -> field that holds it; the same names serve as Sigma fields of the rule."""
    part = logsource.category or ""
    root = HASHES.get(part, "file" if part == "file_executable_detected" else "process")
    return {name: f"{root}.hash.{name.lower()}" for name in ALGORITHMS}


def field_map(logsource: LogSource) -> Mapping[str, str]:
    """Sigma field -> field of the standard; names with a blank are in quotes."""
    part = logsource.category or logsource.service or ""
    hashes = {field: field for field in hash_fields(logsource).values()}
    found = {**COMMON, **BY_PART.get(part, {}), **hashes}
    return {name: f'"{field}"' if " " in field else field for name, field in found.items()}
