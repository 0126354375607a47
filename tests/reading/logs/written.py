"""The pack's synthetic events of lookups and requests, written as other programs log them.

Every line is made up here from `tests/events`: none is from a real machine. A writer gives the line
and what of the event the format can carry, None where it can carry nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.conftest import ROOT

Event = dict[str, Any]
Written = tuple[str, Event] | None
Writer = Callable[[Event], Written]

EVENTS = ROOT / "tests" / "events"
REQUEST = (
    "logsource timestamp src_ip cs-method c-uri cs-host c-uri-stem c-uri-query sc-status dst_ip"
)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
FAMILIES = {"A": "IPv4", "AAAA": "IPv6"}


def events(folder: str) -> Iterator[Event]:
    """The events of a folder, of matches and near misses, without notes."""
    for path in sorted((EVENTS / folder).rglob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            event = json.loads(line)
            event.pop("_note", None)
            yield event


def carried(event: Event, names: str) -> Event:
    """What is left of an event; values that stand for none are none."""
    kept = {name: event[name] for name in names.split() if name in event}
    return {name: value for name, value in kept.items() if value not in ("-", "")}


def clf(stamp: str) -> str:
    """`2023-04-24T23:47:26.679Z` as the common log format has it, in summer time."""
    day, time = stamp[:10].split("-"), stamp[11:19]
    return f"{day[2]}/{MONTHS[int(day[1]) - 1]}/{day[0]}:{time} +0000"


def bind(event: Event) -> Written:
    """A query; with `rpz`, `failed` or `denied` where an answer says so."""
    day, name, kind = event["timestamp"], event["query"].rstrip("."), event["record_type"]
    when = f"{day[8:10]}-{MONTHS[int(day[5:7]) - 1]}-{day[:4]} {day[11:23]}"
    answer, kept = event.get("answer", ""), "logsource timestamp src_ip record_type answer"
    said = {
        "NXDOMAIN": f"rpz QNAME NXDOMAIN rewrite {name}/{kind}/IN via {name}.rpz.example",
        "NODATA": f"rpz QNAME NODATA rewrite {name}/{kind}/IN via {name}.rpz.example",
        "SERVFAIL": f"query failed (SERVFAIL) for {name}/IN/{kind} at query.c:7123",
        "REFUSED": f"query (cache) '{name}/{kind}/IN' denied (allow-query-cache did not match)",
    }.get(answer)
    if not said:
        said = f"query: {name} IN {kind} +E(0)K (10.20.0.53)"
        kept = kept.removesuffix(" answer")
    line = f"{when} queries: info: client @0x7f10c8 {event['src_ip']}#53124 ({name}): {said}"
    return line, {**carried(event, kept), "query": name}


def bind_in_syslog(event: Event) -> Written:
    """The same of the syslog of a machine that writes ISO times, with a view."""
    line, kept = bind(event) or ("", {})
    _, _, message = line.partition("info: ")
    before, colon, said = message.partition("): ")
    stamp = event["timestamp"].replace("Z", "+00:00")
    return f"{stamp} ns1 named[812]: {before}{colon}view inside: {said}", kept


def unbound(event: Event) -> Written:
    """A reply, or for one that has data, a query."""
    kept, answer = "logsource src_ip record_type answer", event.get("answer", "")
    stamp = 1682380046
    start = f"[{stamp}] unbound[812:0] "
    asked = f"{event['src_ip']} {event['query'].rstrip('.')}. {event['record_type']} IN"
    if answer in ("NXDOMAIN", "REFUSED", "SERVFAIL"):
        line = f"{start}reply: {asked} {answer} 0.000000 1 71"
    else:
        line, kept = f"{start}info: {asked}", kept.removesuffix(" answer")
    return line, {**carried(event, kept), "timestamp": stamp, "query": event["query"]}


def dnsmasq(event: Event) -> Written:
    """An answer with who asked, as of `log-queries=extra`; its times have no year."""
    kept = {name: value for name, value in event.items() if name not in ("timestamp", "server")}
    answer = event["answer"]
    if answer == "NODATA" and event["record_type"] in FAMILIES:
        answer = f"NODATA-{FAMILIES[event['record_type']]}"
    elif answer == "NODATA":
        kept.pop("record_type")
    before = f"Apr  4 09:14:05 dnsmasq[812]: 45 {event['src_ip']}/53124"
    return f"{before} config {event['query']} is {answer}", kept


def windows_dns(event: Event) -> Written:
    """A query that the server received, or the reply that it sent, as of a server in the US."""
    kept, answer = "logsource timestamp src_ip query record_type answer", event.get("answer", "")
    labels = "".join(f"({len(part)}){part}" for part in event["query"].rstrip(".").split("."))
    day, hour = event["timestamp"], int(event["timestamp"][11:13])
    when = f"{int(day[5:7])}/{int(day[8:10])}/{day[:4]} {hour % 12 or 12}:{day[14:19]}"
    when += f" {'AP'[hour > 11]}M"
    coded = answer in ("NXDOMAIN", "REFUSED", "SERVFAIL")
    way, mark = ("Snd", "R Q [8381   DR ") if coded else ("Rcv", "  Q [0001   D  ")
    kept = kept if coded else kept.removesuffix(" answer")
    line = (
        f"{when} 0E3C PACKET  000001D2F4B3C0E0 UDP {way} {event['src_ip']:<15} a1b2 {mark} "
        f"{answer if coded else 'NOERROR'}] {event['record_type']:<6} {labels}(0)"
    )
    return line, {**carried(event, kept), "timestamp": f"{day[:19]}Z"}


WINDOWS_DNS_HEADER = (
    "DNS Server log file creation at 4/24/2023 9:00:00 AM\n"
    "Log file wrap at 4/24/2023 9:00:00 AM\n\n"
    "Message logging key (for packets - other items use a subset of these fields):\n"
    "\tField #  Information         Values\n\t-------  -----------         ------\n"
    "\t   1     Date\n\t   2     Time\n\n"
)


def squid(event: Event) -> Written:
    """A line of access.log with the user agent behind, a common addition."""
    agent, names = event.get("c-useragent", "-"), f"{REQUEST} c-useragent s-action"
    if "c-uri" not in event or event["c-uri"] == "-":
        return None
    peer = event.get("dst_ip", "-")
    line = (
        f"1770105600.000    213 {event['src_ip']} {event['s-action']}/{event['sc-status']} "
        f"{event['sc-bytes']} {event['cs-method']} {event['c-uri']} - "
        f'HIER_{"NONE" if peer == "-" else "DIRECT"}/{peer} text/html "{agent}"'
    )
    return line, {**_with_parts(carried(event, names)), "timestamp": 1770105600}


def elff(event: Event) -> Written:
    """A line of a proxy that logs addresses in parts, quoted where there are blanks (`ELFF`)."""
    if event.get("cs-host", "-") == "-":
        return None
    day, time = event["timestamp"][:10], event["timestamp"][11:19]
    stem, query = event.get("c-uri-stem", "-"), event.get("c-uri-query", "-")
    scheme = urlsplit(event["c-uri"]).scheme if "://" in event["c-uri"] else "tcp"
    host, _, port = event["cs-host"].partition(":")
    tunnel = event["cs-method"] == "CONNECT"
    line = (
        f"{day} {time} 213 {event['src_ip']} {event['sc-status']} {event['s-action']} "
        f"{event['cs-method']} {scheme} {host} {port or (443 if tunnel else '-')} {stem} "
        f'{query if query == "-" else "?" + query} "{event["c-useragent"]}" '
        f'"{event.get("cs-cookie", "-")}" {event.get("dst_ip", "-")}'
    )
    return line, carried(event, f"{REQUEST} c-useragent cs-cookie")


ELFF_HEADER = (
    "#Software: SGOS 6.7.5.1\n#Version: 1.0\n#Date: 2026-02-03 08:00:00\n"
    "#Fields: date time time-taken c-ip sc-status s-action cs-method cs-uri-scheme cs-host "
    "cs-uri-port cs-uri-path cs-uri-query cs(User-Agent) cs(Cookie) r-ip\n"
)


def combined(event: Event) -> Written:
    """A line of Squid's `combined`, which is Apache's with the result behind."""
    if "c-uri" not in event or event["c-uri"] == "-":
        return None
    line = (
        f"{event['src_ip']} - - [{clf(event['timestamp'])}] "
        f'"{event["cs-method"]} {event["c-uri"]} HTTP/1.1" {event["sc-status"]} 1234 '
        f'"-" "{event["c-useragent"]}" {event["s-action"]}:HIER_DIRECT'
    )
    return line, _with_parts(carried(event, f"{REQUEST} c-useragent".replace("dst_ip ", "")))


def _with_parts(event: Event) -> Event:
    """An event with what of its address the reader tells, too."""
    tunnel = event["cs-method"] == "CONNECT"
    address = urlsplit(event["c-uri"])
    host = event["c-uri"].rpartition(":")[0] if tunnel else address.netloc.rpartition("@")[2]
    return {"cs-host": host or event.get("cs-host"), **event} if host else event


def zeek_table(found: list[Event]) -> str:
    """A log of Zeek's in its own format, of all fields that the events have."""
    names = list(dict.fromkeys(name for event in found for name in event if name != "_path"))
    kinds = {name: _kind(next(e[name] for e in found if name in e)) for name in names}
    lines = [
        "#separator \\x09",
        "#set_separator\t,",
        "#empty_field\t(empty)",
        "#unset_field\t-",
        f"#path\t{found[0]['_path']}",
        "#open\t2023-03-29-10-00-00",
        "\t".join(["#fields", *names]),
        "\t".join(["#types", *(kinds[name] for name in names)]),
    ]
    lines += ["\t".join(_cell(event.get(name)) for name in names) for event in found]
    return "\n".join([*lines, "#close\t2023-03-29-11-00-00"]) + "\n"


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return f"vector[{_kind(value[0]) if value else 'string'}]"
    return {bool: "bool", int: "count", float: "double"}.get(type(value), "string")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, list):
        return ",".join(_cell(item).replace(",", "\\x2c") for item in value) or "(empty)"
    if isinstance(value, str) and not value:
        return "(empty)"
    return str(value).replace("\\", "\\\\")


def table(path: Path, found: list[Event]) -> None:
    """A CSV of flat events, the log source in columns of its own."""
    rows = [{**{f"logsource.{k}": v for k, v in e["logsource"].items()}, **e} for e in found]
    names = [n for n in dict.fromkeys(n for row in rows for n in row) if n != "logsource"]
    quoted = [",".join(_csv(row.get(name, "")) for name in names) for row in rows]
    path.write_text("\ufeff" + "\r\n".join([",".join(names), *quoted]) + "\r\n", "utf-8")


def _csv(value: Any) -> str:
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if any(s in text for s in '",\n') else text
