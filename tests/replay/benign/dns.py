"""One lookup, as the sensors on its way have it: A, AAAA and HTTPS are asked at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.replay.benign.names import asked, spelled
from tests.replay.benign.site import BROWSERS, RESOLVER, Event, Machine, Site

CLIENT_LOG = "Microsoft-Windows-DNS-Client"
SERVER_LOG = "Microsoft-Windows-DNSServer"
#: Record types by their number (IANA): HTTPS is type 65.
TYPES = {1: "A", 28: "AAAA", 65: "HTTPS"}
ANSWERS = {1: "203.0.113.7", 28: "2001:db8::7", 65: "-"}
HOST_SENSORS = ("sysmon", "dns_client")
WIRE_SENSORS = ("resolver", "dns_server", "zeek")
FAILED = 9003  # Windows: DNS_ERROR_RCODE_NAME_ERROR


def lookup(site: Site) -> list[Event]:
    """Somebody's lookup, seen by one or two sensors on the host and on the wire."""
    machine = site.machine()
    image, name = asked(site, machine.client())
    types = TYPES if image in BROWSERS else ((1, 28) if site.random.random() < 0.4 else (1,))
    sensors = [
        *site.random.choice([("sysmon",), ("sysmon",), ("dns_client",), HOST_SENSORS]),
        *site.random.choice([(), (), ("resolver",), ("dns_server",), ("zeek",), WIRE_SENSORS]),
    ]
    found = not name.startswith("wpad.") and site.random.random() < 0.95
    return list(seen(site, machine, image, name, types, sensors, found))


def seen(
    site: Site,
    machine: Machine,
    image: str,
    name: str,
    types: Iterable[int],
    sensors: Iterable[str],
    found: bool,
) -> Iterator[Event]:
    """What the sensors write of one lookup of a machine's program."""
    for kind in types:
        for sensor in sensors:
            if sensor in HOST_SENSORS:
                yield _host(site, machine, image, spelled(site, name), kind, sensor, found)
            elif sensor == "dns_server":
                yield from _server(site, machine, name, kind, found)
            else:
                yield _wire(site, machine, spelled(site, name), kind, sensor, found)


def _host(
    site: Site, machine: Machine, image: str, name: str, kind: int, sensor: str, found: bool
) -> Event:
    answer = {1: "::ffff:203.0.113.7;", 28: "2001:db8::7;"}.get(kind, "-")
    status = "0" if found else str(FAILED)
    fields = {"QueryName": name, "QueryStatus": status, "QueryResults": answer if found else "-"}
    if sensor == "sysmon":
        return site.sysmon(machine, 22, Image=image, **fields)
    own = {"Provider_Name": CLIENT_LOG, "QueryType": str(kind), **fields}
    return site.windows(machine, f"{CLIENT_LOG}/Operational", 3008, **own)


def _server(site: Site, machine: Machine, name: str, kind: int, found: bool) -> Iterator[Event]:
    """The query and the response: only the query says who asked as its source."""
    common = {"Provider_Name": SERVER_LOG, "QNAME": f"{name}.", "QTYPE": str(kind)}
    channel = f"{SERVER_LOG}/Analytical"
    yield site.windows(RESOLVER, channel, 256, **common, Source=machine.address)
    answer = {"Destination": machine.address, "RCODE": "0" if found else "3"}
    yield site.windows(RESOLVER, channel, 257, **common, **answer)


def _wire(site: Site, machine: Machine, name: str, kind: int, sensor: str, found: bool) -> Event:
    if sensor == "resolver":
        answer = ANSWERS[kind] if found else "NXDOMAIN"
        asked_for = {"query": name, "record_type": TYPES[kind], "answer": answer}
        return site.other(None, "dns", src_ip=machine.address, **asked_for)
    answers = [ANSWERS[kind]] if found and kind != 65 else []
    code = "NOERROR" if found else "NXDOMAIN"
    common = {"query": name.rstrip("."), "qtype": kind, "qtype_name": TYPES[kind]}
    return site.zeek("dns", machine, **common, rcode_name=code, answers=answers)
