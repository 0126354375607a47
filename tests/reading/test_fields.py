"""Fields: nested records flattened, times and hashes in one form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sigmapack.events.fields import ShapeError, flatten, joined_hashes, timestamp
from tests.reading.sample import FLAT, one


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2023-03-29 10:00:00.123", "2023-03-29T10:00:00.123Z"),
        ("2023-03-29T10:00:00.1239999Z", "2023-03-29T10:00:00.123Z"),
        ("2023-03-29T12:00:00+02:00", "2023-03-29T10:00:00.000Z"),
        ("2023-03-29T04:30:00,5-0530", "2023-03-29T10:00:00.500Z"),
        ("2023-03-29 10:00 UTC", "2023-03-29T10:00:00.000Z"),
        ("1680084000.123", "2023-03-29T10:00:00.123Z"),
        ("1680084000123", "2023-03-29T10:00:00.123Z"),
        ("1680084000123456", "2023-03-29T10:00:00.123Z"),
        ("133245576001230000", "2023-03-29T10:00:00.123Z"),
        ("1680084000123456789", "2023-03-29T10:00:00.123Z"),
        ("/Date(1680084000123)/", "2023-03-29T10:00:00.123Z"),
        ("2023-02-30T10:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_of_all_exporters_have_one_form(written: str, read_as: str | None) -> None:
    assert timestamp(written) == read_as


def test_an_event_without_a_time_is_an_event(tmp_path: Path) -> None:
    record = {name: value for name, value in FLAT.items() if name != "UtcTime"}
    assert one(tmp_path, record).timestamp is None


def test_nested_names_are_joined_and_empty_values_left_out() -> None:
    record = {"a": {"b": 1, "c": None, "_note": "x"}, "d": [], "e": [{"f": 1}, {"f": [2, 3]}]}
    assert flatten(record) == {"a.b": "1", "e.f": ("1", "2", "3")}


def test_text_that_no_database_stores_is_made_storable() -> None:
    assert flatten({"a": "x\udc00y", "b": "C:\\a.exe\0\0"}) == {"a": "x?y", "b": "C:\\a.exe"}


def test_nesting_is_bounded() -> None:
    record: dict[str, Any] = {}
    for _ in range(40):
        record = {"a": [record]}
    with pytest.raises(ShapeError, match="nested deeper than 32 levels"):
        flatten(record)


def test_separate_hashes_are_joined_when_their_length_is_right() -> None:
    fields = {"SHA256": "A" * 64, "md5": "b" * 32, "sha1": "c" * 39, "imphash": "not hex" * 4}
    assert joined_hashes(fields) == "MD5=" + "b" * 32 + ",SHA256=" + "A" * 64
    assert joined_hashes({"sha1": ""}) is None


def test_a_list_of_values_stays_a_list(tmp_path: Path) -> None:
    record = {"_path": "dns", "ts": 1.0, "query": "a", "answers": ["0.0.0.0", "::"]}
    assert one(tmp_path, record).fields["answers"] == ("0.0.0.0", "::")


def test_notes_are_no_part_of_an_event(tmp_path: Path) -> None:
    assert "_note" not in one(tmp_path, {"_note": "why", **FLAT}).fields
