"""A list for Squid: `.domain` is the domain and all below it, in requests and in CONNECT.

Format: http://www.squid-cache.org/Doc/config/acl/ (`dstdomain`). Squid does not start where an
entry is below another, so that such are left out.
"""

from __future__ import annotations

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import CANARY, Export, Feed, text


def files(feed: Feed) -> list[Artifact]:
    """`threecx.squid.txt`."""
    listed = {found.value for found in feed.blocked("domain")}
    left = [name for name in sorted(listed) if not _below(name, listed)]
    lines = [f"# {line}" for line in feed.header(noted("Squid"))]
    lines += [f".{name}" for name in ([CANARY, *left] if left else ())]
    return [text("threecx.squid.txt", lines)]


def _below(name: str, listed: set[str]) -> bool:
    labels = name.split(".")
    return any(".".join(labels[start:]) in listed for start in range(1, len(labels)))


EXPORT = Export(
    "squid",
    noted("Squid"),
    noted(
        """\
1. Copy `threecx.squid.txt` to `/etc/squid/`. In `squid.conf`, above the first `http_access allow`:
   `acl threecx dstdomain "/etc/squid/threecx.squid.txt"` and `http_access deny threecx`.
2. `squid -k parse` names no error; `squid -k reconfigure` loads the list.
3. To see that it works: `curl -sI -x http://PROXY:3128 http://block-test.threecx.example/` answers
   403 (`ERR_ACCESS_DENIED`), without the list 502 or 503: no zone has that name.
"""
    ),
    files,
)
