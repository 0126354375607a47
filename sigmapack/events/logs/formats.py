"""Which format a text log has: that of which most of its first lines are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sigmapack.events.fields import ShapeError
from sigmapack.events.logs import bind, combined, dnsmasq, squid, unbound, w3c, windows_dns, zeek
from sigmapack.events.logs.lines import Format
from sigmapack.events.logs.times import Latest

#: Makes a reader from the first lines of a log.
Kind = Callable[[Sequence[str], Latest | None], Format]

KINDS: tuple[Kind, ...] = (
    zeek.ZeekTable,
    w3c.W3C,
    squid.Squid,
    combined.Combined,
    bind.Bind,
    unbound.Unbound,
    dnsmasq.Dnsmasq,
    windows_dns.WindowsDns,
)
#: First lines that are looked at.
MOST_LOOKED_AT = 1000


def recognised(head: str, latest: Latest | None) -> Format | None:
    """A reader for a log that begins so, None if it is of no known format."""
    lines = [line for line in head.split("\n")[:MOST_LOOKED_AT] if line.strip()]
    found = [(_known(kind(lines, latest), lines), kind) for kind in KINDS]
    most = max(count for count, _ in found)
    if not most:
        return None
    return next(kind(lines, latest) for count, kind in found if count == most)


def _known(kind: Format, lines: Sequence[str]) -> int:
    """How many lines are of a kind."""
    count = 0
    for line in lines:
        line = line.rstrip("\r")
        try:
            count += kind.header(line) or kind.value(line) is not None
        except ShapeError:
            continue
    return count
