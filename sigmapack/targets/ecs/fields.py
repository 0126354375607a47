"""What Sigma's fields are called in the Elastic Common Schema, per log source, and their types.

Sources: ECS (https://www.elastic.co/docs/reference/ecs/ecs-field-reference), the ingest pipelines
of Elastic's integrations windows, system, microsoft_dnsserver, zeek, squid and sysmon_linux
(https://github.com/elastic/integrations, packages/), of Winlogbeat's Sysmon module
(https://github.com/elastic/beats, x-pack/winlogbeat/module/sysmon/ingest/sysmon.yml), and the
fields that Elastic Defend writes. A list names alternatives: the first is the one of the log source
itself, the others those of other agents.
"""

from __future__ import annotations

from sigmapack.compiling import conversion
from sigmapack.content.model import LogSource
from sigmapack.targets.ecs.channels import APPLOCKER, AUDITING, CHANNEL, EVENT, SCRIPT

HASHES = ("md5", "sha1", "sha256", "imphash")


def hash_fields(*objects: str) -> conversion.FieldMap:
    """The fields of each algorithm, as `Hashes.<algorithm>`: what `ecs.values.prepare` asks for."""
    return {
        f"Hashes.{name}": [
            f"{item}.pe.imphash" if name == "imphash" else f"{item}.hash.{name}" for item in objects
        ]
        for name in HASHES
    }


def pe_fields(*objects: str) -> conversion.FieldMap:
    """What a program's version resource says."""
    names = {
        "OriginalFileName": "original_file_name",
        "FileVersion": "file_version",
        "Product": "product",
        "Company": "company",
        "Description": "description",
    }
    return {name: [f"{item}.pe.{part}" for item in objects] for name, part in names.items()}


PROCESS: conversion.FieldMap = {
    "Image": "process.executable",
    "CommandLine": "process.command_line",
    "CurrentDirectory": "process.working_directory",
    "ParentImage": "process.parent.executable",
    "ParentCommandLine": "process.parent.command_line",
    **pe_fields("process"),
    **hash_fields("process"),
}
ACTOR: conversion.FieldMap = {"Image": "process.executable"}
FILE: conversion.FieldMap = {**ACTOR, "TargetFilename": "file.path", **hash_fields("file")}
NETWORK: conversion.FieldMap = {
    **ACTOR,
    "DestinationHostname": "destination.domain",
    "DestinationIp": "destination.ip",
    "DestinationPort": "destination.port",
    "SourceIp": "source.ip",
    "SourcePort": "source.port",
    "Protocol": "network.transport",
    "Initiated": "network.direction",
}
# Sysmon's pipelines put the library into `file`, Elastic Defend into `dll`.
LIBRARY: conversion.FieldMap = {
    **ACTOR,
    "ImageLoaded": ["file.path", "dll.path"],
    "Signed": ["winlog.event_data.Signed", "dll.code_signature.exists"],
    "Signature": ["file.code_signature.subject_name", "dll.code_signature.subject_name"],
    "SignatureStatus": "file.code_signature.status",
    "SignatureStatus.defend": "dll.code_signature.status",
    **pe_fields("file", "dll"),
    **hash_fields("file", "dll"),
}
DNS_QUERY: conversion.FieldMap = {
    **ACTOR,
    "QueryName": "dns.question.name",
    "QueryStatus": "sysmon.dns.status",
    "QueryStatus.defend": "dns.Ext.status",
    "QueryResults": "dns.answers.data",
    "QueryResults.ip": "dns.resolved_ip",
}
REGISTRY: conversion.FieldMap = {
    **ACTOR,
    "TargetObject": "registry.path",
    "Details": "registry.data.strings",
}
RESOLVER: conversion.FieldMap = {
    "query": "dns.question.name",
    "record_type": "dns.question.type",
    "answer": "dns.answers.data",
    "answer.code": "dns.response_code",
    "answer.ip": "dns.resolved_ip",
    "answer.count": "dns.answers_count",
    "rcode_name": "dns.response_code",
    "src_ip": "source.ip",
    "dst_ip": "destination.ip",
}
PROXY: conversion.FieldMap = {
    "c-uri": "url.original",
    "cs-uri": "url.original",
    "c-uri-stem": "url.path",
    "cs-uri-stem": "url.path",
    "c-uri-query": "url.query",
    "cs-uri-query": "url.query",
    "cs-host": "url.domain",
    "r-dns": ["url.domain", "destination.domain"],
    "cs-method": "http.request.method",
    "cs-referrer": "http.request.referrer",
    "c-useragent": "user_agent.original",
    "cs-user-agent": "user_agent.original",
    "sc-status": ["http.response.status_code", "squid.status_code"],
    "src_ip": "source.ip",
    "dst_ip": "destination.ip",
}
ZEEK: conversion.FieldMap = {"id.orig_h": "source.ip", "id.resp_h": "destination.ip"}
ZEEK_DNS: conversion.FieldMap = {
    **ZEEK,
    "query": ["zeek.dns.query", "dns.question.name"],
    "answers": ["zeek.dns.answers", "dns.answers.data"],
    "rcode_name": "dns.response_code",
    "qtype_name": "dns.question.type",
}
ZEEK_HTTP: conversion.FieldMap = {
    **ZEEK,
    "host": "url.domain",
    "uri": "url.original",
    "user_agent": "user_agent.original",
    "method": "http.request.method",
    "status_code": "http.response.status_code",
    "referrer": "http.request.referrer",
    "cookie_vars": "zeek.http.cookie_vars",
}
ZEEK_SSL: conversion.FieldMap = {
    **ZEEK,
    "server_name": ["zeek.ssl.server.name", "tls.client.server_name"],
}
# The log of files gets no source and no destination: the pipelines of the integration and of
# Filebeat's module leave the originator, which Zeek has there since 5.1, below `zeek.files`
# (elastic/integrations, packages/zeek/data_stream/files).
ZEEK_FILES: conversion.FieldMap = {
    "id.orig_h": "zeek.files.id.orig_h",
    "id.resp_h": "zeek.files.id.resp_h",
    "filename": "file.name",
    "mime_type": "file.mime_type",
    **{name: f"file.hash.{name}" for name in ("md5", "sha1", "sha256")},
}

