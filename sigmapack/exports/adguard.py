"""A filter list for AdGuard Home, AdGuard DNS and Pi-hole: `||d^` covers subdomains.

Syntax: https://adguard-dns.io/kb/general/dns-filtering-syntax/.
"""

from __future__ import annotations

from sigmapack import __version__
from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import CANARY, Export, Feed, text


def files(feed: Feed) -> list[Artifact]:
    """`threecx.adguard.txt`."""
    title, *about = feed.header(noted("Blocklist"))
    lines = [f"! Title: {title}", f"! Version: {__version__}", *(f"! {line}" for line in about)]
    found = [one.value for one in feed.blocked("domain")]
    lines += [f"||{name}^" for name in ([CANARY, *found] if found else ())]
    return [text("threecx.adguard.txt", lines)]


EXPORT = Export(
    "adguard",
    noted("AdGuard and Pi-hole"),
    noted(
        """\
1. Put `threecx.adguard.txt` on a web server of yours. AdGuard Home: Filters, DNS blocklists, Add a
   custom list; Pi-hole 6: Lists, Add blocklist.
2. Update the list (Pi-hole: `pihole -g`).
3. To see that it works: `nslookup block-test.threecx.example` from a client answers 0.0.0.0 (no
   name of the Internet has that end); the query log says that the list blocked it.
"""
    ),
    files,
)
