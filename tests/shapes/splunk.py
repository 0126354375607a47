"""Events as Splunk's add-ons present them at search time: metadata, tags and extracted fields.

* Windows event logs as XML (`renderXml = true`), Splunk Add-on for Microsoft Windows 8 and for
  Sysmon 4: source `XmlWinEventLog:<channel>`, event data under their own names with blanks as
  underscores, `EventCode`, the provider as `Name`, with its quotes where it has no Guid, the whole
  of `<EventData>` as `EventData_Xml`, and of `<UserData>` as `UserData_Xml` without fields
  (docs.splunk.com/Documentation/WindowsAddOn, /Documentation/AddOns/released/MSSysmon;
  splunk/security_content, data_sources/);
* Sysmon for Linux: sourcetype `sysmon:linux`, names of Sysmon;
* Zeek: sourcetypes `zeek:*:json` with Zeek's own names and `site` for the request's host, or
  `corelight_*` with `url_domain` (splunkbase.splunk.com/app/5466, /app/3884): a document each;
* proxies, resolvers, firewalls, antivirus and Macs by the Common Information Model: Web, Network
  Resolution, Network Traffic, Malware, Endpoint (docs.splunk.com/Documentation/CIM), with its tags.
  `host` is the console or collector that sent them. Of a reply, `answer` has addresses, of which
  `answer_count` is the number, and `reply_code`, `reply_code_id` the code; `action` says whether
  a proxy let a request through.
  `dest` is the machine itself in Endpoint and Malware, and the far end in Network Traffic, where
  `dvc` is the machine that reports.

Several values of one field are a list, as Splunk's multi-valued fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from sigmapack.events.read import Event
from tests.shapes.microsoft import services

Document = dict[str, Any]
Fields = Mapping[str, Any]

#: What stands in `<System>`, or was added by the reader of events.
HEAD = {
    *("Channel", "Computer", "EventID", "EventRecordID", "Provider_Name", "TimeCreated"),
    *("Version", "Level", "Task", "Opcode", "Keywords", "UserID", "timestamp", "@timestamp"),
}
#: Providers without a Guid, as the add-on takes them out of the XML.
QUOTED = {"MsiInstaller": "'MsiInstaller'"}
#: Codes of DNS replies (RFC 1035), and statuses of a proxy's refusals.
REPLIES = {"SERVFAIL": 2, "NXDOMAIN": 3, "REFUSED": 5}
REFUSALS = {"403", "451", "503"}
ADDED = {"4688": {"Image", "ParentImage", "User"}}
LINUX = {"process_creation": "1", "network_connection": "3", "file_event": "11"}
#: Category of a Mac's events -> tags, action and field of hashes by CIM's Endpoint and Network
#: Traffic.
MAC = {
    "process_creation": (["process", "report"], "allowed", "process_hash"),
    "file_event": (["endpoint", "filesystem"], "created", "file_hash"),
    "file_delete": (["endpoint", "filesystem"], "deleted", "file_hash"),
    "network_connection": (["network", "communicate"], "allowed", "process_hash"),
}
ENDPOINT = {
    "Image": "process_path",
    "CommandLine": "process",
    "ParentImage": "parent_process_path",
    "ParentCommandLine": "parent_process",
    "TargetFilename": "file_path",
    "User": "user",
    "SourceIp": "src_ip",
    "DestinationIp": "dest_ip",
    "DestinationPort": "dest_port",
    "DestinationHostname": "dest",
}


def documents(event: Event) -> list[Document]:
    """The events that Splunk has of an event; none where no add-on brings it."""
    source = event.logsource[0]
    fields = {name: value for name, value in event.fields.items() if value != ""}
    if "Channel" in fields:
        found = list(_windows(fields))
    elif source.product == "linux":
        found = [_linux(source.category or "", fields)]
    elif source.product == "macos":
        found = [_mac(source.category or "", fields)]
    elif source.key in OTHERS:
        found = list(OTHERS[source.key](fields))
    else:
        found = []
    return [
        {name: value for name, value in document.items() if value not in (None, "", [])}
        for document in found
    ]


def _windows(fields: Fields) -> Iterator[Document]:
    channel = fields["Channel"]
    if channel.endswith("/Analytic"):
        return
    data = _data(fields)
    if channel.startswith("Microsoft-Windows-AppLocker/"):
        named = {name: value for name, value in data.items() if "." not in name}
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in named.items())
        space = "http://schemas.microsoft.com/schemas/event/Microsoft.Windows/1.0.0.0"
        xml = f"<RuleAndFileData xmlns='{space}'>{inner}</RuleAndFileData>"
        yield {**_head_of(fields), "UserData_Xml": xml}
        return
    document: Document = {
        **_head_of(fields),
        "EventData_Xml": "".join(_elements(data)),
    }
    for name, value in data.items():
        if name != "Data":
            document[name.replace(" ", "_")] = value
    yield document


def _head_of(fields: Fields) -> Document:
    channel = fields["Channel"]
    return {
        "index": "wineventlog",
        "source": f"XmlWinEventLog:{channel}",
        "sourcetype": "XmlWinEventLog",
        "host": fields.get("Computer"),
        "Channel": channel,
        "Computer": fields.get("Computer"),
        "EventCode": fields["EventID"],
        "EventID": fields["EventID"],
        "Name": QUOTED.get(fields.get("Provider_Name", ""), fields.get("Provider_Name")),
    }


def _data(fields: Fields) -> dict[str, Any]:
    """Names and values of the event's data, without what the reader of events added."""
    spaced = {name.replace(" ", "") for name in fields if " " in name}
    numbered = {name for name in fields if name.startswith("param")} if "Data" in fields else set()
    numbered = {"Data"} if services(fields) else numbered
    added = HEAD | spaced | numbered | ADDED.get(fields["EventID"], set())
    return {name: value for name, value in fields.items() if name not in added}


