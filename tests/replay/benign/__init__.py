"""Synthetic normal activity of a site with 3CX for a day: what must raise no alarm. Seeded.

Hosts run the fixed client, telephone systems hand it out, what is left of the bad build is removed,
Windows is upgraded, people browse, scripts fetch from GitHub, administrators look for the bad
build. How often is a judgement, not a measurement: a site of 200 workstations, most of whose
events are lookups and traffic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.replay.benign import (
    admins,
    borrowed,
    client,
    dns,
    macos,
    removals,
    telephony,
    upgrades,
    web,
)
from tests.replay.benign.site import Event, Site

Activity = Callable[[Site], list[Event]]

#: What goes on all day, by how often it does.
ALWAYS: dict[Activity, int] = {
    dns.lookup: 300,
    web.browse: 250,
    client.connect: 200,
    admins.work: 120,
    borrowed.library: 60,
    borrowed.file: 60,
    borrowed.pipe: 30,
    web.allowed: 60,
    web.call_home: 60,
    client.call: 25,
    client.start: 12,
    client.softphone: 6,
    client.update: 12,
    client.history: 20,
    telephony.hand_out: 12,
    telephony.check: 10,
    borrowed.program: 10,
    web.develop: 10,
    admins.type_line: 10,
    admins.run_script: 15,
    removals.other_product: 6,
    macos.mac: 40,
}
DAY = 100_000
#: How many times in a day, of so many events.
SOMETIMES: dict[Activity, int] = {
    removals.remove: 12,
    removals.squirrel: 6,
    removals.install: 20,
    upgrades.patch: 25,
    upgrades.upgrade: 4,
    upgrades.mount: 2,
    upgrades.apply: 2,
    upgrades.copy_registry_logs: 1,
    telephony.fetch_linux: 3,
    telephony.fetch_windows: 3,
    admins.exclude: 6,
    admins.exclude_client: 1,
    admins.verdict: 5,
    client.crm: 2,
    client.start_older: 8,
    web.old_client: 4,
}
#: A day but for the time that activities take themselves.
SECONDS = 84_000


def events(seed: int, count: int = DAY) -> Iterator[Event]:
    """The events of a day in order of time; the same for the same seed."""
    site = Site(seed)
    makers, weights = list(ALWAYS), list(ALWAYS.values())
    due = _due(site, count)
    made = 0
    while made < count:
        rare = due.pop()[1] if due and due[-1][0] <= made else None
        batch = (rare or site.random.choices(makers, weights)[0])(site)[: count - made]
        site.pause(len(batch) * SECONDS / count)
        made += len(batch)
        yield from batch


def _due(site: Site, count: int) -> list[tuple[int, Activity]]:
    """After how many events each rare activity comes, the first one last."""
    times = [activity for activity, number in SOMETIMES.items() for _ in range(number)]
    latest = count * 9 // 10  # so that all of them have come when the day ends
    places = sorted((site.random.randrange(latest) for _ in times), reverse=True)
    site.random.shuffle(times)
    return list(zip(places, times, strict=True))
