"""A response policy zone: NXDOMAIN for every domain and its subdomains.

Format: https://datatracker.ietf.org/doc/draft-vixie-dnsop-dns-rpz/ (QNAME triggers, `CNAME .`).
"""

from __future__ import annotations

from sigmapack import __version__
from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import CANARY, Export, Feed, text

SERIAL = noted(
    "Serial: YYYYMMDDnn of --block-from, else the version's number. Raise it by hand after a second"
    " build with the same day and version, or secondary servers keep the old zone."
)


def serial(feed: Feed) -> int:
    """The zone's serial: the day of blocking and the version, or the version alone.

    YYYYMMDDnn with `--block-from`, else the bare version number, so that a zone with a day
    always outranks one without. Servers transfer a zone only when its serial grows (RFC 1982).
    """
    major, minor, patch = (int(part) for part in __version__.split("."))
    if feed.block_from:
        return int(f"{feed.block_from:%Y%m%d}") * 100 + (minor * 10 + patch) % 100
    return major * 10_000 + minor * 100 + patch


def files(feed: Feed) -> list[Artifact]:
    """`threecx.rpz`: names are relative, so the zone may have any name."""
    lines = [f"; {line}" for line in feed.header(noted("Response policy zone"))]
    lines += [
        "; " + feed.words(SERIAL),
        "$TTL 300",
        f"@ IN SOA localhost. hostmaster.localhost. {serial(feed)} 3600 600 2592000 300",
        "@ IN NS localhost.",
    ]
    if feed.blocked("domain"):
        lines.append(f"{CANARY} A 0.0.0.0")
    for found in feed.blocked("domain"):
        lines += [
            f"; {found.about}",
            f"{found.value} CNAME .",
            f"*.{found.value} CNAME .",
        ]
    return [text("threecx.rpz", lines)]


EXPORT = Export(
    "rpz",
    noted("Response policy zone"),
    noted(
        """\
1. Copy `threecx.rpz` to the resolver. BIND: `zone "threecx.rpz" { type primary; file
   "threecx.rpz"; };` and in `options` `response-policy { zone "threecx.rpz"; }
   qname-wait-recurse no;`. Unbound: `module-config: "respip validator iterator"` under `server:`,
   and `rpz:` with `name: threecx.rpz`, `zonefile: threecx.rpz`, `rpz-log: yes`.
2. Reload. Secondary servers take the zone when its serial grows: see the head of the file.
3. To see that it works: `named-checkzone threecx.rpz threecx.rpz` (BIND) says OK, and
   `dig +short block-test.threecx.example` from a client answers 0.0.0.0: the name is only in the
   list. The domains themselves answer NXDOMAIN, in any case and depth.
"""
    ),
    files,
)
