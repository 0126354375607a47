"""Unbound's log with `log-queries`, `log-replies`, `log-local-actions` or response policy zones.

The lines, from https://unbound.docs.nlnetlabs.nl/en/latest/manpages/unbound.conf.html and Unbound's
source (https://github.com/NLnetLabs/unbound, util/log.c, util/net_help.c, util/data/msgreply.c,
services/rpz.c), in a file of its own or in syslog's:

    [1680084000] unbound[812:0] info: 10.0.0.1 example.com. A IN
    [1680084000] unbound[812:0] reply: 10.0.0.1 example.com. A IN NXDOMAIN 0.012345 0 112
    [1680084000] unbound[812:0] info: rpz: applied [z] example.com. rpz-nxdomain 10.0.0.1@5353 …
    Mar 29 10:00:00 ns1 unbound: [812:0] info: example.com. always_null 10.0.0.1@5353 …

A reply says its code, and not what else was answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sigmapack.events.logs.dns import CLASSES, CODES, lookup
from sigmapack.events.logs.lines import Values
from sigmapack.events.logs.times import Latest, prefix

TAG = re.compile(
    r"unbound(?:\[\d+(?::[0-9a-f]+)?\])?:? (?:\[\d+:[0-9a-f]+\] )?(?:info|query|reply): ", re.ASCII
)
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:%\w+)?", re.ASCII)
#: What an action of a local or a policy zone answers; others answer with data, which is not logged.
ACTIONS = {
    "always_nxdomain": "NXDOMAIN",
    "rpz-nxdomain": "NXDOMAIN",
    "always_nodata": "NODATA",
    "rpz-nodata": "NODATA",
    "always_refuse": "REFUSED",
    "refuse": "REFUSED",
    "always_null": "0.0.0.0",
}


class Unbound:
    """Lines of a log, in a file of its own or in syslog's."""

    def __init__(self, lines: Sequence[str] = (), latest: Latest | None = None) -> None:
        self.latest = latest

    def header(self, line: str) -> bool:
        return False

    def value(self, line: str) -> Values | None:
        begin = line.find("unbound")
        found = TAG.match(line, begin) if begin >= 0 else None
        if not found:
            return None
        words = line[found.end() :].split()
        if len(words) < 4:
            return None
        if words[3] in CLASSES and ADDRESS.fullmatch(words[0]):
            client, query, kind = words[:3]
            answer = words[4] if len(words) > 4 and words[4] in CODES else None
        elif words[-1] in CLASSES and len(words) > 4 and "@" in words[-4]:
            client, query, kind = words[-4].partition("@")[0], words[-3], words[-2]
            answer = ACTIONS.get(words[-5])
            answer = "::" if answer == "0.0.0.0" and kind == "AAAA" else answer
        else:
            return None
        time, server = prefix(line[:begin], self.latest)
        return lookup(time, query, kind, client, answer, server=server)
