"""A site: its machines, and what its sensors see of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.operation.model import Finding
from tests.operation.sensors import CHROME, SOON, Draft, contact

#: Monday, 2 March 2026, 00:00 UTC: made up, as are hosts and addresses; the names are indicators.
START = 1_772_409_600.0
NAME, OTHER = "msstorageboxes.com", "azureonlinecloud.com"


@dataclass(frozen=True)
class Outline:
    """A scenario before its records are events; see `Scenario`."""

    name: str
    drafts: Sequence[Draft] = ()
    findings: Sequence[Finding] = ()
    days: float = 2
    most: float = 3
    skips: bool = False


def host(number: int) -> tuple[str, str]:
    """A host's name and address."""
    return f"WS-{number:04}.corp.example", f"10.20.{4 + number // 250}.{1 + number % 250}"


def finding(number: int) -> Finding:
    """A host that has to be named, by any of its names."""
    name, address = host(number)
    return Finding(frozenset({name.lower(), name.lower().partition(".")[0], address}))


def visit(
    time: float,
    number: int,
    by: Iterable[str],
    name: str = NAME,
    late: float = SOON,
    program: str = CHROME,
    through: str = "",
) -> list[Draft]:
    """One contact of a host, as some sensors see it, all within a second."""
    own, address = host(number)
    return [
        Draft(sensor, made, time + place * 0.05, late, through)
        for sensor in by
        for place, made in enumerate(contact(sensor, own, address, name, program))
    ]
