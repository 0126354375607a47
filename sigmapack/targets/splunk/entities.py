"""Splunk: under which names a search says who is concerned and what matched.

Alerts are suppressed, scored and titled by fields of their results, so every search ends with them
under names of the Common Information Model (https://docs.splunk.com/Documentation/CIM): `dest` is
the machine on which something happened (Endpoint, Malware), `src` the machine that asked or
connected (Network Resolution, Network Traffic, Web), where `dest` is the far end; `host` is
whatever sent the event to Splunk, a console or a collector. Enterprise Security gives `host` of a
notable another meaning and keeps the event's as `orig_host`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sigmapack.content.model import LogSource
from sigmapack.targets.splunk.fields import field_map

#: Categories and services of which the machine is `src`.
NETWORK = {
    *("network_connection", "dns_query", "dns", "proxy", "firewall"),
    *("dns-client", "dns-server-analytic"),
}
#: The machine, by Sigma's names: what a correlation groups by -> what alerts call it.
MACHINES = {"Computer": "dest", "src_ip": "src", "id.orig_h": "src", "Source": "src"}
#: What matched, by Sigma's names -> what alerts call it.
MATCHED = {
    **dict.fromkeys(("QueryName", "query", "QNAME", "DestinationHostname"), "domain"),
    **dict.fromkeys(("cs-host", "r-dns", "host", "server_name"), "domain"),
    **dict.fromkeys(("c-uri", "uri"), "url"),
    **dict.fromkeys(("TargetFilename", "ImageLoaded", "Filename", "FileName"), "file_path"),
    **dict.fromkeys(("FilePath", "ObjectName"), "file_path"),
    "ProcessName": "process_path",
    "ScriptBlockText": "script",
    **dict.fromkeys(("Signature", "ThreatName"), "signature"),
    **dict.fromkeys(("TargetObject", "NewValue"), "registry_path"),
    "User": "user",
    "Image": "process_path",
    "ParentImage": "parent_process_path",
    **dict.fromkeys(("Hashes", "Hash", "sha256"), "file_hash"),
    "FileVersion": "file_version",
    "PipeName": "pipe_name",
    "Data": "package",
    "dst_ip": "dest_ip",
}
_PROCESS = ("User", "Image")
_FILE = (*_PROCESS, "TargetFilename", "Hashes")
#: What events of a category, or of a service, tell.
TOLD: Mapping[str, tuple[str, ...]] = {
    "process_creation": (*_PROCESS, "ParentImage", "Hashes", "FileVersion"),
    "network_connection": (*_PROCESS, "DestinationHostname"),
    "dns_query": (*_PROCESS, "QueryName"),
    "image_load": (*_PROCESS, "ImageLoaded", "Hashes"),
    "file_access": (*_PROCESS, "FileName"),
    **dict.fromkeys(("file_event", "file_delete", "file_executable_detected"), _FILE),
    "create_stream_hash": (*_PROCESS, "TargetFilename", "Hash"),
    "registry_set": (*_PROCESS, "TargetObject"),
    "pipe_created": (*_PROCESS, "PipeName"),
    "ps_script": ("ScriptBlockText",),
    "applocker": ("FilePath",),
    "security": ("User", "ProcessName", "ObjectName"),
    "dns-client": ("QueryName",),
    "dns-server-analytic": ("QNAME",),
    "windefend": ("ThreatName", "NewValue"),
    "application": ("Data",),
    "antivirus": ("User", "Signature", "Filename"),
    "proxy": ("User", "cs-host", "c-uri"),
    "firewall": ("dst_ip",),
    "http": ("host", "uri"),
    "ssl": ("server_name",),
    "files": ("sha256",),
}
#: Of Zeek and of resolvers, whose service and category have one name.
TOLD_DNS = ("query",)
#: Compared with others, so in lower case.
FOLDED = {"dest", "src", "domain"}
#: What matched -> the kind of threat object that Enterprise Security knows it as: those of
#: splunk/contentctl, contentctl/objects/rba.py.
THREATS = {
    "domain": "domain",
    "url": "url",
    "process_path": "process",
    "file_path": "file_path",
    "file_hash": "file_hash",
    "registry_path": "registry_path",
    "signature": "signature",
    "dest_ip": "ip_address",
}


def machine(logsource: LogSource) -> str:
    """The field that names the machine whose doing a log source's events are."""
    kind = logsource.category or logsource.service
    return "src" if logsource.product == "zeek" or kind in NETWORK else "dest"


def told(logsource: LogSource) -> dict[str, str]:
    """Field -> expression of what a log source's events tell: the machine, then what matched."""
    kind = logsource.category or logsource.service or ""
    names = TOLD_DNS if kind == "dns" else TOLD.get(kind, ())
    host = {"zeek": "id.orig_h", None: "src_ip"}.get(logsource.product, "Computer")
    if machine(logsource) == "dest":
        host = "Computer"
    elif kind == "dns-server-analytic":
        host = "client"
    found = {machine(logsource): expression(logsource, host, machine(logsource))}
    for name in names:
        if name == "FileVersion" and logsource.product != "windows":
            continue
        found[MATCHED[name]] = expression(logsource, name, MATCHED[name])
    return found


def expression(logsource: LogSource, name: str, field: str) -> str:
    """What gives one of an alert's fields, by Sigma's name of it."""
    if (logsource.service, name) in CUT:
        return CUT[logsource.service, name]
    mapping = field_map(logsource)
    product = mapping.get(name, name)
    sources = [product] if isinstance(product, str) else list(product)
    if name == "Computer" and name not in mapping:
        sources = ["dest", "dvc", "host"]
    if (logsource.product, name) in EXTRA:
        sources = EXTRA[logsource.product, name]
    quoted = ", ".join(f"'{source}'" for source in sources)
    value = f"coalesce({quoted})" if len(sources) > 1 else quoted
    return f"lower({value})" if field in FOLDED else value


#: Values that the add-on leaves in the XML of an event.
CUT: Mapping[tuple[str | None, str], str] = {
    ("applocker", "FilePath"): """replace('UserData_Xml', "(?is)^.*<FilePath>([^<]*)<.*$", "\\1")"""
}
#: Where an alert can say more than a search may ask for: the account's name in 4688, the address
#: where a connection has no name, the client in what a DNS server was asked and answered, the hash
#: that Zeek was told to make; the names that Defender's XML has, of which `Name` is the provider's.
EXTRA: Mapping[tuple[str | None, str], list[str]] = {
    ("windows", "User"): ["User", "SubjectUserName", "user"],
    ("windows", "DestinationHostname"): ["DestinationHostname", "DestinationIp"],
    ("windows", "client"): ["Source", "Destination"],
    ("windows", "Source"): ["Source", "Destination"],
    ("windows", "ThreatName"): ["Threat_Name", "ThreatName"],
    ("macos", "DestinationHostname"): ["dest_host", "dest"],
    ("zeek", "sha256"): ["sha256", "sha1", "md5"],
    (None, "User"): ["user"],
}


def line(logsource: LogSource) -> str:
    """The `eval` that a search of a log source ends with."""
    said = {field: body for field, body in told(logsource).items() if body != f"'{field}'"}
    return "| eval " + ", ".join(f"{field}={body}" for field, body in said.items())
