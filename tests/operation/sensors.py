"""Records as sensors write them, made of the pack's own events with other hosts, names and times.

A record is a flat one of `tests/events/`; what a product stores of it is its shape's business.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tests.conftest import ROOT

Record = dict[str, Any]
#: A product's own sensor, where it has one: Elastic Defend, Defender for Endpoint.
EDR = "edr"
CHROME = r"C:\Program Files\Google\Chrome\Application\chrome.exe"
#: Seconds after an event at which a product has it, where a scenario says nothing else.
SOON = 30.0


@dataclass(frozen=True)
class Draft:
    """A record before it is an event: who wrote it, when, how late it arrives, through whom."""

    sensor: str
    record: Record
    time: float
    late: float = SOON
    through: str = ""


@cache
def _template(rule: str, note: str) -> str:
    (path,) = (ROOT / "tests" / "events").rglob(f"{rule}.match.jsonl")
    for line in path.read_text("utf-8").splitlines():
        record = json.loads(line)
        flat = "Computer" in record or "logsource" in record or "_path" in record
        if flat and note in record["_note"]:
            return line
    raise LookupError(f"{path}: no flat record whose note has {note!r}")


def record(rule: str, note: str = "", **values: object) -> Record:
    """The first flat record that a rule matches, with other values; `at` sets its time.

    Args:
        rule: its name.
        note: what the record's note has to contain.
        values: fields of the record.
    """
    found: Record = json.loads(_template(rule, note))
    return {**found, **values}


def at(found: Record, time: float) -> Record:
    """A record at another time, in the field and the form that its source has."""
    moment = datetime.fromtimestamp(time, UTC)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if "_path" in found:
        return {**found, "ts": round(time, 3)}
    if "Channel" not in found:
        return {**found, "timestamp": text}
    own = {"UtcTime": text[:-1].replace("T", " ")} if "UtcTime" in found else {}
    return {**found, "TimeCreated": text, **own}


def lookup(sensor: str, host: str, address: str, name: str, program: str) -> Iterator[Record]:
    """What an endpoint's sensor writes of one contact: a browser's, if nothing is said."""
    if sensor == "dns_client":
        yield record("win_dns_client_threecx_c2_domain", Computer=host, QueryName=name)
        return
    own = {"Computer": host, "QueryName": name, "Image": program}
    yield record("dns_query_win_threecx_c2_domain", **own)
    if sensor == EDR:  # Its connections have names as well.
        own = {"Computer": host, "DestinationHostname": name, "Image": program, "SourceIp": address}
        yield record("net_connection_win_threecx_c2_domain", **own)


def traffic(sensor: str, address: str, name: str) -> Iterator[Record]:
    """What a sensor of the network writes of one contact: A, AAAA and HTTPS are asked at once."""
    if sensor == "resolver":
        for kind in ("A", "AAAA", "HTTPS"):
            own = {"src_ip": address, "query": name, "record_type": kind}
            yield record("net_dns_threecx_c2_domain", **own)
    elif sensor == "dns_server":
        for kind in ("1", "28", "65"):
            own = {"Source": address, "QNAME": f"{name}.", "QTYPE": kind}
            yield record("win_dns_analytic_threecx_c2_domain", **own)
    elif sensor == "zeek":
        client: Record = {"id.orig_h": address}
        for number, kind in ((1, "A"), (28, "AAAA"), (65, "HTTPS")):
            asked = {"query": name, "qtype": number, "qtype_name": kind}
            yield {**record("zeek_dns_threecx_c2_domain"), **client, **asked}
        yield {**record("zeek_ssl_threecx_c2_sni"), **client, "server_name": name}
    else:
        names = {"c-uri": f"{name}:443", "cs-host": name, "r-dns": name, "cs-method": "CONNECT"}
        yield {**record("proxy_threecx_c2_domain"), **names, "src_ip": address}


def contact(
    sensor: str, host: str, address: str, name: str, program: str = CHROME
) -> Iterator[Record]:
    """What a sensor writes of one contact of a host with a name."""
    if sensor in ("sysmon", "dns_client", EDR):
        return lookup(sensor, host, address, name, program)
    return traffic(sensor, address, name)
