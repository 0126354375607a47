"""Problems for which nothing is made."""

from __future__ import annotations

from collections.abc import Iterable

from sigmapack.content.model import Problem


class Stopped(Exception):
    """Problems for which nothing is made."""

    def __init__(self, found: Iterable[Problem]) -> None:
        self.problems = list(found)
        super().__init__(f"{len(self.problems)} problems")


def stop_on(found: Iterable[Problem]) -> None:
    """Go on only where nothing is wrong.

    Raises:
        Stopped: something is.
    """
    if listed := sorted(set(found)):
        raise Stopped(listed)
