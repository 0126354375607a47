"""A file for Zeek's intelligence framework.

Format: https://docs.zeek.org/en/lts/frameworks/intel.html (tab separated; a URL has no scheme).
The framework compares whole names, so a domain's `www` is listed too; for every subdomain use the
pack's rules for Zeek logs.
"""

from __future__ import annotations

from collections.abc import Iterator

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import Export, Feed, Indicator, names, text

FIELDS = (
    "indicator",
    "indicator_type",
    "meta.source",
    "meta.desc",
    "meta.url",
    "meta.do_notice",
)
TYPES = {
    "domain": "Intel::DOMAIN",
    "url": "Intel::URL",
    "hash": "Intel::FILE_HASH",
    "ip": "Intel::ADDR",
}
URL = "https://attack.mitre.org/campaigns/C0057/"


def values(found: Indicator) -> tuple[str, ...]:
    """How Zeek writes an indicator."""
    if found.kind == "domain":
        return names(found)
    return (found.value.partition("://")[2] if found.kind == "url" else found.value,)


def rows(feed: Feed) -> Iterator[str]:
    """One line a value; only indicators that are sure raise notices."""
    for found in feed.of(*TYPES):
        for value in values(found):
            cells = (
                value,
                TYPES[found.kind],
                "threecx-detection-pack",
                found.about,
                URL,
            )
            yield "\t".join((*cells, "T" if found.sure else "F"))


def files(feed: Feed) -> list[Artifact]:
    """`threecx.intel`."""
    return [text("threecx.intel", ["#fields\t" + "\t".join(FIELDS), *rows(feed)])]


EXPORT = Export(
    "zeek",
    noted("Zeek intelligence"),
    noted(
        """\
1. Copy `threecx.intel` to the manager; in `local.zeek`: `@load frameworks/intel/seen`,
   `@load frameworks/intel/do_notice`, `redef Intel::read_files += { "/path/threecx.intel" };`.
2. Notices come only of the advisory's and high-confidence indicators (`meta.do_notice`); all
   others are in `intel.log`, with their confidence in `meta.desc`.
3. To see that it works: `zeekctl deploy`, look up `www.akamaicontainer.com` from a test host and
   read `intel.log`. Zeek compares whole names: other subdomains need the pack's rules for Zeek.
"""
    ),
    files,
)
