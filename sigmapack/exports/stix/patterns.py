"""STIX patterns of indicators: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html, 9.

A domain is compared with `=` for itself and `LIKE '%.d'` for its subdomains: a subdomain hits, a
lookalike does not, and platforms that read only the plain comparison still find the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sigmapack.exports.feed import Indicator
from sigmapack.exports.stix_terms import HASHES, quoted

HEADER = "network-traffic:extensions.'http-request-ext'.request_header"


def _domain(found: Indicator) -> str:
    own, below = quoted(found.value), quoted(f"%.{found.value}")
    return f"[domain-name:value = {own} OR domain-name:value LIKE {below}]"


def _url(found: Indicator) -> str:
    query = quoted(f"^{re.escape(found.value)}\\?")
    return f"[url:value = {quoted(found.value)} OR url:value MATCHES {query}]"


def _hash(found: Indicator) -> str:
    return f"[file:hashes.'{HASHES[found.type]}' = {quoted(found.value)}]"


def _ip(found: Indicator) -> str:
    kind = "ipv6-addr" if ":" in found.value else "ipv4-addr"
    return f"[{kind}:value = {quoted(found.value)}]"


def _cookie(found: Indicator) -> str:
    pair = quoted(rf"(^|;\s*){re.escape(found.value)}=")
    return f"[{HEADER}.Cookie MATCHES {pair}]"


def _token(found: Indicator) -> str:
    return f"[{HEADER}.'User-Agent' MATCHES {quoted(re.escape(found.value))}]"


_PATTERNS: Mapping[str, Callable[[Indicator], str]] = {
    "domain": _domain,
    "url": _url,
    "hash": _hash,
    "ip": _ip,
    "cookie": _cookie,
    "token": _token,
}


def pattern(found: Indicator) -> str:
    """The STIX pattern of an indicator."""
    return _PATTERNS[found.kind](found)
