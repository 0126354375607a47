"""When a correlation runs on Elastic, and at which stretches of time each run looks.

Every run looks at several stretches, each as long as the correlation's span: the one that ends now,
those that ended one interval earlier, two intervals earlier, and so on for as long as events come
late. What happens within three quarters of a span is therefore seen whole by one of the stretches,
though it was indexed late or a run was left out, and none counts more than a span.
"""

from __future__ import annotations

from sigmapack.targets.schedules import LATE

#: Minutes between runs, at most.
MOST = 60


def interval(seconds: int) -> int:
    """Minutes between the runs of a correlation: four in a span at least."""
    return max(1, min(MOST, seconds // 240))


def offsets(seconds: int) -> list[int]:
    """How many minutes ago the stretches of a run end."""
    every = interval(seconds)
    return list(range(0, LATE + 2 * every, every))


def back(seconds: int) -> int:
    """Minutes that a run looks back: over the span, its interval and late events."""
    return -(-seconds // 60) + offsets(seconds)[-1]
