"""How long each entry of the blocking lists is to be blocked, on a given day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sigmapack.content.moments import Blocking, Fate
from sigmapack.content.words import noted
from sigmapack.exports.feed import BLOCKED, LEAST_DAYS, Feed, Indicator

#: The advisory asks for at least 30 days; one that blocks only so long loses what comes later.
MUST, KEEP, OVER = "must", "keep", "over"
STATES = {
    MUST: noted("block: the advisory's days are not over"),
    KEEP: noted("keep it: who has the name today is not known, and an implant still asks"),
    OVER: noted("may end: its row says that it is no longer valid"),
}
#: What the days of an entry run from.
SITE, ADVISORY, SOURCE, NOTHING = "site", "advisory", "source", ""
STARTS = {
    SITE: noted("your first day of blocking"),
    ADVISORY: noted("the advisory, at the earliest"),
    SOURCE: noted("its first source"),
    NOTHING: noted("not known"),
}


@dataclass(frozen=True)
class Entry:
    """An entry: its kind, whether the advisory lists it, and from when to when to block at least.

    Days are ISO 8601, and empty where they are not known. `starts` is one of `STARTS`, `fates` what
    became of it, by whom and when: nothing where nothing is known.
    """

    kind: str
    value: str
    advisory: bool
    confidence: str
    since: str
    starts: str
    until: str
    state: str
    last_seen: str
    fates: tuple[Fate, ...] = ()


def status(
    feed: Feed, day: date, since: date | None, blocking: Blocking | None = None
) -> list[Entry]:
    """What is still to be blocked on a day.

    Args:
        feed: of the content.
        day: that is asked about.
        since: the first day on which the site blocked; without it the days are those of who made an
            entry known, and the site's own are not over.
        blocking: what became of entries.
    """
    found = []
    for kind in BLOCKED:
        for one in feed.of(kind):
            if kind == "ip" or (kind == "domain" and feed.owned(one.value)):
                continue
            if not (one.advisory or one.confidence == "high"):
                continue
            found.append(_entry(one, day, since, blocking or Blocking()))
    return found


def _entry(one: Indicator, day: date, since: date | None, blocking: Blocking) -> Entry:
    first, starts = _start(one, since)
    until = first + timedelta(days=LEAST_DAYS) if first else None
    state = KEEP if since and until and day > until else MUST
    if one.valid_until and one.valid_until < day.isoformat():
        state = OVER
    return Entry(
        one.kind,
        one.value,
        one.advisory,
        one.confidence,
        first.isoformat() if first else "",
        starts,
        until.isoformat() if until else "",
        state,
        one.last_seen,
        blocking.fate(one.role) if one.kind == "domain" else (),
    )


def _start(one: Indicator, since: date | None) -> tuple[date | None, str]:
    """The day from which the days of an entry run: none runs before it was known."""
    known = date.fromisoformat(one.known) if one.known else None
    if since and (known is None or since >= known):
        return since, SITE
    return known, (ADVISORY if one.advisory else SOURCE) if known else NOTHING


def count(entries: Sequence[Entry], state: str) -> int:
    """How many entries are in a state."""
    return sum(entry.state == state for entry in entries)