def _elements(data: Fields) -> Iterator[str]:
    for name, value in data.items():
        if name == "Data":
            yield from (f"<Data>{escape(line)}</Data>" for line in value.split("\n"))
        else:
            yield f"<Data Name='{name}'>{escape(value)}</Data>"


def _linux(category: str, fields: Fields) -> Document:
    names = {name: value for name, value in fields.items() if name not in HEAD}
    return {
        "index": "linux",
        "source": "Syslog:Linux-Sysmon/Operational",
        "sourcetype": "sysmon:linux",
        "host": fields.get("Computer"),
        "Computer": fields.get("Computer"),
        "EventCode": LINUX[category],
        **names,
    }


def _mac(category: str, fields: Fields) -> Document:
    tags, action, hashes = MAC[category]
    found = {target: fields[name] for name, target in ENDPOINT.items() if name in fields}
    values = [part.partition("=")[2] for part in fields.get("Hashes", "").split(",")]
    mac = fields.get("Computer")
    network = category == "network_connection"
    who = {"dvc": mac, "os": "macOS"} if network else {"dest": mac, "os": "macOS"}
    return {
        "index": "mac",
        "source": "endpoint",
        "sourcetype": "endpoint:json",
        "host": "console",
        "tag": tags,
        "action": action,
        hashes: values,
        **who,
        **found,
    }


def _shown(fields: Fields, names: Mapping[str, str]) -> Document:
    """CIM leaves out what a log writes as a dash."""
    return {
        target: fields[name]
        for name, target in names.items()
        if fields.get(name) not in (None, "-")
    }


def _antivirus(fields: Fields) -> Iterator[Document]:
    names = {"Signature": "signature", "Filename": "file_path", "Computer": "dest", "User": "user"}
    yield {**_head("av", "antivirus"), "tag": ["malware", "attack"], **_shown(fields, names)}


def _resolver(fields: Fields) -> Iterator[Document]:
    names = {"query": "query", "answer": "answer", "record_type": "record_type", "src_ip": "src"}
    code = fields.get("rcode_name")
    if str(fields.get("answer")).upper() in (*REPLIES, "NODATA"):
        code, names = fields["answer"], {k: v for k, v in names.items() if k != "answer"}
    replied = {"reply_code": code, "reply_code_id": REPLIES.get(str(code).upper())}
    if code == "NODATA":
        replied = {"reply_code": "NoError", "reply_code_id": 0, "answer_count": 0}
    tags = ["dns", "network", "resolution"]
    yield {**_head("dns", "infoblox:dns"), "tag": tags, **replied, **_shown(fields, names)}


def _proxy(fields: Fields) -> Iterator[Document]:
    names = {
        "c-uri": "url",
        "c-uri-stem": "uri_path",
        "c-uri-query": "uri_query",
        "cs-host": "url_domain",
        "c-useragent": "http_user_agent",
        "cs-cookie": "cookie",
        "cs-method": "http_method",
        "cs-referrer": "http_referrer",
        "sc-status": "status",
        "src_ip": "src",
        "dst_ip": "dest_ip",
        "r-dns": "dest",
    }
    stopped = str(fields.get("sc-status")) in REFUSALS
    own = {"tag": ["web", "proxy"], "action": "blocked" if stopped else "allowed"}
    yield {**_head("proxy", "squid:access"), **own, **_shown(fields, names)}


def _firewall(fields: Fields) -> Iterator[Document]:
    names = {"src_ip": "src_ip", "dst_ip": "dest_ip", "dst_port": "dest_port", "action": "action"}
    tags = ["network", "communicate"]
    yield {**_head("firewall", "pan:traffic"), "tag": tags, **_shown(fields, names)}


def _head(index: str, sourcetype: str) -> Document:
    return {"index": index, "source": sourcetype, "sourcetype": sourcetype, "host": "collector"}


def _zeek(service: str) -> Callable[[Fields], Iterator[Document]]:
    """JSON of Zeek: lists are fields with braces; the request's host is not Splunk's `host`."""

    def make(fields: Fields) -> Iterator[Document]:
        own = {
            f"{name}{{}}" if isinstance(value, tuple) else name: (
                list(value) if isinstance(value, tuple) else value
            )
            for name, value in fields.items()
            if name != "host"
        }
        tags = ["dns", "network", "resolution"] if service == "dns" else []
        for kind, name in (("zeek:{}:json", "site"), ("corelight_{}", "url_domain")):
            sourcetype = kind.format(service)
            yield {**own, **_head("zeek", sourcetype), "tag": tags, name: fields.get("host")}

    return make


OTHERS: Mapping[str, Callable[[Fields], Iterator[Document]]] = {
    "any/antivirus": _antivirus,
    "any/dns": _resolver,
    "any/firewall": _firewall,
    "any/proxy": _proxy,
    "zeek/dns": _zeek("dns"),
    "zeek/http": _zeek("http"),
    "zeek/ssl": _zeek("ssl"),
    "zeek/files": _zeek("files"),
}
