"""What happened, as the page tells it, notices for people who do not read logs, and what became of
the names that are blocked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Moment:
    """Something that happened: on a day, or in a month, by whose account."""

    id: str
    date: str
    lane: str
    text: str
    source: str


@dataclass(frozen=True)
class Notice:
    """A notice of one page; `tell` has `{contact}` where the contact goes."""

    title: str
    lead: str
    happened: tuple[str, ...]
    noticed: tuple[str, ...]
    do: tuple[str, ...]
    avoid: tuple[str, ...]
    tell: str


@dataclass(frozen=True)
class Fate:
    """What became of the names with some roles (how these begin): since when, and who says so."""

    id: str
    date: str
    text: str
    source: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Blocking:
    """Since when entries of blocking lists are known, ISO 8601, and what became of them.

    `advisory` is the day of the advisory, `sources` those of sources by how their names begin.
    """

    advisory: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    fates: tuple[Fate, ...] = ()

    def known(self, source: str, advisory: bool) -> str:
        """The day since which an entry is known; "" where no source has a day."""
        if advisory:
            return self.advisory
        parts = [part.strip() for part in source.split(";")]
        return min(
            (
                day
                for name, day in self.sources.items()
                if any(part.startswith(name) for part in parts)
            ),
            default="",
        )

    def fate(self, role: str) -> tuple[Fate, ...]:
        """What became of names with a role."""
        return tuple(each for each in self.fates if role.startswith(each.roles))
