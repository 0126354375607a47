"""Data of products as fields."""

from __future__ import annotations

import pytest

from sigmapack.deployed import plain


def test_places_are_dotted_and_what_is_empty_is_left_out() -> None:
    data = {"a": {"b": [{"c": 1}, {"c": [], "d": None}], "e": ["x", "y"]}, "f": "", "g": False}
    assert plain.fields(data) == {"a.b.0.c": "1", "a.e": "x\ny", "g": "false"}


def test_keys_are_left_out_at_the_top_or_at_any_depth() -> None:
    data = {"id": 1, "a": {"id": 2, "at": 3, "@odata.type": "x"}, "at": 4}
    assert plain.fields(data, {"id"}, {"at"}) == {"a.id": "2"}


def test_the_ends_of_lines_and_of_texts_are_no_difference() -> None:
    assert plain.text("a \r\nb\n\n") == plain.text("a\nb") == "a\nb"


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("1440m", "1d"),
        ("1d2h", "26h"),
        ("PT26H", "P1DT2H"),
        ("P7D", "PT168H"),
        ("1m30s", "90s"),
        ("15m0s", "15m"),
    ],
)
def test_durations_are_compared_by_their_length(written: str, same: str) -> None:
    assert plain.seconds(written) == plain.seconds(same) != written


@pytest.mark.parametrize("text", ["", "P", "PT", "x", "5", "5 m", "-5m", "now"])
def test_what_is_no_duration_stays(text: str) -> None:
    assert plain.seconds(text) == text
