"""Resolvers, Suricata, Squid and Chromium, from Debian's packages."""

from __future__ import annotations

from tests.engines.debian.packages import installed, release, unpack
from tests.engines.registry import Engine


def _packages(
    name: str, what: str, packages: tuple[str, ...], programs: tuple[str, ...], kept: int
) -> Engine:
    return Engine(
        name=name,
        what=what,
        source="Debian",
        key=release(),
        download=kept // 3 + 10,
        kept=kept,
        seconds=15,
        make=lambda home: unpack(home, packages),
        tools=("apt-get", "dpkg"),
        around=lambda: all(map(installed, programs)),
    )


FETCHED = (
    _packages("bind", "BIND", ("bind9", "bind9-utils"), ("named", "named-checkzone"), 10),
    _packages("dnsmasq", "dnsmasq", ("dnsmasq-base",), ("dnsmasq",), 5),
    _packages("unbound", "Unbound", ("unbound",), ("unbound",), 10),
    _packages("squid", "Squid", ("squid",), ("squid",), 80),
    _packages("chromium", "Chromium", ("chromium", "fonts-dejavu-core"), ("chromium",), 360),
    _packages(
        "suricata",
        "Suricata",
        ("suricata", "suricata-update"),
        ("suricata", "suricata-update"),
        30,
    ),
)
