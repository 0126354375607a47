"""The same events as other agents store them, each on its own: Squid, Zscaler, Elastic Defend.

`ecs` gives an event one shape; here a query has to do with what a single agent writes, so that a
wrong name for one agent is not hidden by a right one for another. Sources:

* Squid and Zscaler: ingest pipelines and their tests in github.com/elastic/integrations
  (packages/squid/data_stream/log, packages/zscaler_zia/data_stream/web). `url` is made by the
  processor uri_parts (www.elastic.co/docs/reference/enrich-processor/uri-parts-processor), which
  decodes the path. Squid's log has no user agent, no referrer and no name of the server, and of a
  CONNECT only `host:port`; Zscaler writes no scheme, the pipeline puts one before it;
* Elastic Defend on Windows: sample events and fields in github.com/elastic/endpoint-package
  (package/endpoint/data_stream). As in the samples, though the schema has names for them: files are
  without hashes, connections without names, of a program's version is only its original name. The
  status of a signature is `trusted`, `errorExpired`, `errorRevoked`, `errorChaining`, ...
  (Elastic's own rules, github.com/elastic/detection-rules).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from sigmapack.events.read import Event
from tests.shapes.ecs.fields import Document, Fields, hashes
from tests.shapes.ecs.windows import SYSMON

#: Sysmon's event id -> (data set of Elastic Defend, category, type).
DEFEND = {
    "1": ("process", "process", ["start"]),
    "3": ("network", "network", ["start"]),
    "7": ("library", "library", ["start"]),
    "11": ("file", "file", ["creation"]),
    "13": ("registry", "registry", ["change"]),
    "22": ("network", "network", ["info", "protocol"]),
    "23": ("file", "file", ["deletion"]),
    "26": ("file", "file", ["deletion"]),
}
SIGNATURE = {
    "Valid": "trusted",
    "Expired": "errorExpired",
    "Revoked": "errorRevoked",
    "Invalid": "errorBadDigest",
    "Unavailable": "errorCode_endpoint: Initial state",
}


def squid(event: Event) -> list[Document]:
    """A line of access.log, as the integration squid stores it."""
    fields = _proxy_fields(event)
    if "c-uri" not in fields:
        return []
    connect = fields.get("cs-method") == "CONNECT"
    return _documents(
        event,
        {
            "event.dataset": "squid.log",
            "event.category": ["web"],
            "event.type": ["access"],
            "observer.type": "proxy",
            "http.request.method": fields.get("cs-method"),
            "source.ip": fields.get("src_ip"),
            "destination.ip": fields.get("dst_ip"),
            "squid.result_code": fields.get("s-action"),
            "squid.status_code": _number(fields.get("sc-status")),
            **({"url.original": fields["c-uri"]} if connect else _uri_parts(fields["c-uri"])),
        },
    )


def zscaler(event: Event) -> list[Document]:
    """A record of Zscaler's Nanolog, as the integration zscaler_zia stores it."""
    fields = _proxy_fields(event)
    if "c-uri" not in fields:
        return []
    found = re.fullmatch(r"(?i)(https?)://(.*)", fields["c-uri"])
    scheme, rest = found.groups() if found else ("https", fields["c-uri"])
    return _documents(
        event,
        {
            "event.dataset": "zscaler_zia.web",
            "event.category": ["web"],
            "event.type": ["access"],
            "network.protocol": scheme.lower(),
            "source.ip": fields.get("src_ip"),
            "destination.ip": fields.get("dst_ip"),
            "destination.domain": fields.get("cs-host"),
            "http.request.method": fields.get("cs-method"),
            "http.request.referrer": fields.get("cs-referrer"),
            "http.response.status_code": _number(fields.get("sc-status")),
            "user_agent.original": fields.get("c-useragent"),
            **_uri_parts(f"{scheme.lower()}://{rest}"),
        },
    )


