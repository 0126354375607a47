"""What the tests of exports share: the pack's own indicators, and names that must not match."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from sigmapack import exports
from sigmapack.exports.feed import Feed
from sigmapack.exports.rows import read
from tests.engines.corpus import pack

ROOT = Path(__file__).resolve().parents[2]


@cache
def own(block_from: date | None = None) -> dict[str, bytes]:
    """The pack's own files below `indicators/`."""
    made = exports.artifacts(pack(), block_from)
    return {artifact.path.removeprefix("indicators/"): artifact.data for artifact in made}


@cache
def feed(block_from: date | None = None) -> Feed:
    """The pack's own indicators."""
    return read(pack(), block_from)


def blocked() -> list[str]:
    """The domains of blocking lists."""
    return [found.value for found in feed().blocked("domain")]


def hits(domain: str) -> list[str]:
    """Names that a domain covers, in several cases and depths."""
    return [domain, domain.upper(), f"www.{domain}", f"a.b.{domain.title()}"]


def lookalikes(domain: str) -> list[str]:
    """Names that resemble a domain and are not its."""
    return [f"x{domain}", f"{domain}.example.org", f"{domain}x", domain.replace(".", "-") + ".org"]
