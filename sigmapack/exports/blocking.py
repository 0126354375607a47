"""How long each entry of the blocking lists is to be blocked, on a given day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sigmapack.content.words import noted
from sigmapack.exports.feed import BLOCKED, LEAST_DAYS, Feed

#: The advisory asks for at least 30 days; one that blocks only so long loses what comes later.
MUST, KEEP, OVER = "must", "keep", "over"
STATES = {
    MUST: noted("block: the advisory's days are not over"),
    KEEP: noted("keep it: who has the name today is not known, and an implant still asks"),
    OVER: noted("may end: its row says that it is no longer valid"),
}


@dataclass(frozen=True)
class Entry:
    """An entry: its kind, whether the advisory lists it, and until when to block at least."""

    kind: str
    value: str
    advisory: bool
    confidence: str
    until: str
    """ISO 8601; empty where it is not known since when the site blocks."""
    state: str
    last_seen: str


def status(feed: Feed, day: date, since: date | None) -> list[Entry]:
    """What is still to be blocked on a day.

    Args:
        feed: of the content.
        day: that is asked about.
        since: the first day on which the site blocked; without it the advisory's days are not over.
    """
    until = since + timedelta(days=LEAST_DAYS) if since else None
    found = []
    for kind in BLOCKED:
        for one in feed.of(kind):
            if kind == "ip" or (kind == "domain" and feed.owned(one.value)):
                continue
            if not (one.advisory or one.confidence == "high"):
                continue
            state = KEEP if until and day > until else MUST
            if one.valid_until and one.valid_until < day.isoformat():
                state = OVER
            last = until.isoformat() if until else ""
            found.append(
                Entry(kind, one.value, one.advisory, one.confidence, last, state, one.last_seen)
            )
    return found


def count(entries: Sequence[Entry], state: str) -> int:
    """How many entries are in a state."""
    return sum(entry.state == state for entry in entries)