def defend(event: Event) -> list[Document]:
    """A Sysmon event as Elastic Defend reports it; none where it reports no such thing."""
    fields = {name: value for name, value in event.fields.items() if value not in ("", "-")}
    number = str(fields.get("EventID"))
    if fields.get("Channel") != SYSMON or number not in DEFEND:
        return []
    kind, category, types = DEFEND[number]
    domain, _, user = str(fields.get("User", "")).rpartition("\\")
    document: Document = {
        "event.dataset": f"endpoint.events.{kind}",
        "event.module": "endpoint",
        "event.category": [category],
        "event.type": types,
        "host.name": fields.get("Computer"),
        "host.os.type": "windows",
        "user.domain": domain,
        "user.name": user,
        "process.executable": fields.get("Image"),
        "process.name": _last(fields.get("Image")),
    }
    return _documents(event, document | PARTS[kind](fields))


def _process(fields: Fields) -> Document:
    found = hashes(fields, "process")
    return {
        "process.command_line": fields.get("CommandLine"),
        "process.working_directory": fields.get("CurrentDirectory"),
        "process.parent.executable": fields.get("ParentImage"),
        "process.parent.command_line": fields.get("ParentCommandLine"),
        "process.pe.original_file_name": fields.get("OriginalFileName"),
        **{name: value for name, value in found.items() if ".hash." in name},
    }


def _file(fields: Fields) -> Document:
    path = fields.get("TargetFilename")
    action = "creation" if fields["EventID"] == "11" else "deletion"
    return {"event.action": action, "file.path": path, "file.name": _last(path)}


def _library(fields: Fields) -> Document:
    signed = fields.get("Signed") == "true"
    return {
        "dll.path": fields.get("ImageLoaded"),
        "dll.name": _last(fields.get("ImageLoaded")),
        "dll.pe.original_file_name": fields.get("OriginalFileName"),
        "dll.pe.file_version": fields.get("FileVersion"),
        "dll.code_signature.exists": signed,
        "dll.code_signature.subject_name": fields.get("Signature") if signed else None,
        "dll.code_signature.status": (
            SIGNATURE.get(fields.get("SignatureStatus", "")) if signed else None
        ),
        **hashes(fields, "dll"),
    }


def _registry(fields: Fields) -> Document:
    path = fields.get("TargetObject")
    return {
        "registry.path": path,
        "registry.value": _last(path),
        "registry.data.strings": [fields["Details"]] if "Details" in fields else None,
    }


def _network(fields: Fields) -> Document:
    if fields["EventID"] == "22":
        found = [part.strip() for part in str(fields.get("QueryResults", "")).split(";")]
        return {
            "network.protocol": "dns",
            "dns.question.name": fields.get("QueryName"),
            "dns.Ext.status": _number(fields.get("QueryStatus")),
            "dns.resolved_ip": [
                part.removeprefix("::ffff:") for part in found if part and "type:" not in part
            ],
        }
    return {
        "network.transport": fields.get("Protocol"),
        "network.direction": "egress" if fields.get("Initiated") == "true" else "ingress",
        "source.ip": fields.get("SourceIp"),
        "source.port": _number(fields.get("SourcePort")),
        "destination.ip": fields.get("DestinationIp"),
        "destination.port": _number(fields.get("DestinationPort")),
    }


PARTS = {
    "process": _process,
    "file": _file,
    "library": _library,
    "registry": _registry,
    "network": _network,
}


def _proxy_fields(event: Event) -> dict[str, str]:
    if event.logsource[0].key != "any/proxy":
        return {}
    return {
        name: value
        for name, value in event.fields.items()
        if isinstance(value, str) and value not in ("", "-")
    }


def _uri_parts(uri: str) -> Document:
    """The processor of that name."""
    try:
        parts = urlsplit(uri)
        host = parts.netloc.rpartition("@")[2].partition(":")[0]
    except ValueError:
        return {"url.original": uri}
    return {
        "url.original": uri,
        "url.scheme": parts.scheme,
        "url.domain": host,
        "url.path": unquote(parts.path),
        "url.query": unquote(parts.query),
    }


def _documents(event: Event, document: Document) -> list[Document]:
    known = {name: value for name, value in document.items() if value not in (None, "", [])}
    return [{"@timestamp": event.timestamp, **known} if event.timestamp else known]


def _last(path: Any) -> Any:
    return path.rpartition("\\")[2] if isinstance(path, str) else None


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and value.isdigit() else None
