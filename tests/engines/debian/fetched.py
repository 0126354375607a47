"""Resolvers, Suricata, Squid and Chromium, from Debian's packages."""

from __future__ import annotations

from tests.engines.debian.packages import installed, release, unpack
from tests.engines.registry import Engine


def _packages(
    name: str,
    what: str,
    packages: tuple[str, ...],
    programs: tuple[str, ...],
    kept: int,
    without: tuple[str, ...] = (),
) -> Engine:
    return Engine(
        name=name,
        what=what,
        source="Debian",
        key=release(),
        download=kept // 3 + 10,
        kept=kept,
        seconds=15,
        make=lambda home: unpack(home, packages, without),
        tools=("apt-get", "dpkg"),
        around=lambda: all(map(installed, programs)),
    )


FETCHED = (
    _packages("bind", "BIND", ("bind9", "bind9-utils"), ("named", "named-checkzone"), 10),
    _packages("dnsmasq", "dnsmasq", ("dnsmasq-base",), ("dnsmasq",), 5),
    _packages("unbound", "Unbound", ("unbound",), ("unbound",), 10),
    _packages("squid", "Squid", ("squid",), ("squid",), 80),
    _packages(
        "chromium",
        "Chromium without windows",
        ("chromium-headless-shell", "fonts-dejavu-core"),
        ("chromium-headless-shell",),
        274,
        # For graphics cards, and what only people read.
        ("usr/lib/chromium/libVk*", "usr/lib/chromium/libvk_*", "usr/share/doc", "usr/share/man"),
    ),
    _packages(
        "suricata",
        "Suricata",
        ("suricata", "suricata-update"),
        ("suricata", "suricata-update"),
        30,
    ),
)
