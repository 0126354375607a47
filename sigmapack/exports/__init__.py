"""One module an exchange format. A module with an `EXPORT` is one: nothing else registers it.

Everything goes to `dist/indicators/<format>/`; `README.md` there is made of what each module says.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sigmapack.compiling.product import Artifact
from sigmapack.content.model import Content, Problem
from sigmapack.content.words import noted
from sigmapack.exports.feed import Export, Feed
from sigmapack.exports.rows import Unfit, read

__all__ = ["Unfit", "artifacts", "day_of_blocking", "discover"]

FOLDER = "indicators"
#: Days of blocking that can be meant: from the day the compromise became public.
FIRST_DAY, LAST_DAY = date(2023, 3, 29), date(2099, 12, 31)


def day_of_blocking(value: str) -> date:
    """The day that a text of the form YYYY-MM-DD names.

    Raises:
        ValueError: it names none, or one that cannot be meant.
    """
    day: date | None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise ValueError(f"{value!r} is no day of the form YYYY-MM-DD, such as 2026-12-01")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{value} is not between {FIRST_DAY} and {LAST_DAY}")
    return day


def discover() -> dict[str, Export]:
    """All formats by name, in alphabetical order."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = (importlib.import_module(f"{__name__}.{name}") for name in modules)
    exports = (module.EXPORT for module in found if hasattr(module, "EXPORT"))
    return {export.name: export for export in exports}


def artifacts(content: Content, block_from: date | None = None) -> list[Artifact]:
    """The files of all formats below `indicators/`; nothing where there is no indicator.

    Args:
        content: what was read.
        block_from: the day from which a site blocks, for the headers of blocking lists.

    Raises:
        Unfit: a row that no format can carry.
    """
    feed = read(content, block_from)
    if not feed.indicators:
        return []
    exports = discover()
    made = [
        Artifact(f"{FOLDER}/{export.name}/{artifact.path}", artifact.data)
        for export in exports.values()
        for artifact in _files(content, export, feed)
    ]
    return [*made, Artifact(f"{FOLDER}/README.md", _readme(feed, exports).encode())]


def _files(content: Content, export: Export, feed: Feed) -> list[Artifact]:
    """The files of a format.

    Raises:
        Unfit: an indicator that the format cannot carry, such as one that is too long for it.
    """
    try:
        return export.files(feed)
    except ValueError:
        problems = list(_unfit(content, export, feed))
        if not problems:
            raise
        raise Unfit(sorted(problems)) from None


def _unfit(content: Content, export: Export, feed: Feed) -> Iterator[Problem]:
    """A problem for each indicator with which alone the format has no files."""
    for one in feed.indicators:
        try:
            export.files(replace(feed, indicators=(one,)))
        except ValueError as error:
            table = content.lookups[one.table]
            line = next((r.line for r in table.rows if one.value in r.values.values()), 1)
            yield Problem(table.path, line, "too-long", f"{export.title}: {error}")


def _readme(feed: Feed, exports: dict[str, Export]) -> str:
    words = feed.words
    parts = [words(README, count=len(feed.indicators), period=feed.period)]
    parts += [f"## {words(e.title)} (`{e.name}/`)\n\n{words(e.use)}" for e in exports.values()]
    return "\n".join(parts)


README = noted(
    """\
# Indicators of the 3CX supply-chain compromise (CVE-2023-29059)

{count} indicators from the pack's lookups, each with role, confidence and source, in formats that
other products import.

- **To detect** (all indicators, with their confidence): CSV, STIX, MISP, Sentinel, Zeek, QRadar,
  SecOps.
- **To block** (the domains of the CSIRT-RD advisory and high-confidence indicators only): RPZ,
  AdGuard, hosts, Squid, EDL. Suricata's rules alert; those marked `blocking yes` may drop.
- {period}
- Domains cover their subdomains wherever the format can say so.
- Nothing that belongs to a vendor or platform is blocked: a URL on a shared host is in lists of
  URLs, its host never in a list of domains.
- Addresses are blocked only when their row has a `valid_until` on or after the day of blocking:
  those of 2023 have other owners today.
- Affected builds are not here: a version says nothing without its product, see the rules.
"""
)
