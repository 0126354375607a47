"""Problems for which nothing is made."""

from __future__ import annotations

from collections.abc import Iterable

from sigmapack.content.model import Content, Problem


class Stopped(Exception):
    """Problems for which nothing is made, and the content that they are of, where it was read."""

    def __init__(self, found: Iterable[Problem], content: Content | None = None) -> None:
        self.problems = list(found)
        self.content = content
        super().__init__(f"{len(self.problems)} problems")


def stop_on(found: Iterable[Problem], content: Content | None = None) -> None:
    """Go on only where nothing is wrong.

    Args:
        found: what is.
        content: that was looked at.

    Raises:
        Stopped: something is.
    """
    if listed := sorted(set(found)):
        raise Stopped(listed, content)
