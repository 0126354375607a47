"""Contacts with an indicator: one click, several hosts, late, on an edge, in the wrong order."""

from __future__ import annotations

import random

from tests.operation.model import HOUR, MINUTE, Finding
from tests.operation.sensors import EDR, Draft, record
from tests.operation.site import NAME, OTHER, START, Outline, finding, host, visit

#: Everything that a site can have: all of it sees one click at once.
ALL = ("resolver", "zeek", "sysmon", "dns_client", EDR, "dns_server", "proxy")
CLIENT = r"C:\Users\user01\AppData\Local\Programs\3CXDesktopApp\app\3CXDesktopApp.exe"


def three_hosts() -> Outline:
    """Three hosts in a day."""
    hours = {1: 8, 2: 12, 3: 17}
    drafts = [
        draft
        for number, hour in hours.items()
        for draft in visit(START + hour * HOUR + 300, number, ("sysmon", EDR, "resolver"))
    ]
    return Outline("three hosts in a day", drafts, [finding(n) for n in hours], days=3, most=4)


def many_hosts() -> Outline:
    """Three hundred hosts in an hour, as one resolver sees them."""
    chance = random.Random(3)
    times = {number: START + 9 * HOUR + chance.uniform(0, HOUR) for number in range(1, 301)}
    ordered = sorted(times.items(), key=lambda item: item[1])
    drafts = [draft for number, time in ordered for draft in visit(time, number, ("resolver",))]
    return Outline("300 hosts in an hour", drafts, [finding(n) for n in times], most=1.5)


def late(minutes: int) -> Outline:
    """One contact whose events arrive late."""
    time = START + 9 * HOUR + 20 * MINUTE
    drafts = visit(time, 1, ("sysmon", EDR, "proxy"), late=minutes * MINUTE)
    return Outline(f"{minutes} minutes late", drafts, [finding(1)], days=3)


def on_the_edge() -> Outline:
    """Contacts on the very second at which windows begin and end; their events arrive at once."""
    by = ("sysmon", EDR)
    drafts = visit(START + 9 * HOUR, 1, by, late=0)
    drafts += visit(START + 33 * HOUR, 1, by, OTHER, late=0)
    return Outline("on a window's edge", drafts, [finding(1)], days=4, most=6)


def wrong_order() -> Outline:
    """A shell of the client a moment after its lookup, written in the same second before it."""
    own, _ = host(1)
    time = START + 9 * HOUR + 500
    child = record("proc_creation_win_threecx_suspicious_child", Computer=own)
    drafts = [
        draft
        for sensor in ("sysmon", EDR)
        for draft in (
            Draft(sensor, child, time + 0.9),
            *visit(time + 0.1, 1, (sensor,), program=CLIENT),
        )
    ]
    return Outline("two events in the wrong order", drafts, [finding(1)], most=5)


def forwarded() -> Outline:
    """Windows event forwarding: the collector passes on what other hosts wrote."""
    through = "COL-01.corp.example"
    drafts = visit(START + 9 * HOUR + 500, 1, ("sysmon", "dns_client"), through=through)
    return Outline("forwarded events", drafts, [finding(1)])


def macs() -> Outline:
    """Two Macs run the implant; what their agent sees comes through one collector."""
    drafts = []
    findings = []
    for number in (1, 2):
        own = f"MAC-{number:04}.corp.example"
        findings.append(Finding(frozenset({own.lower(), own.lower().partition(".")[0]})))
        steps = (
            "file_event_macos_threecx_implant_files",
            "proc_creation_macos_threecx_updateagent",
            "net_connection_macos_threecx_c2_domain",
        )
        for step, rule in enumerate(steps):
            made = record(rule, Computer=own)
            if rule.startswith("net_connection"):
                made["SourceIp"] = f"10.20.6.{number}"
            time = START + (8 + number) * HOUR + 60 * step
            drafts.append(Draft("mac", made, time, through="COL-01.corp.example"))
    return Outline("Macs through a collector", drafts, findings, most=5)


CLICK = Outline("one click", visit(START + 10 * HOUR + 180, 1, ALL), [finding(1)], days=3)
SKIPPED = Outline(
    "a skipped run",
    visit(START + 9 * HOUR + 120, 1, ("sysmon", EDR), NAME),
    [finding(1)],
    skips=True,
)
OUTLINES = (
    CLICK,
    three_hosts(),
    many_hosts(),
    *(late(minutes) for minutes in (5, 30, 90)),
    SKIPPED,
    on_the_edge(),
    wrong_order(),
    forwarded(),
    macs(),
)
