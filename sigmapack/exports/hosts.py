"""A hosts file: for machines without a resolver of their own. It knows whole names only.

Format: https://man7.org/linux/man-pages/man5/hosts.5.html. A name has an IPv4 and an IPv6 line, or
a client would still ask its resolver for the other family.
"""

from __future__ import annotations

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import CANARY, Export, Feed, names, text


def files(feed: Feed) -> list[Artifact]:
    """`threecx.hosts`."""
    lines = [f"# {line}" for line in feed.header(noted("Hosts file"))]
    lines.append("# Covers the names written here only, no other subdomain: prefer RPZ or AdGuard.")
    listed = [name for found in feed.blocked("domain") for name in names(found)]
    for name in [CANARY, *listed] if listed else ():
        lines += [f"0.0.0.0 {name}", f":: {name}"]
    return [text("threecx.hosts", lines)]


EXPORT = Export(
    "hosts",
    noted("Hosts file"),
    noted(
        """\
1. Append `threecx.hosts` to `/etc/hosts` (Windows: `%SystemRoot%\\System32\\drivers\\etc\\hosts`),
   or give it to dnsmasq by `addn-hosts=`.
2. Clear the client's cache of names (`resolvectl flush-caches`, `ipconfig /flushdns`).
3. To see that it works: `ping block-test.threecx.example` (dnsmasq: `dig +short`) names 0.0.0.0 or
   `::`; without the file the name is unknown. Only the domain and its `www` are covered: a hosts
   file has no wildcards.
"""
    ),
    files,
)
