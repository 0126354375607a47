"""The debug log of Windows' DNS server (`dns.log`).

Its own key says what a line has: date, time, thread, context, identifier, protocol, direction,
remote address, number, response or not, opcode, flags, code, type, name
(https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-r2-and-2008/cc759581(v=ws.10)):

    3/29/2023 10:00:00 AM 0E3C PACKET  000001D2F4B3C0E0 UDP Rcv 10.0.0.1  a1b2   Q [0001   D   NOERROR] A (7)example(3)com(0)

What was answered stands only in the details, which are not read: a reply has its code. A line about
a server that was asked in turn has no client; its address is `dst_ip`. Dates are in the form of the
server's locale, see `times.local`; times are local and have no zone.
"""  # noqa: E501

from __future__ import annotations

import re
from collections.abc import Sequence

from sigmapack.events.fields import ShapeError
from sigmapack.events.logs.dns import CODES, lookup
from sigmapack.events.logs.lines import Values
from sigmapack.events.logs.times import Latest, local, month_first

PACKET = re.compile(
    r" PACKET +(?:[0-9A-Fa-f]{8,16} )?(?:UDP|TCP) (Rcv|Snd) (\S+) +[0-9a-fA-F]{4} ([R ]) (\S) "
    r"\[[0-9a-fA-F]{4} ([^\]]*)\] (\S+) +(\S+)\s*",
    re.ASCII,
)
LENGTH = re.compile(r"\(\d{1,3}\)", re.ASCII)
HEADS = ("DNS Server log file", "Log file wrap", "Message logging key", "\t")
CUT = "a line of a packet that is cut off: fetch the log again"


class WindowsDns:
    """Lines of a log; which of day and month is first in its dates, its first lines say."""

    def __init__(self, lines: Sequence[str] = (), latest: Latest | None = None) -> None:
        self.month_first = month_first("\n".join(lines))

    def header(self, line: str) -> bool:
        return line.startswith(HEADS)

    def value(self, line: str) -> Values | None:
        begin = line.find(" PACKET ")
        if begin < 0 or line.startswith(" "):
            return None
        found = PACKET.match(line, begin)
        if not found:
            raise ShapeError(CUT)
        way, ip, response, opcode, flags, kind, name = found.groups()
        if opcode != "Q":  # of zones that notify and hosts that update their names
            return None
        code = flags.split()[-1] if response == "R" and flags.split() else ""
        client = (way == "Rcv") != (response == "R")
        return lookup(
            local(line[:begin], self.month_first),
            LENGTH.sub(".", name).strip(".") or ".",
            kind,
            ip if client else None,
            code if code in CODES else None,
            dst_ip=None if client else ip,
        )
