"""The log of dnsmasq with `log-queries`, which is Pi-hole's and that of many routers.

The lines, from dnsmasq's source (https://thekelleys.org.uk/gitweb/?p=dnsmasq.git, log_query in
src/cache.c) and Pi-hole's (https://github.com/pi-hole/FTL):

    Mar 29 10:00:00 dnsmasq[123]: query[A] example.com from 10.0.0.1
    Mar 29 10:00:00 dnsmasq[123]: reply example.com is 198.51.100.23
    Mar 29 10:00:00 dnsmasq[123]: config example.com is NXDOMAIN
    Mar 29 10:00:00 dnsmasq[123]: gravity blocked example.com is 0.0.0.0
    Mar 29 10:00:00 dnsmasq[123]: 45 10.0.0.1/5353 cached example.com is NODATA-IPv4

A query and its answer are two lines, and two events; who asked stands in the answer's only with
`log-queries=extra`, which puts a number and the client before each. Lines about upstream servers,
DNSSEC and DHCP are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sigmapack.events.logs.dns import lookup
from sigmapack.events.logs.lines import Values
from sigmapack.events.logs.times import Latest, prefix

TAG = re.compile(r"dnsmasq(?:\[\d+\])?: (?:\d+ ([0-9A-Fa-f.:]+)/\d+ )?", re.ASCII)
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*", re.ASCII)
#: What stands for an answer without records, and the type that was asked for.
NO_DATA = {
    "NODATA": ("NODATA", None),
    "NODATA-IPv4": ("NODATA", "A"),
    "NODATA-IPv6": ("NODATA", "AAAA"),
    "NXDOMAIN-IPv4": ("NXDOMAIN", "A"),
    "NXDOMAIN-IPv6": ("NXDOMAIN", "AAAA"),
}
#: Of these no name is in the line, or it is none that anybody asked for.
OTHERS = frozenset({"error", "validation", "dnssec-query", "DHCP", "ipset"})


class Dnsmasq:
    """Lines of a log, in a file of its own or in syslog's."""

    def __init__(self, lines: Sequence[str] = (), latest: Latest | None = None) -> None:
        self.latest = latest

    def header(self, line: str) -> bool:
        return False

    def value(self, line: str) -> Values | None:
        begin = line.find("dnsmasq")
        found = TAG.match(line, begin) if begin >= 0 else None
        if not found:
            return None
        rest = line[found.end() :]
        read = _query(rest) if rest.startswith("query[") else _answer(rest)
        if not read:
            return None
        query, kind, client, answer = read
        time, server = prefix(line[:begin], self.latest)
        return lookup(time, query, kind, client or found[1], answer, server=server)


Read = tuple[str, str | None, str | None, str | None]


def _query(rest: str) -> Read | None:
    kind, bracket, rest = rest.removeprefix("query[").partition("] ")
    name, verb, client = rest.rpartition(" from ")
    if not (bracket and verb and name):
        return None
    return name, f"TYPE{kind[5:]}" if kind.startswith("type=") else kind, client.strip(), None


def _answer(rest: str) -> Read | None:
    left, verb, right = rest.partition(" is ")
    source, _, name = left.rpartition(" ")
    words = right.split(None, 1)
    if not (verb and source and words) or source in OTHERS or name in OTHERS:
        return None
    answer = words[0]
    if answer in NO_DATA:
        answer, kind = NO_DATA[answer]
        return name, kind, None, answer
    if answer.startswith("<"):
        return name, answer.strip("<>"), None, None
    if not ADDRESS.fullmatch(answer):
        return name, None, None, answer
    return name, "AAAA" if ":" in answer else "A", None, answer
