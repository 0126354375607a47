"""Requests by the names of Sigma's taxonomy, of `category: proxy` and of `category: webserver`.

The taxonomy (https://github.com/SigmaHQ/sigma-specification, appendix/sigma-taxonomy-appendix.md)
calls the same thing differently for proxies (`c-uri`, `c-useragent`) and for servers
(`cs-uri-stem`, `cs-user-agent`), and rules mix both: a request has both.
"""

from __future__ import annotations

import re

from sigmapack.events.logs.lines import Values

#: Each of these is the other, too.
ALIKE = (
    ("src_ip", "c-ip"),
    ("src_port", "c-port"),
    ("c-useragent", "cs-user-agent"),
    ("cs-referrer", "cs-referer"),
    ("c-uri-stem", "cs-uri-stem"),
    ("c-uri-query", "cs-uri-query"),
    ("c-uri-extension", "cs-uri-extension"),
    ("c-uri", "cs-uri"),
)
#: Scheme, host with port, path and query of an address.
URI = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?]*)(?:\?(.*))?", re.DOTALL)
PORTS = {"http": "80", "https": "443", "ftp": "21"}


def request(category: str, fields: Values) -> Values:
    """A record of a request, its address whole and in parts, under the names of both categories."""
    record: Values = {name: value for name, value in fields.items() if value not in (None, "")}
    _split_uri(record)
    _alike(record)
    if category == "proxy" and "c-uri" not in record:
        _join_uri(record)
    return {"logsource": {"category": category}, **record}


def _alike(record: Values) -> None:
    for one, other in ALIKE:
        if one in record:
            record.setdefault(other, record[one])
        elif other in record:
            record[one] = record[other]


def _split_uri(record: Values) -> None:
    """Add the parts of an address; of a tunnel (`host:port`) the host."""
    uri = record.get("c-uri") or record.get("cs-uri")
    if not uri:
        return
    if record.get("cs-method") == "CONNECT":
        record.setdefault("cs-host", uri.rpartition(":")[0] or uri)
        return
    _, host, path, query = URI.fullmatch(uri).groups()  # type: ignore[union-attr]
    if host:
        host = host.rpartition("@")[2]
        record.setdefault("cs-host", host)
    if path.startswith("/"):
        record.setdefault("c-uri-stem", path)
    if query:
        record.setdefault("c-uri-query", query)


def _join_uri(record: Values) -> None:
    host = record.get("cs-host")
    if not host:
        return
    port = record.get("cs-uri-port", "")
    scheme = record.get("cs-uri-scheme", "")
    if record.get("cs-method") == "CONNECT":
        record["c-uri"] = f"{host}:{port}" if port else host
        return
    query = record.get("cs-uri-query", "").removeprefix("?")
    shown = f":{port}" if port and port != PORTS.get(scheme) else ""
    start = f"{scheme}://" if scheme else ""
    record["c-uri"] = f"{start}{host}{shown}{record.get('cs-uri-stem', '')}" + (
        query and f"?{query}"
    )
