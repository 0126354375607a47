"""Events as Elastic's agents and integrations store them: ECS documents with flat, dotted names.

Written from the ingest pipelines of github.com/elastic/integrations (packages windows:
sysmon_operational and windows_defender, system: security and application, sysmon_linux, zeek: dns,
http and ssl, microsoft_dnsserver: analytical, winlog, squid, network_traffic), from the fields of
Elastic Defend (packages/endpoint/data_stream, github.com/elastic/endpoint-package/custom_schemas)
and from ECS (www.elastic.co/docs/reference/ecs). What they do and a query may meet:

* Sysmon's pipeline takes empty values and `-` out, lowers hashes, puts those of events 1, 23, 24
  and 25 below `process` and of 6, 7, 15, 26 and 29 below `file`, and translates the DNS status;
* Winlogbeat writes blanks in the names of event data as underscores, data without a name as
  param1, param2, ...;
* Zeek's own names stay below `zeek` where ECS has no place for them; `dns.question.name` is only
  set where the public suffix of the name is known;
* the antivirus of Elastic Defend names what it found in `rule.name`, or, where its own signatures
  hit, in `file.Ext.malware_signature.all_names`: two documents.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from sigmapack.events.read import Event

Document = dict[str, Any]
Fields = Mapping[str, Any]
Makers = Mapping[str, Callable[[Fields], Iterator[Document]]]

SYSMON = "Microsoft-Windows-Sysmon/Operational"
#: Codes of DNS answers that a resolver's log has in place of an address.
CODES = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"}
STATUS = {
    "0": "SUCCESS",
    "1460": "ERROR_TIMEOUT",
    "9002": "DNS_ERROR_RCODE_SERVER_FAILURE",
    "9003": "DNS_ERROR_RCODE_NAME_ERROR",
    "9005": "DNS_ERROR_RCODE_REFUSED",
    "9501": "DNS_INFO_NO_RECORDS",
    "9502": "DNS_ERROR_BAD_PACKET",
    "9504": "DNS_ERROR_RCODE",
    "9701": "DNS_ERROR_RECORD_DOES_NOT_EXIST",
}
PROCESS_HASHES = {"1", "23", "24", "25"}
TYPES = {
    "1": ["start"],
    "3": ["start", "connection", "protocol"],
    "7": ["change"],
    "11": ["creation"],
    "13": ["change"],
    "17": ["creation"],
    "18": ["access"],
    "22": ["connection", "protocol", "info"],
    "23": ["deletion"],
    "26": ["deletion"],
    "29": ["creation"],
}
#: Names that Sysmon's pipeline gives to event data.
SYSMON_NAMES = {
    "Image": "process.executable",
    "CommandLine": "process.command_line",
    "CurrentDirectory": "process.working_directory",
    "ParentImage": "process.parent.executable",
    "ParentCommandLine": "process.parent.command_line",
    "ProcessGuid": "process.entity_id",
    "ProcessId": "process.pid",
    "TargetFilename": "file.path",
    "ImageLoaded": "file.path",
    "PipeName": "file.name",
    "TargetObject": "registry.path",
    "Protocol": "network.transport",
    "SourceIp": "source.ip",
    "SourcePort": "source.port",
    "DestinationIp": "destination.ip",
    "DestinationPort": "destination.port",
    "DestinationHostname": "destination.domain",
    "QueryName": "dns.question.name",
    "Signature": "file.code_signature.subject_name",
    "SignatureStatus": "file.code_signature.status",
}
#: What it copies, so that it stays in the event data too.
COPIED = {"Signature", "SignatureStatus", "Company", "Description", "FileVersion", "Product"}
VERSION = {
    "OriginalFileName": "pe.original_file_name",
    "Company": "pe.company",
    "Description": "pe.description",
    "FileVersion": "pe.file_version",
    "Product": "pe.product",
}
DEFEND = {
    "Image": "process.executable",
    "CommandLine": "process.command_line",
    "CurrentDirectory": "process.working_directory",
    "ParentImage": "process.parent.executable",
    "ParentCommandLine": "process.parent.command_line",
    "ProcessId": "process.pid",
    "TargetFilename": "file.path",
    "Protocol": "network.transport",
    "SourceIp": "source.ip",
    "SourcePort": "source.port",
    "DestinationIp": "destination.ip",
    "DestinationPort": "destination.port",
    "DestinationHostname": "destination.domain",
}
DEFEND_EVENTS = {
    "process_creation": ("process", "start"),
    "file_event": ("file", "creation"),
    "file_delete": ("file", "deletion"),
    "network_connection": ("network", "start"),
}
#: Not event data but the head of the event, or added by the reader of events.
HEAD = {
    *("Channel", "Computer", "EventID", "EventRecordID", "Provider_Name", "TimeCreated"),
    *("Version", "Level", "Task", "Opcode", "Keywords", "UserID", "timestamp", "@timestamp"),
}


def documents(event: Event, made: Makers | None = None) -> list[Document]:
    """The documents of an event; none where no integration brings it.

    Args:
        event: any event of the pack.
        made: makers of documents by the key of a log source, in place of Elastic's own agents.
    """
    fields = {name: value for name, value in event.fields.items() if value != ""}
    key = event.logsource[0].key
    if made and "Channel" not in fields and key in made:
        found = [_cleaned(document) for document in made[key](fields)]
    else:
        found = [_cleaned(document) for document in _made(event, fields)]
    time = {"@timestamp": event.timestamp} if event.timestamp else {}
    return [{**time, **document} for document in found]


def _made(event: Event, fields: Fields) -> Iterator[Document]:
    source = event.logsource[0]
    if "Channel" in fields:
        yield from _windows(fields)
    elif source.product == "linux":
        head = {"event.dataset": "sysmon_linux.log", "event.code": LINUX[source.category or ""]}
        yield {**head, **_sysmon(fields, str(head["event.code"]))}
    elif source.product in ("macos", "windows"):
        yield _defend(source.product, source.category or "", fields)
    elif source.key in OTHERS:
        yield from OTHERS[source.key](fields)


LINUX = {"process_creation": "1", "network_connection": "3", "file_event": "11"}


def _cleaned(document: Document) -> Document:
    return {name: value for name, value in document.items() if value not in (None, "", [], "-")}


def _windows(fields: Fields) -> Iterator[Document]:
    """The head that Winlogbeat and the agent write, and what the channel's pipeline makes."""
    channel, number = fields["Channel"], fields["EventID"]
    document: Document = {
        "event.code": number,
        "event.kind": "event",
        "event.provider": fields.get("Provider_Name"),
        "host.name": fields.get("Computer"),
        "host.os.type": "windows",
        "winlog.channel": channel,
        "winlog.computer_name": fields.get("Computer"),
        "winlog.event_id": number,
        "winlog.provider_name": fields.get("Provider_Name"),
    }
    data = {name: value for name, value in fields.items() if name not in HEAD}
    if channel == SYSMON:
        document |= {"event.dataset": "windows.sysmon_operational", **_sysmon(data, number)}
        yield document
    elif channel == "Security":
        yield document | {"event.dataset": "system.security", **_security(data)}
    elif channel == "Microsoft-Windows-DNSServer/Analytical":
        name = {"dns.question.name": data.get("QNAME")}
        yield document | {"event.dataset": "microsoft_dnsserver.analytical", **name}
    elif not channel.endswith("/Analytic"):
        yield document | _event_data(data)


