"""JSON arrays read piece by piece: the same records wherever the pieces end, and each accounted."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from sigmapack.events import arrays
from sigmapack.events.read import BadRecord, Event
from tests.reading.sample import FLAT, read

GOOD = json.dumps(FLAT)


def counted(path: Path, text: str) -> tuple[int, list[tuple[int, str]]]:
    path.write_text(text, "utf-8")
    found = read(path)
    bad = [(record.line, record.message) for record in found if isinstance(record, BadRecord)]
    return sum(isinstance(record, Event) for record in found), bad


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
@pytest.mark.parametrize("indent", [None, 1])
def test_pieces_may_end_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int, indent: int | None
) -> None:
    monkeypatch.setattr(arrays, "PIECE", piece)
    path = tmp_path / "x.json"
    records = [
        {**FLAT, "QueryName": f'\U0001f600{number}.ü\\" ', "N": -number * 10**number}
        for number in range(20)
    ]
    for ascii_only in (True, False):
        text = json.dumps([*records, 123456], indent=indent, ensure_ascii=ascii_only)
        path.write_text(text, "utf-8")
        *events, number = read(path)
        names = [event.fields["QueryName"] for event in events if isinstance(event, Event)]
        assert names == [record["QueryName"] for record in records]
        assert isinstance(number, BadRecord) and "no object" in number.message
        assert number.line == text[: text.index("123456")].count("\n") + 1


def test_an_array_inside_is_read_or_told(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert counted(path, f"[[{GOOD}, {GOOD}],\n[{GOOD}], 5]") == (
        3,
        [(2, "JSON, but no object: give one JSON object for each event")],
    )
    events, bad = counted(path, f"[[],\n{GOOD},\n[[]],\n{GOOD}]")
    assert events == 2
    assert [line for line, message in bad if "an empty array" in message] == [1, 3]


def test_brackets_without_end_are_one_bad_record(tmp_path: Path) -> None:
    for text in ("[" * 100_000, "[" * 100_000 + "]" * 100_000):
        events, bad = counted(tmp_path / "x.json", text)
        assert (events, len(bad)) == (0, 1)


def test_an_element_nested_without_end_costs_itself_only(tmp_path: Path) -> None:
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    events, bad = counted(tmp_path / "x.json", f"[\n{GOOD},\n{deep},\n{GOOD}\n]")
    assert events == 2 and ["nested too deeply" in message for _, message in bad] == [True]


def test_an_element_that_is_too_long_costs_itself_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "MAX_RECORD", 10_000)
    monkeypatch.setattr(arrays, "PIECE", 100)
    for size in (10_001, 100_000):
        long = json.dumps({**FLAT, "Image": "x" * size})
        events, bad = counted(tmp_path / "x.json", f"[\n{GOOD},\n{long},\n{GOOD}\n]")
        assert events == 2
        ((line, message),) = bad
        assert line == 3 and "the limit of a record" in message


def test_bytes_that_are_no_text_cost_their_element_only(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(f'[{GOOD}, {{"Channel": "caf'.encode() + b'\xe9"}, ' + GOOD.encode() + b"]")
    assert [type(record).__name__ for record in read(path)] == ["Event", "BadRecord", "Event"]


def test_a_packed_array_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "x.json.gz"
    records = [{**FLAT, "ProcessId": number} for number in range(5000)]
    data = gzip.compress(json.dumps(records).encode(), mtime=0)
    path.write_bytes(data[: len(data) // 2])
    found = read(path)
    assert sum(isinstance(record, Event) for record in found) > 1000
    assert isinstance(found[-1], BadRecord) and "cut-off gzip file" in found[-1].message
