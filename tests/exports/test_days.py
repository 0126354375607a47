"""The headers of blocking lists say before which day no block may end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sigmapack.content.moments import Blocking
from sigmapack.content.translation import translated
from sigmapack.exports.rows import read
from tests.engines.corpus import pack
from tests.exports.sample import own


def headers(day: date | None = None) -> dict[str, str]:
    """The beginning of each file that is to be blocked by."""
    folders = ("adguard/", "hosts/", "rpz/", "suricata/")
    return {
        path: data.decode()[:1500]
        for path, data in own(day).items()
        if path.startswith(folders) and b"2023-29059" in data[:300]
    }


def test_without_a_day_of_blocking_they_say_the_earliest_end() -> None:
    found = headers()
    assert len(found) >= 4
    for path, text in found.items():
        assert "Entries are known since 2023-03-29 to 2023-04-11" in text, path
        assert "no block of them may end before 2023-05-11" in text, path


def test_lists_that_hold_urls_too_say_the_end_of_these() -> None:
    (text,) = (data.decode() for path, data in own().items() if path == "edl/ABOUT.txt")
    assert "known since 2023-03-29 to 2023-04-20" in text
    assert "may end before 2023-05-20" in text


def test_with_one_they_say_first_and_last_day() -> None:
    for path, text in headers(date(2026, 12, 1)).items():
        assert "Block from 2026-12-01 until at least 2026-12-31" in text, path
        assert "Entries are known" not in text


def test_content_that_knows_no_days_says_none() -> None:
    assert "Entries are known" not in read(replace(pack(), blocking=Blocking())).period


def test_in_spanish_too() -> None:
    said = read(translated(pack(), "es")).period
    assert "ningún bloqueo puede terminar antes del 2023-05-20" in said


@pytest.mark.parametrize(
    ("source", "advisory", "day"),
    [
        ("SentinelOne list; Volexity threat-intel", False, "2023-03-29"),
        ("ESCU lookup; Volexity threat-intel", False, "2023-03-30"),
        ("a blog", False, ""),
        ("a blog", True, "2023-03-30"),
        ("not the SentinelOne list", False, ""),
    ],
)
def test_the_day_is_the_advisorys_or_that_of_the_first_source(
    source: str, advisory: bool, day: str
) -> None:
    assert pack().blocking.known(source, advisory) == day
