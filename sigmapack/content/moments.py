"""What happened, as the page tells it, and notices for people who do not read logs."""

from __future__ import annotations

from dataclasses import dataclass


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
