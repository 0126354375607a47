"""Lists without attributes: one list a kind and confidence, so that the name says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sigmapack.exports.feed import Feed, Indicator

LEVELS = ("high", "medium", "low")


def by_confidence(
    feed: Feed, kind: str, name: str, values: Callable[[Indicator], Iterable[str]]
) -> Iterator[tuple[str, list[str]]]:
    """(`<name>_<confidence>`, values) of every confidence that occurs."""
    for level in LEVELS:
        found = [v for one in feed.of(kind) if one.confidence == level for v in values(one)]
        if found:
            yield f"{name}_{level}", found
