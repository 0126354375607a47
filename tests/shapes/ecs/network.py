"""Resolvers, proxies, firewalls and Zeek, as Packetbeat and the integrations store them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.shapes.ecs.fields import Document, Fields, ip, typed

#: Codes of DNS answers that a resolver's log has in place of an address.
CODES = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"}


def resolver(fields: Fields) -> Iterator[Document]:
    """Packetbeat, which the integration network_traffic runs."""
    answer = fields.get("answer")
    found = [answer] if isinstance(answer, str) else list(answer or ())
    found = ["NOERROR" if value == "NODATA" else value for value in found]
    codes = [value for value in found if value.upper() in CODES]
    data = [value for value in found if value not in codes and value != "-"]
    yield {
        "event.dataset": "network_traffic.dns",
        "network.protocol": "dns",
        "dns.question.name": fields.get("query"),
        "dns.question.type": fields.get("record_type"),
        "dns.response_code": codes[0] if codes else fields.get("rcode_name"),
        "dns.answers.data": data,
        "dns.answers_count": len(data),
        "dns.resolved_ip": [address for value in data if (address := ip(value))],
        "source.ip": ip(fields.get("src_ip")),
    }


def proxy(fields: Fields) -> Iterator[Document]:
    """What the proxies' integrations have in common; `agents` has two of them as they are."""
    yield {
        "event.dataset": "squid.log",
        "url.original": fields.get("c-uri"),
        "url.domain": fields.get("cs-host"),
        "url.path": fields.get("c-uri-stem"),
        "url.query": fields.get("c-uri-query"),
        "destination.domain": fields.get("r-dns"),
        "destination.ip": ip(fields.get("dst_ip")),
        "source.ip": ip(fields.get("src_ip")),
        "http.request.method": fields.get("cs-method"),
        "http.request.referrer": fields.get("cs-referrer"),
        "http.response.status_code": typed("http.response.status_code", fields.get("sc-status")),
        "user_agent.original": fields.get("c-useragent"),
    }


def firewall(fields: Fields) -> Iterator[Document]:
    yield {
        "event.dataset": "panw.panos",
        "event.action": fields.get("action"),
        "source.ip": ip(fields.get("src_ip")),
        "source.port": typed("source.port", fields.get("src_port")),
        "destination.ip": ip(fields.get("dst_ip")),
        "destination.port": typed("destination.port", fields.get("dst_port")),
    }


def _zeek(service: str, fields: Fields) -> Document:
    return {
        "event.dataset": f"zeek.{service}",
        "event.id": fields.get("uid"),
        "source.ip": ip(fields.get("id.orig_h")),
        "source.port": typed("source.port", fields.get("id.orig_p")),
        "destination.ip": ip(fields.get("id.resp_h")),
        "destination.port": typed("destination.port", fields.get("id.resp_p")),
        "zeek.session_id": fields.get("uid"),
    }


def zeek_dns(fields: Fields) -> Iterator[Document]:
    answers = list(fields.get("answers", ()))
    timed = answers if len(answers) == len(fields.get("TTLs", ())) else []
    query = fields.get("query")
    known = isinstance(query, str) and re.fullmatch(r"[\w-]+(\.[\w-]+)+", query)
    yield {
        **_zeek("dns", fields),
        "network.protocol": "dns",
        "zeek.dns.query": query,
        "zeek.dns.answers": answers,
        "dns.question.name": query if known else None,
        "dns.question.type": fields.get("qtype_name"),
        "dns.response_code": fields.get("rcode_name"),
        "dns.answers.data": timed,
        "dns.resolved_ip": [address for value in timed if (address := ip(value))],
    }


def zeek_http(fields: Fields) -> Iterator[Document]:
    uri = fields.get("uri")
    try:
        parts = urlsplit(uri) if isinstance(uri, str) else None
    except ValueError:
        parts = None
    yield {
        **_zeek("http", fields),
        "network.protocol": "http",
        "url.original": uri,
        "url.path": parts.path if parts else None,
        "url.query": parts.query if parts else None,
        "url.domain": fields.get("host"),
        "http.request.method": fields.get("method"),
        "http.request.referrer": fields.get("referrer"),
        "http.response.status_code": typed("http.response.status_code", fields.get("status_code")),
        "user_agent.original": fields.get("user_agent"),
        "zeek.http.cookie_vars": list(fields.get("cookie_vars", ())),
    }


def zeek_ssl(fields: Fields) -> Iterator[Document]:
    yield {
        **_zeek("ssl", fields),
        "network.protocol": "tls",
        "zeek.ssl.server.name": fields.get("server_name"),
        "tls.client.server_name": fields.get("server_name"),
    }


def zeek_files(fields: Fields) -> Iterator[Document]:
    """The pipeline copies hashes, and knows the hosts of Zeek before 5.1 only.

    What it does not know stays below `zeek.files` under Zeek's names. Zeek writes hashes in small
    letters (docs.zeek.org, Files::Info).
    """
    small = {
        name: str(fields[name]).lower() for name in ("md5", "sha1", "sha256") if name in fields
    }
    fields = {**fields, **small}
    old = {"rx_hosts": "zeek.files.rx_host", "tx_hosts": "zeek.files.tx_host"}
    moved = {"filename", "total_bytes", "ts", "conn_uids", *old}
    first = {name: next(iter(fields.get(name, ())), None) for name in (*old, "conn_uids")}
    yield {
        **{f"zeek.files.{name}": value for name, value in fields.items() if name not in moved},
        **{target: first[name] for name, target in old.items()},
        "event.dataset": "zeek.files",
        "event.category": ["file"],
        "event.type": ["info"],
        "event.id": first["conn_uids"],
        "client.ip": first["rx_hosts"],
        "server.ip": first["tx_hosts"],
        "file.name": fields.get("filename"),
        "file.mime_type": fields.get("mime_type"),
        **{f"file.hash.{name}": fields.get(name) for name in ("md5", "sha1", "sha256")},
    }
