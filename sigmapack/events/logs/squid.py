"""Squid's own access.log.

`%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt`
(https://www.squid-cache.org/Doc/config/logformat/), with what sites put behind it: the headers of
`log_mime_hdrs`, or quoted the user agent, or the referrer and the user agent. The time may be that
of the common log format instead (`%tl`), in brackets or not. Squid leaves queries out of addresses
unless told otherwise (`strip_query_terms off`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from sigmapack.events.fields import ShapeError
from sigmapack.events.logs.lines import Values
from sigmapack.events.logs.times import Latest, common_log
from sigmapack.events.logs.web import request

SECONDS = re.compile(r"\d{9,11}\.\d{1,6}", re.ASCII)
DAY = re.compile(r"\[?\d\d/[A-Z][a-z]{2}/\d{4}:", re.ASCII)
RESULT = re.compile(r"[A-Z][A-Z_]*/\d{3}", re.ASCII)
#: To its closing quote or, of a line that is cut off, its end: no sign is looked at twice.
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)')
HEADERS = {"user-agent": "c-useragent", "cookie": "cs-cookie", "referer": "cs-referrer"}
CUT = "a line of Squid's log that is cut off: fetch the log again"
NAMES = ("time-taken", "src_ip", "", "sc-bytes", "cs-method", "c-uri", "cs-username")


class Squid:
    """Lines of a log."""

    def __init__(self, lines: Sequence[str] = (), latest: Latest | None = None) -> None:
        self.latest = latest

    def header(self, line: str) -> bool:
        return False

    def value(self, line: str) -> Values | None:
        words = line.split(None, 9)
        if not words:
            return None
        time: str | None = words[0]
        if not SECONDS.fullmatch(words[0]):
            if not DAY.match(words[0]) or len(words) < 2:
                return None
            words = line.split(None, 10)[1:]
            time = common_log(f"{line.split(None, 1)[0]} {words[0]}".strip("[]"))
        if len(words) < 4 or not RESULT.fullmatch(words[3]):
            return None
        if len(words) < 9:
            raise ShapeError(CUT)
        fields: Values = {"timestamp": time}
        for name, value in zip(NAMES, words[1:8], strict=True):
            if name and value != "-":
                fields[name] = value
        fields["s-action"], _, fields["sc-status"] = words[3].partition("/")
        fields["s-hierarchy"], _, peer = words[8].partition("/")
        fields["dst_ip"] = None if peer == "-" else peer
        kind, _, rest = (words[9] if len(words) > 9 else "").partition(" ")
        fields["rs-content-type"] = kind if kind != "-" else None
        if rest:
            fields.update(_behind(rest))
        return request("proxy", fields)


def _behind(rest: str) -> Values:
    """What a site's format adds."""
    if rest.startswith("["):
        lines = unquote(rest[1:].partition("] [")[0], errors="replace").split("\r\n")
        parts = [line.partition(": ") for line in lines]
        return {HEADERS[n.lower()]: v for n, _, v in parts if n.lower() in HEADERS and v}
    quoted = QUOTED.findall(rest)
    found = zip(("cs-referrer", "c-useragent")[-len(quoted) :], quoted, strict=False)
    return {name: value for name, value in found if value != "-"} if quoted else {}
