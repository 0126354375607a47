"""Synthetic normal activity of a site with 3CX: what must raise no alarm. Seeded, no clock.

Hosts run the fixed client, telephone systems update it, people browse, scripts fetch from GitHub,
administrators exclude backups from scanning. Near-misses of part "true negatives" of the pack's
research (lookalikes, vendor domains, Electron's child processes, real libraries) are mixed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.replay.benign.macos import mac
from tests.replay.benign.network import resolver, web, zeek
from tests.replay.benign.processes import process
from tests.replay.benign.site import Event, Site
from tests.replay.benign.windows import connection, file, lookup, module, setting

KINDS: dict[Callable[[Site], Event], int] = {
    lookup: 25,
    connection: 12,
    process: 15,
    file: 8,
    module: 8,
    setting: 2,
    resolver: 10,
    web: 10,
    zeek: 8,
    mac: 2,
}


def events(count: int, seed: int) -> Iterator[Event]:
    """`count` events in order of time; the same for the same seed."""
    site = Site(seed)
    makers, weights = list(KINDS), list(KINDS.values())
    for _ in range(count):
        yield site.random.choices(makers, weights)[0](site)
