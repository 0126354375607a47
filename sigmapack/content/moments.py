"""What happened, as the page tells it."""

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