def _event_data(data: Fields) -> Document:
    """`winlog.event_data` of a channel without a pipeline of its own, or Defender's."""
    named = {n: v for n, v in data.items() if n != "Data" and not re.fullmatch(r"param\d+", n)}
    spaced = {name.replace(" ", "") for name in named if " " in name}
    found = {
        f"winlog.event_data.{name.replace(' ', '_')}": value
        for name, value in named.items()
        if name not in spaced
    }
    for number, value in enumerate(str(data.get("Data", "")).split("\n"), 1):
        found[f"winlog.event_data.param{number}"] = value
    return found


def _security(data: Fields) -> Document:
    """4688 by the pipeline of system.security."""
    return {
        "event.action": "created-process",
        "event.type": ["start"],
        "process.executable": data.get("NewProcessName"),
        "process.command_line": data.get("CommandLine"),
        "process.parent.executable": data.get("ParentProcessName"),
        "user.name": data.get("SubjectUserName"),
        "user.domain": data.get("SubjectDomainName"),
        "winlog.event_data.NewProcessName": data.get("NewProcessName"),
        "winlog.event_data.ParentProcessName": data.get("ParentProcessName"),
        "winlog.event_data.TokenElevationType": data.get("TokenElevationType"),
    }


def _sysmon(data: Fields, number: str) -> Document:
    """Event data by the pipeline of windows.sysmon_operational."""
    data = {name: value for name, value in data.items() if value != "-"}
    place = "file" if number == "7" else "process"
    names = {**SYSMON_NAMES, **{name: f"{place}.{part}" for name, part in VERSION.items()}}
    document: Document = {"event.type": TYPES.get(number, ["info"])}
    for name, value in data.items():
        if name in names:
            document[names[name]] = _typed(names[name], value)
        if name not in names or name in COPIED:
            document[f"winlog.event_data.{name}"] = value
    document |= hashes(data, "process" if number in PROCESS_HASHES else "file")
    document |= _names(document, "\\")  # Sysmon for Linux's pipeline looks for no other either
    if number == "13" and "Details" in data:
        document["registry.data.strings"] = [data["Details"]]
    if "Initiated" in data:
        document["network.direction"] = "egress" if data["Initiated"] == "true" else "ingress"
    if number == "22":
        document |= _sysmon_dns(data)
    domain, separator, user = str(data.get("User", "")).partition("\\")
    document |= {"user.domain": domain, "user.name": user} if separator else {}
    document |= {"host.name": data.get("Computer")} if "Computer" in data else {}
    return document


