"""Which kind of log a record is from, and its fields by their Sigma names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sigmapack.content.model import LogSource
from sigmapack.events.elastic import winlog_fields
from sigmapack.events.evtx import evtx_fields
from sigmapack.events.fields import (
    Fields,
    ShapeError,
    first,
    first_time,
    flatten,
    joined_hashes,
    put,
    text,
)
from sigmapack.events.records import MAX_RECORD, json_line
from sigmapack.events.windows import ChannelMap, add_aliases, flat_fields, logsources

TIMES = (
    "UtcTime",
    "TimeCreated",
    "TimeCreated.SystemTime",
    "SystemTime",
    "@timestamp",
    "timestamp",
    "Timestamp",
    "EventTime",
    "ts",
    "_time",
)
#: `host` comes late: where events are forwarded it names the collector.
HOSTS = (
    "Computer",
    "ComputerName",
    "Hostname",
    "hostname",
    "host.name",
    "host.hostname",
    "host",
    "c-ip",
    "src_ip",
    "client_ip",
)
ZEEK_TIMES = ("ts", "_write_ts", "@timestamp")
ZEEK_IDS = {"uid", "fuid", "id.orig_h", "_write_ts"}
ZEEK_HOSTS = ("id.orig_h",)

#: Zeek's logs (https://docs.zeek.org/en/current/script-reference/log-files.html).
ZEEK_LOGS = frozenset(
    """
    analyzer capture_loss conn dce_rpc dhcp dnp3 dns dpd files ftp http intel irc kerberos
    known_certs known_hosts known_services ldap ldap_search modbus mqtt_connect mqtt_publish
    mqtt_subscribe mysql notice ntlm ntp ocsp pe postgresql quic radius rdp reporter rfb sip
    signatures smb_files smb_mapping smtp snmp socks software ssh ssl syslog traceroute tunnel
    weird websocket x509
    """.split()  # noqa: SIM905
)
#: What Sysmon calls a list of hashes -> beginnings of the categories whose events have it.
HASHED = {
    "Hashes": ("process_", "image_", "file_", "driver_"),
    "Hash": ("create_stream_hash",),
}
HASH_PLACES = ("", "hash.", "hashes.", "process.hash.", "file.hash.")

UNKNOWN = (
    'unknown kind of event: add "EventID" and "Channel" (Windows), "_path" (Zeek), '
    'or "logsource": {"product": ..., "category": ..., "service": ...}'
)


class Shaped(NamedTuple):
    """A record, recognised: what `events.Event` holds but its place."""

    logsource: tuple[LogSource, ...]
    timestamp: str | None
    host: str | None
    fields: Fields


def shaped(record: Any, file_name: str, channels: ChannelMap) -> Shaped:
    """Recognise a record by its content, and by its file's name for Zeek logs without `_path`.

    Raises:
        ShapeError: it is no object, of no known kind, or its log source cannot be told.
    """
    if not isinstance(record, dict):
        raise ShapeError("JSON, but no object: give one JSON object for each event")
    record = _unwrapped(record)
    if "logsource" in record:
        return _explicit(record)
    event = record.get("Event", record)
    if isinstance(event, dict) and (event is not record or isinstance(event.get("System"), dict)):
        return _windows(evtx_fields(event), channels)
    fields = flatten(record)
    if any(name.startswith("winlog.") for name in fields):
        return _windows(winlog_fields(fields), channels)
    if path := first(fields, ["_path"]):
        return _zeek(fields, LogSource("zeek", None, path.lower()))
    windows = flat_fields(fields)
    if "EventID" in windows or "Channel" in windows:
        return _windows(windows, channels)
    if "ts" in fields and ZEEK_IDS & fields.keys():
        return _zeek(fields, LogSource("zeek", None, _zeek_log(file_name)))
    raise ShapeError(UNKNOWN)


def timer(file_name: str, channels: ChannelMap) -> Callable[[bytes], str | None]:
    """What gives the time of a line of a file of JSON Lines; None where it has none, or is none."""

    def time_of(line: bytes) -> str | None:
        if len(line) > MAX_RECORD:
            return None
        record = json_line(line.decode(errors="replace"), 1)
        try:
            return None if record.error else shaped(record.value, file_name, channels).timestamp
        except ShapeError:
            return None

    return time_of


def _unwrapped(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event inside a search hit (Elasticsearch, Splunk) or a Chainsaw detection."""
    document = record.get("document")
    places = [
        record.get("_source"),
        record.get("result") if "preview" in record or len(record) == 1 else None,
        document.get("data") if isinstance(document, dict) else None,
    ]
    return next((inner for inner in places if isinstance(inner, dict)), record)


def _windows(fields: Fields, channels: ChannelMap) -> Shaped:
    found = logsources(fields, channels)
    return _finished(fields, found)


def _explicit(record: Mapping[str, Any]) -> Shaped:
    source = record["logsource"]
    if not isinstance(source, dict) or not set(source) <= {*LogSource._fields, "definition"}:
        raise ShapeError("logsource is no object of product, category and service: correct it")
    texts = {key: value.lower() for key, value in source.items() if value and text(value) == value}
    logsource = LogSource(texts.get("product"), texts.get("category"), texts.get("service"))
    if not any(logsource):
        raise ShapeError("logsource says nothing: give product, category or service as text")
    fields = flatten({name: value for name, value in record.items() if name != "logsource"})
    if logsource.product == "windows":
        fields = flat_fields(fields)
    if logsource.product == "zeek":
        return _zeek(fields, logsource)
    return _finished(fields, (logsource,))


def _finished(fields: Fields, found: tuple[LogSource, ...]) -> Shaped:
    add_aliases(fields)
    host = first(fields, HOSTS)
    if host and any(source.product == "windows" for source in found):
        fields.setdefault("Computer", host)
    for name, categories in HASHED.items():
        if name not in fields and any((s.category or "").startswith(categories) for s in found):
            put(fields, name, joined_hashes(fields, HASH_PLACES))
    return Shaped(found, first_time(fields, TIMES), host, fields)


def _zeek_log(file_name: str) -> str:
    """The Zeek log that a file is named after: dns.log, http.2023-03-29.log.gz, ssl.json."""
    stem = re.sub(r"_\d+$", "", re.split(r"[.-]", file_name.lower(), maxsplit=1)[0])
    if stem not in ZEEK_LOGS:
        raise ShapeError(
            'a Zeek record without "_path": add it, or name the file after its log (dns.log, '
            "http.2023-03-29.log.gz)"
        )
    return stem


def _zeek(fields: Fields, logsource: LogSource) -> Shaped:
    """Zeek's own names, dots included; `host` is the client, for Zeek's `host` is HTTP's."""
    return Shaped((logsource,), first_time(fields, ZEEK_TIMES), first(fields, ZEEK_HOSTS), fields)
