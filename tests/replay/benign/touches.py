"""Harmless touches of the campaign's domains: a scanner, a mail gateway, an analyst.

They are benign, and yet an indicator is touched: what they may raise is a matter of the levels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from tests.replay.benign.dns import seen
from tests.replay.benign.site import CHROME, START, Event, Machine, Site
from tests.replay.benign.web import AGENTS, proxied

SCANNER = Machine("SCAN-01.corp.example", "10.20.9.40", "svc-scan")
GATEWAY = Machine("mx-1.corp.example", "10.20.9.25")
ANALYST = Machine("SOC-01.corp.example", "10.20.9.60", "analyst01")
ENGINE = r"C:\Program Files\Threat Scanner\resolver.exe"
EVERYWHERE = ("sysmon", "dns_client", "resolver", "dns_server", "zeek")
#: Today most of the names are gone; some belong to a sinkhole.
SINKHOLED = 4


def scanner(seed: int, domains: Sequence[str]) -> Iterator[Event]:
    """A scanner resolves every domain of the list within minutes, in the night."""
    site = Site(seed, START + timedelta(hours=3))
    for number, name in enumerate(domains):
        site.pause(8)
        found = number % SINKHOLED == 0
        yield from seen(site, SCANNER, ENGINE, name, (1, 28), EVERYWHERE, found)


def gateway(seed: int, domains: Sequence[str]) -> Iterator[Event]:
    """A mail gateway resolves a name that stands in a newsletter."""
    site = Site(seed, START + timedelta(hours=9))
    name = site.random.choice(domains)
    yield from seen(site, GATEWAY, "", name, (1, 28), ("resolver", "dns_server", "zeek"), True)


def click(seed: int, domains: Sequence[str]) -> Iterator[Event]:
    """An analyst clicks on a name in a report: every sensor has it, the proxy stops it."""
    site = Site(seed, START + timedelta(hours=14))
    name = site.random.choice(domains)
    yield from seen(site, ANALYST, CHROME, name, (1, 28, 65), EVERYWHERE, True)
    yield site.zeek("ssl", ANALYST, server_name=name, established=False)
    yield proxied(site, ANALYST, name, "/", AGENTS[0], 403)
