"""Versions of three numbers (https://semver.org)."""

from __future__ import annotations

import pytest

from sigmapack.compare.versions import Reason, greatest, version


@pytest.mark.parametrize(
    ("part", "expected"),
    [("major", "2.0.0"), ("minor", "1.5.0"), ("patch", "1.4.10"), ("none", "1.4.9")],
)
def test_the_next_version_grows_in_one_part_and_ends_in_zeros(part: str, expected: str) -> None:
    assert str(version("1.4.9").next(part)) == expected


def test_versions_are_compared_by_their_numbers() -> None:
    assert version("1.10.0") > version("1.9.9") > version("1.9.0")


@pytest.mark.parametrize("text", ["1.2", "1.2.3.4", "01.2.3", "1.2.x", "v1.2.3", "", "1.2.3\n"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no version of three numbers"):
        version(text)


def test_the_greatest_part_wins_and_none_is_the_least() -> None:
    assert greatest([Reason("patch", ""), Reason("major", ""), Reason("minor", "")]) == "major"
    assert greatest([]) == "none"
