"""LogScale: what Sigma's fields are called by the parsers of CrowdStrike's packages.

The CrowdStrike Parsing Standard (CPS, https://library.humio.com/logscale-parsing-standard/pasta.html)
is ECS, keeps the vendor's own fields under `Vendor.`, and removed `event.code` in version 1.0.
* Sysmon: `Vendor.EventID`, `Vendor.EventData.*` where the package microsoft/sysmon parses it
  (https://library.humio.com/integrations/integrations-microsoft-sysmon-parsers.html), but
  `windows.EventID`, `windows.EventData.*` where the general parser of Windows events does: the
  first that there is becomes a field of Sigma's name.
* Zeek: `Vendor.*` with Zeek's own names, as the package corelight/sensor parses its JSON.
* Others: ECS (https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sigmapack.compiling import conversion
from sigmapack.content.model import LogSource, Rule

ALGORITHMS = ("MD5", "SHA1", "SHA256")
#: Windows' own names of what Sigma calls otherwise; the whole text of an event is `@rawstring`.
HEAD = {
    "EventID": "EventID",
    "Computer": "Computer",
    "Channel": "Channel",
    "Provider_Name": "ProviderName",
}
WHOLE = ("Data", "Message")
OTHER = {
    "NewValue": "New Value",
    "OldValue": "Old Value",
    "ThreatName": "Threat Name",
}
#: Security 4688 beside Sysmon 1.
SECURITY = {"Image": "NewProcessName", "ParentImage": "ParentProcessName"}
ARRAYS = ("answers", "cookie_vars")
#: Names that need no quotes.
PLAIN = re.compile(r"[@#]?[\w.]+(?:\[\d*\][\w.]*)*", re.ASCII)
#: How many answers of a reply are looked at: an alias comes before what it leads to.
ANSWERS = 4
ENDPOINT = {
    "Computer": "host.name",
    "User": "user.name",
    "EventID": "event.code",
    "Image": "process.executable",
    "CommandLine": "process.command_line",
    "ParentImage": "process.parent.executable",
    "ParentCommandLine": "process.parent.command_line",
    "TargetFilename": "file.path",
    "DestinationHostname": "destination.domain",
    "DestinationIp": "destination.ip",
    "DestinationPort": "destination.port",
}
WEB = {
    "cs-host": "url.domain",
    "r-dns": "destination.domain",
    "c-uri": "url.original",
    "cs-uri": "url.original",
    "c-uri-stem": "url.path",
    "c-uri-query": "url.query",
    "c-useragent": "user_agent.original",
    "cs-method": "http.request.method",
    "cs-referrer": "http.request.referrer",
    "sc-status": "http.response.status_code",
    "src_ip": "source.ip",
    "dst_ip": "destination.ip",
}
DNS = {
    "query": "dns.question.name",
    **{f"answer.{number}": f"dns.answers[{number}].data" for number in range(ANSWERS)},
    "answer.code": "dns.response_code",
    "record_type": "dns.question.type",
    "src_ip": "source.ip",
}
BY_PART: Mapping[str, Mapping[str, str]] = {
    "dns": DNS,
    "proxy": WEB,
    "antivirus": {
        "Signature": "threat.indicator.name",
        "Filename": "file.path",
        "Computer": "host.name",
    },
    "firewall": {"dst_ip": "destination.ip", "src_ip": "source.ip", "dst_port": "destination.port"},
}


def hash_fields(logsource: LogSource) -> Mapping[str, str]:
    """Algorithm -> the field of that algorithm; Windows events get one of the algorithm's name."""
    if logsource.product == "windows":
        return {name: name for name in ALGORITHMS}
    root = "process" if logsource.category == "process_creation" else "file"
    return {name: f"{root}.hash.{name.lower()}" for name in ALGORITHMS}


def first_of(logsource: LogSource, field: str) -> list[str]:
    """The fields of which the first that there is becomes a field of Sigma's name.

    Empty where an event has only one such field, which the query then names itself.
    """
    sysmon = logsource.category is not None or logsource.service == "sysmon"
    if logsource.product != "windows" or not sysmon or field in WHOLE:
        return []
    if field in HEAD:
        return [f"{root}.{HEAD[field]}" for root in ("Vendor", "windows")]
    if field in ALGORITHMS:
        # Whether the package takes the list of event 15 apart as that of others is not documented.
        name = "Hash" if logsource.category == "create_stream_hash" else "Hashes"
        whole = ["Vendor.EventData.Hash"] if name == "Hash" else []
        return [f"Vendor.EventData.{name}.{field}", *whole, f"windows.EventData.{name}"]
    found = [f"{root}.EventData.{field}" for root in ("Vendor", "windows")]
    if logsource.category == "process_creation" and field in SECURITY:
        found.append(f"windows.EventData.{SECURITY[field]}")
    return found


def name(field: str) -> str:
    """A field's name as a query has it: in quotes where it is no plain one."""
    if PLAIN.fullmatch(field):
        return field
    return '"' + field.replace("\\", "\\\\").replace('"', '\\"') + '"'


def field_map(rule: Rule, *more: str) -> dict[str, str]:
    """Sigma field -> field of a query, for the fields of a rule and `more`."""
    logsource = rule.logsource
    wanted = (*conversion.fields(rule), *more)
    if logsource.product == "windows":
        return {name: _windows(logsource, name) for name in wanted}
    if logsource.product == "zeek":
        return {f: f"Vendor.{f}[]" if f in ARRAYS else f"Vendor.{f}" for f in wanted}
    part = logsource.category or logsource.service or ""
    known = ENDPOINT if logsource.product in ("linux", "macos") else BY_PART.get(part, {})
    hashes = {field: field for field in hash_fields(logsource).values()}
    return {name: field for name, field in {**known, **hashes}.items() if name in wanted}


def _windows(logsource: LogSource, field: str) -> str:
    if field in WHOLE:
        return "@rawstring"
    if first_of(logsource, field):
        return field
    if field in HEAD:
        return f"windows.{HEAD[field]}"
    return f"windows.EventData.{OTHER.get(field, field)}"
