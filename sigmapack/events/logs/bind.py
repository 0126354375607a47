"""BIND's log of queries, of rewrites by response policy zones, and of failed or refused queries.

The lines, from BIND's source (https://gitlab.isc.org/isc-projects/bind9, lib/ns/query.c and
lib/ns/client.c), after what the log's channel or syslog puts before them:

    client @0x7f10 10.0.0.1#5353 (example.com): query: example.com IN A +E(0)K (10.0.0.53)
    client @0x7f10 10.0.0.1#5353 (example.com): rpz QNAME NXDOMAIN rewrite example.com/A/IN via …
    client @0x7f10 10.0.0.1#5353 (example.com): query failed (SERVFAIL) for example.com/IN/A at …
    client @0x7f10 10.0.0.1#5353 (example.com): query (cache) 'example.com/A/IN' denied (…)

The channel's own time (`print-time yes`) is local, and has no zone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sigmapack.events.logs.dns import CLASSES, CODES, lookup
from sigmapack.events.logs.lines import Values
from sigmapack.events.logs.times import Latest, prefix

CLIENT = re.compile(
    r"client (?:@0x[0-9a-f]+ )?([0-9A-Fa-f.:]+)(?:%\w+)?#\d+(?:/key \S+)?(?: \(\S*\))?: "
    r"(?:view \S+: )?(query|response|rpz|query failed|disabled rpz)\b:? ?(.*)",
    re.ASCII,
)
REWRITTEN = re.compile(r"\S+ (\S+) rewrite (\S+) via \S+(?: \(CNAME to: (\S+)\))?")
FAILED = re.compile(r"failed \((\S+)\) for (\S+)")
DENIED = re.compile(r"(?:\(\S+\) )?'(\S+)' denied")
ANSWERS = {"NXDOMAIN": "NXDOMAIN", "NODATA": "NODATA"}


class Bind:
    """Lines of a log, in any mix and with others between them."""

    def __init__(self, lines: Sequence[str] = (), latest: Latest | None = None) -> None:
        self.latest = latest

    def header(self, line: str) -> bool:
        return False

    def value(self, line: str) -> Values | None:
        begin = line.find("client ")
        found = CLIENT.match(line, begin) if begin >= 0 else None
        if not found:
            return None
        ip, what, rest = found.groups()
        asked = _asked(what, rest)
        if not asked:
            return None
        query, kind, answer = asked
        time, server = prefix(line[:begin], self.latest)
        return lookup(time, query, kind, ip, answer, server=server)


def _asked(what: str, rest: str) -> tuple[str, str | None, str | None] | None:
    """Name, type and answer."""
    if what in ("query", "response") and not rest.startswith(("failed ", "(", "'")):
        words = rest.split()
        if len(words) < 3 or words[1] not in CLASSES:
            return None
        answer = words[3] if len(words) > 3 and words[3] in CODES else None
        return words[0], words[2], answer
    if what in ("rpz", "disabled rpz"):
        if not (found := REWRITTEN.match(rest)):
            return None
        answer = None if what != "rpz" else found[3] or ANSWERS.get(found[1])
        return *_triple(found[2]), answer
    if found := FAILED.match(rest):
        return *_triple(found[2]), found[1]
    if found := DENIED.match(rest):
        return *_triple(found[1]), "REFUSED"
    return None


def _triple(text: str) -> tuple[str, str | None]:
    """The name and type of `name/type/class`, `name/class/type` or, in old logs, `name`."""
    name, *others = text.rsplit("/", 2)
    kinds = [each for each in others if each not in CLASSES]
    return (name, kinds[0] if kinds else None) if len(others) == 2 else (text, None)
