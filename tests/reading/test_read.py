"""Files: encodings, packing, EVTX or text, and what of a damaged one is kept."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from sigmapack.events.read import BadRecord, Event, UnreadableInput
from tests.reading.sample import FLAT, read


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("array", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_and_arrays_plain_and_packed(
    tmp_path: Path, packed: bool, array: bool, encoding: str
) -> None:
    records = [FLAT, {**FLAT, "QueryName": "ü.example"}]
    lines = "\r\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    text = json.dumps(records, ensure_ascii=False, indent=1) if array else lines
    data = text.encode(encoding)
    path = tmp_path / "events"
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    found = [event for event in read(path) if isinstance(event, Event)]
    assert [event.fields["QueryName"] for event in found] == ["a.example", "ü.example"]
    assert [event.record for event in found] == [1, 2]


def test_bytes_that_are_no_text_cost_their_record_only(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    good = json.dumps(FLAT).encode()
    path.write_bytes(good + b'\n{"Channel": "caf\xe9"}\n' + good + b"\n")
    kinds = [type(record).__name__ for record in read(path)]
    assert kinds == ["Event", "BadRecord", "Event"]


def test_a_packed_file_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl.gz"
    lines = "".join(json.dumps({**FLAT, "ProcessId": n}) + "\n" for n in range(5000))
    data = gzip.compress(lines.encode(), mtime=0)
    path.write_bytes(data[: len(data) // 2])
    *events, last = read(path)
    assert len(events) > 10
    assert isinstance(last, BadRecord) and "cut-off gzip file" in last.message


def test_an_empty_file_has_no_events(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"")
    assert read(path) == []


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("x.bin", b"\x7fELF\0\0\0\0", "neither JSON text nor an EVTX file"),
        ("x.evtx", b"MZ text", "not an EVTX file"),
        ("x.evtx", b"ElfFile\0" + bytes(5000), "damaged EVTX file"),
    ],
)
def test_a_file_of_another_kind_is_unreadable(
    tmp_path: Path, name: str, data: bytes, text: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableInput, match=text):
        read(path)


def test_a_folder_and_a_missing_file_are_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="a folder, not a file"):
        read(tmp_path)
    with pytest.raises(UnreadableInput, match="no such file"):
        read(tmp_path / "nowhere.jsonl")


def test_xml_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("<Events>", "utf-8")
    (record,) = read(path)
    assert isinstance(record, BadRecord) and "not read" in record.message


def test_a_file_that_the_system_does_not_open_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.symlink_to(path)  # a loop; a file without permission would stop nobody who is root
    with pytest.raises(UnreadableInput, match="cannot be read"):
        read(path)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf",
        b" \r\n\r\n",
        b"[]",
        b"[\n]\n",
        pytest.param(gzip.compress(b"", mtime=0), id="gzip of nothing"),
    ],
)
def test_a_file_that_says_nothing_has_no_events(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)
    assert read(path) == []


@pytest.mark.parametrize("nuls", [1, 100, 5000])
@pytest.mark.parametrize("place", [0, 1])
def test_a_line_of_nuls_costs_itself_only(tmp_path: Path, nuls: int, place: int) -> None:
    path = tmp_path / "x.jsonl"
    lines = [json.dumps(FLAT)] * 3
    lines.insert(place, "\0" * nuls)
    path.write_text("\n".join(lines), "utf-8")
    kinds = [type(record).__name__ for record in read(path)]
    assert sorted(kinds) == ["BadRecord", "Event", "Event", "Event"]