BY_LOGSOURCE: dict[str, conversion.FieldMap] = {
    "process_creation": PROCESS,
    "file_event": FILE,
    "file_access": {**FILE, "FileName": "file.path"},
    # Sysmon's pipelines give the hashes of a deleted file to the process that deleted it.
    "file_delete": {**FILE, **hash_fields("process", "file")},
    "file_executable_detected": FILE,
    # The hash is that of the file itself, and the path ends with the stream's name.
    "create_stream_hash": {**FILE, "Contents": "winlog.event_data.Contents"},
    "network_connection": NETWORK,
    "image_load": LIBRARY,
    "dns_query": DNS_QUERY,
    "registry_set": REGISTRY,
    "registry_add": REGISTRY,
    "registry_delete": REGISTRY,
    "registry_event": REGISTRY,
    "ps_script": SCRIPT,
    "pipe_created": {**ACTOR, "PipeName": "file.name"},
    "windows/dns-server-analytic": {
        **CHANNEL,
        "QNAME": "dns.question.name",
        "Source": "source.ip",
    },
    "windows/applocker": APPLOCKER,
    "windows/security": AUDITING,
    "windows/*": CHANNEL,
    "any/dns": RESOLVER,
    "any/proxy": PROXY,
    "any/firewall": {
        "src_ip": "source.ip",
        "src_port": "source.port",
        "dst_ip": "destination.ip",
        "dst_port": "destination.port",
    },
    # Alerts of Elastic Defend: a YARA rule's name, or the names in its own signatures.
    "any/antivirus": {
        "Signature": ["rule.name", "file.Ext.malware_signature.all_names"],
        "Filename": "file.path",
        "Computer": "host.name",
    },
    "zeek/dns": ZEEK_DNS,
    "zeek/http": ZEEK_HTTP,
    "zeek/ssl": ZEEK_SSL,
    "zeek/files": ZEEK_FILES,
}

#: Fields that hold what they are compared with as it is: no case, no wildcard.
EXACT = frozenset({"event.code", "network.direction", "sysmon.dns.status", "event.dataset"})
BOOLEAN = frozenset({"dll.code_signature.exists"})
IP = frozenset({"source.ip", "destination.ip", "dns.resolved_ip"})
#: Analysed text: words of letters, digits, `_` and `-`, in lower case (analysis of the windows
#: integration and of Winlogbeat: `[\W&&[^-]]+` separates them).
TEXT = frozenset({"powershell.file.script_block_text"})
NUMBER = frozenset(
    {
        "source.port",
        "destination.port",
        "dns.Ext.status",
        "dns.answers_count",
        "http.response.status_code",
        "squid.status_code",
    }
)
#: Fields that may hold several values, which most functions of ES|QL take for null.
MULTIPLE = frozenset(
    {
        "dns.answers.data",
        "dns.resolved_ip",
        "event.type",
        "file.Ext.malware_signature.all_names",
        "registry.data.strings",
        "zeek.dns.answers",
        "zeek.http.cookie_vars",
    }
)


#: Lists of which each field may hold the value, of any agent.
TOGETHER = frozenset({"Data", "r-dns"})


def kind(field: str) -> str:
    """How an ECS field is compared: `keyword` (the case must not matter), `exact`, `hash`, …"""
    kinds = {"exact": EXACT, "boolean": BOOLEAN, "ip": IP, "number": NUMBER, "text": TEXT}
    for name, members in kinds.items():
        if field in members:
            return name
    return "hash" if ".hash." in field or field.endswith(".imphash") else "keyword"


def field_map(logsource: LogSource, first: bool = False) -> conversion.FieldMap:
    """Sigma field -> ECS field(s) of a log source; with `first`, only the source's own field."""
    keys = (logsource.key, logsource.category, f"{logsource.product}/*")
    found = next((BY_LOGSOURCE[key] for key in keys if key in BY_LOGSOURCE), {})
    if logsource.product in ("windows", "macos", "linux"):
        found = {**EVENT, **found}
    if not first:
        return found
    return {name: target if name in TOGETHER else _first(target) for name, target in found.items()}


def _first(target: str | list[str]) -> str:
    return target if isinstance(target, str) else target[0]
