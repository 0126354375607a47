"""Versions of the content (https://semver.org): which part has to grow for which change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

#: From the greatest to the least. The last is for builds that are the same.
PARTS = ("major", "minor", "patch", "none")
FORM = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})")


class Reason(NamedTuple):
    """Why a part of the version has to grow."""

    part: str
    text: str


class Version(NamedTuple):
    """A version of three numbers; a later one is greater."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return ".".join(map(str, self))

    def next(self, part: str) -> Version:
        """The next version in which a part has grown."""
        grown = {
            "major": Version(self.major + 1, 0, 0),
            "minor": Version(self.major, self.minor + 1, 0),
            "patch": Version(self.major, self.minor, self.patch + 1),
        }
        return grown.get(part, self)


def version(text: str) -> Version:
    """The version that a text is.

    Raises:
        ValueError: it is none of three numbers.
    """
    found = FORM.fullmatch(text)
    if not found:
        raise ValueError(f"{text[:40]!r} is no version of three numbers, such as 1.2.0")
    return Version(*map(int, found.groups()))


def greatest(reasons: Sequence[Reason]) -> str:
    """The greatest part that has to grow."""
    return min((reason.part for reason in reasons), key=PARTS.index, default=PARTS[-1])
