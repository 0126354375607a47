"""Which log sources the events read were of: what looks for none of them need not run."""

from __future__ import annotations

from collections.abc import Collection

from sigmapack.content.model import LogSource


def met(wanted: LogSource, seen: Collection[LogSource]) -> bool:
    """Whether events of a log source may be among those read.

    Args:
        wanted: what a rule looks for; a part that it leaves out may be anything.
        seen: the log sources of events. A category and a service of one event are two of them.
    """
    low = LogSource(*(part.lower() if part else part for part in wanted))
    same = [source for source in seen if low.product in (None, "", source.product)]
    return bool(same) and all(
        not part or part in {source[place] for source in same}
        for place, part in enumerate(low[1:], 1)
    )