def _sysmon_dns(data: Fields) -> Document:
    status = data.get("QueryStatus")
    answers: list[str] = []
    addresses = []
    for part in str(data.get("QueryResults", "")).split(";"):
        if part.startswith("type:"):
            answers += part.split()[2:3]
        elif address := _address(re.sub(r"^::ffff:(?=\d+\.)", "", part.strip())):
            addresses.append(address)
    return {
        "network.protocol": "dns",
        "sysmon.dns.status": STATUS.get(status, status) if status else None,
        "dns.resolved_ip": addresses,
        "dns.answers.data": answers + addresses,
    }


def hashes(data: Fields, place: str) -> Document:
    """The hashes of an event below an object, in lower case; such that are only zeros are none."""
    found: Document = {}
    for part in str(data.get("Hashes", "")).split(","):
        name, separator, value = part.partition("=")
        if separator and value.strip("0"):
            name = name.lower()
            field = f"{place}.pe.imphash" if name == "imphash" else f"{place}.hash.{name}"
            found[field] = value.lower()
    return found


def _names(document: Document, separator: str) -> Document:
    """The names of programs and files beside their paths."""
    found = {}
    for path, name in (
        ("process.executable", "process.name"),
        ("process.parent.executable", "process.parent.name"),
        ("file.path", "file.name"),
    ):
        value = document.get(path)
        if isinstance(value, str) and separator in value and name not in document:
            found[name] = value.rpartition(separator)[2]
    return found


def _defend(system: str, category: str, fields: Fields) -> Document:
    """An event of Elastic Defend."""
    kind, what = DEFEND_EVENTS[category]
    document: Document = {
        "event.dataset": f"endpoint.events.{kind}",
        "event.module": "endpoint",
        "event.type": [what],
        "host.name": fields.get("Computer"),
        "host.os.type": system,
        "user.name": str(fields.get("User", "")).rpartition("\\")[2],
    }
    for name, target in DEFEND.items():
        if name in fields:
            document[target] = _typed(target, fields[name])
    document |= hashes(fields, "process" if kind == "process" else "file")
    if "Initiated" in fields:
        document["network.direction"] = "egress" if fields["Initiated"] == "true" else "ingress"
    return document | _names(document, "\\" if system == "windows" else "/")


def _antivirus(fields: Fields) -> Iterator[Document]:
    head = {
        "event.dataset": "endpoint.alerts",
        "event.code": "malicious_file",
        "host.name": fields.get("Computer"),
        "file.path": fields.get("Filename"),
    }
    yield {**head, "rule.name": fields.get("Signature")}
    if fields.get("Signature"):
        yield {**head, "file.Ext.malware_signature.all_names": fields["Signature"]}


def _resolver(fields: Fields) -> Iterator[Document]:
    """Packetbeat, which the integration network_traffic runs."""
    answer = fields.get("answer")
    found = [answer] if isinstance(answer, str) else list(answer or ())
    codes = [value for value in found if value.upper() in CODES]
    data = [value for value in found if value not in codes and value != "-"]
    yield {
        "event.dataset": "network_traffic.dns",
        "network.protocol": "dns",
        "dns.question.name": fields.get("query"),
        "dns.question.type": fields.get("record_type"),
        "dns.response_code": codes[0] if codes else fields.get("rcode_name"),
        "dns.answers.data": data,
        "dns.resolved_ip": [address for value in data if (address := _address(value))],
        "source.ip": _address(fields.get("src_ip")),
    }


def _proxy(fields: Fields) -> Iterator[Document]:
    """What the proxies' integrations have in common; `ecs_agents` has two of them as they are."""
    yield {
        "event.dataset": "squid.log",
        "url.original": fields.get("c-uri"),
        "url.domain": fields.get("cs-host"),
        "url.path": fields.get("c-uri-stem"),
        "url.query": fields.get("c-uri-query"),
        "destination.domain": fields.get("r-dns"),
        "destination.ip": _address(fields.get("dst_ip")),
        "source.ip": _address(fields.get("src_ip")),
        "http.request.method": fields.get("cs-method"),
        "http.request.referrer": fields.get("cs-referrer"),
        "http.response.status_code": _typed("http.response.status_code", fields.get("sc-status")),
        "user_agent.original": fields.get("c-useragent"),
    }


