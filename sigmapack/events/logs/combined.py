"""The common and combined log formats: Apache, nginx, and Squid's `common` and `combined`.

https://httpd.apache.org/docs/current/mod/mod_log_config.html#formats (also `vhost_combined`),
https://nginx.org/en/docs/http/ngx_http_log_module.html. Squid's ends with its result
(`TCP_MISS:HIER_DIRECT`) and is a proxy's; all others are of a server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sigmapack.events.logs.lines import Values
from sigmapack.events.logs.times import Latest, common_log
from sigmapack.events.logs.web import request

TEXT = r'"((?:[^"\\]|\\.)*+)"'
LINE = re.compile(
    r"(?:([^\s:]+(?::\d{1,5})?) )?(\S+) (\S+) (\S+(?: \S+){0,3}?) "
    r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4})\] "
    rf"{TEXT} (\d{{3}}|-) (\d+|-)(?: {TEXT} {TEXT})?(.*)",
    re.ASCII,
)
RESULT = re.compile(r" ([A-Z][A-Z_]+):([A-Z][A-Z_]+)")
ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))")
SIGNS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "v": "\v"}


class Combined:
    """Lines of a log."""

    def __init__(self, lines: Sequence[str] = (), latest: Latest | None = None) -> None:
        self.latest = latest

    def header(self, line: str) -> bool:
        return False

    def value(self, line: str) -> Values | None:
        found = LINE.match(line) if '] "' in line else None
        if not found:
            return None
        host, ip, _, user, time, asked, status, size, referrer, agent, rest = found.groups()
        method, uri, version = _request(_plain(asked))
        fields: Values = {
            "timestamp": common_log(time),
            "src_ip": ip,
            "cs-host": host,
            "cs-username": None if user == "-" else user,
            "cs-method": method,
            "cs-version": version,
            "c-uri": uri,
            "sc-status": status,
            "sc-bytes": None if size == "-" else size,
            "cs-referrer": None if referrer in ("-", None) else _plain(referrer),
            "c-useragent": None if agent in ("-", None) else _plain(agent),
        }
        if result := RESULT.fullmatch(rest):
            fields["s-action"], fields["s-hierarchy"] = result.groups()
            return request("proxy", fields)
        return request("webserver", fields)


def _request(line: str) -> tuple[str | None, str | None, str | None]:
    """Method, address and version; of what is no request all of it is the address."""
    method, blank, rest = line.partition(" ")
    uri, last, version = rest.rpartition(" ")
    if last and version.startswith("HTTP/"):
        return method, uri, version
    return (method, rest, None) if blank and method.isupper() else (None, line, None)


def _plain(text: str) -> str:
    """Text without the backslashes of Apache (`\\"`) and nginx (`\\x22`)."""
    return ESCAPED.sub(_sign, text) if "\\" in text else text


def _sign(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else SIGNS.get(found[2], found[2])