def _firewall(fields: Fields) -> Iterator[Document]:
    yield {
        "event.dataset": "panw.panos",
        "event.action": fields.get("action"),
        "source.ip": _address(fields.get("src_ip")),
        "source.port": _typed("source.port", fields.get("src_port")),
        "destination.ip": _address(fields.get("dst_ip")),
        "destination.port": _typed("destination.port", fields.get("dst_port")),
    }


def _zeek(service: str, fields: Fields) -> Document:
    return {
        "event.dataset": f"zeek.{service}",
        "event.id": fields.get("uid"),
        "source.ip": _address(fields.get("id.orig_h")),
        "source.port": _typed("source.port", fields.get("id.orig_p")),
        "destination.ip": _address(fields.get("id.resp_h")),
        "destination.port": _typed("destination.port", fields.get("id.resp_p")),
        "zeek.session_id": fields.get("uid"),
    }


def _zeek_dns(fields: Fields) -> Iterator[Document]:
    answers = list(fields.get("answers", ()))
    timed = answers if len(answers) == len(fields.get("TTLs", ())) else []
    query = fields.get("query")
    known = isinstance(query, str) and re.fullmatch(r"[\w-]+(\.[\w-]+)+", query)
    yield {
        **_zeek("dns", fields),
        "network.protocol": "dns",
        "zeek.dns.query": query,
        "zeek.dns.answers": answers,
        "dns.question.name": query if known else None,
        "dns.question.type": fields.get("qtype_name"),
        "dns.response_code": fields.get("rcode_name"),
        "dns.answers.data": timed,
        "dns.resolved_ip": [address for value in timed if (address := _address(value))],
    }


def _zeek_http(fields: Fields) -> Iterator[Document]:
    uri = fields.get("uri")
    try:
        parts = urlsplit(uri) if isinstance(uri, str) else None
    except ValueError:
        parts = None
    yield {
        **_zeek("http", fields),
        "network.protocol": "http",
        "url.original": uri,
        "url.path": parts.path if parts else None,
        "url.query": parts.query if parts else None,
        "url.domain": fields.get("host"),
        "http.request.method": fields.get("method"),
        "http.request.referrer": fields.get("referrer"),
        "http.response.status_code": _typed("http.response.status_code", fields.get("status_code")),
        "user_agent.original": fields.get("user_agent"),
        "zeek.http.cookie_vars": list(fields.get("cookie_vars", ())),
    }


def _zeek_ssl(fields: Fields) -> Iterator[Document]:
    yield {
        **_zeek("ssl", fields),
        "network.protocol": "tls",
        "zeek.ssl.server.name": fields.get("server_name"),
        "tls.client.server_name": fields.get("server_name"),
    }


OTHERS: Makers = {
    "any/antivirus": _antivirus,
    "any/dns": _resolver,
    "any/firewall": _firewall,
    "any/proxy": _proxy,
    "zeek/dns": _zeek_dns,
    "zeek/http": _zeek_http,
    "zeek/ssl": _zeek_ssl,
}

LONG = {
    "source.port",
    "destination.port",
    "process.pid",
    "http.response.status_code",
    "squid.status_code",
}
#: Types other than keyword (www.elastic.co/docs/reference/ecs/ecs-field-reference).
KINDS: Mapping[str, str] = {
    "@timestamp": "date",
    **dict.fromkeys(sorted(LONG), "long"),
    **dict.fromkeys(("source.ip", "destination.ip", "dns.resolved_ip"), "ip"),
    **dict.fromkeys(
        (
            "process.command_line",
            "process.parent.command_line",
            "registry.data.strings",
            "url.full",
            "url.original",
            "url.path",
        ),
        "wildcard",
    ),
    "dll.code_signature.exists": "boolean",
}
#: Fields to which Elastic Defend and ECS give a multi-field that is analysed or ignores case.
WITH_TEXT = {"process.executable", "process.name", "process.command_line", "file.path", "file.name"}


def mapping() -> dict[str, Any]:
    """`mappings` of an index: types of ECS, and of everything else as Beats map it: keyword."""
    properties: dict[str, Any] = {}
    for field in sorted({*KINDS, *WITH_TEXT}):
        place = properties
        *parents, last = field.split(".")
        for parent in parents:
            place = place.setdefault(parent, {"properties": {}})["properties"]
        kind = KINDS.get(field, "keyword")
        place[last] = {"type": kind} | ({"ignore_above": 1024} if kind == "keyword" else {})
        if field in WITH_TEXT:
            place[last]["fields"] = {"text": {"type": "match_only_text"}}
    strings = {"match_mapping_type": "string", "mapping": {"type": "keyword", "ignore_above": 1024}}
    return {"properties": properties, "dynamic_templates": [{"strings": strings}]}


def _typed(field: str, value: Any) -> Any:
    if field in LONG:
        return int(value) if isinstance(value, str) and value.isdigit() else None
    return _address(value) if KINDS.get(field) == "ip" else value


def _address(value: Any) -> str | None:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        return None
