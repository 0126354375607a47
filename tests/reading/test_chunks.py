"""EVTX files: whatever is broken off or blotted out, each record is read or counted as lost."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest

from sigmapack.events import chunks
from sigmapack.events.read import BadRecord, Event, UnreadableInput
from tests.reading.evtx import evtx, evtx_of, sysmon
from tests.reading.sample import read

EVENTS = [sysmon(f"a{number}.example") for number in range(23)]
WHOLE = evtx(*EVENTS)
FIRST = 4096 + 512
THREE = evtx_of(EVENTS[:10], EVENTS[10:15], EVENTS[15:])
CHUNK = 65536


def counted(path: Path, data: bytes | bytearray) -> tuple[int, int, list[str]]:
    """Events read, records lost, and what is said of these."""
    path.write_bytes(data)
    found = read(path)
    bad = [record for record in found if isinstance(record, BadRecord)]
    events = [record.record for record in found if isinstance(record, Event)]
    assert events == sorted(set(events))
    return len(events), sum(record.count for record in bad), [record.message for record in bad]


@pytest.mark.parametrize("size", [FIRST, FIRST + 20, FIRST + 5000, FIRST + 10_000, FIRST + 15_000])
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_cut_off_says_how_many_records_are_lost(
    tmp_path: Path, size: int, packed: bool
) -> None:
    data = gzip.compress(WHOLE[:size], 1, mtime=0) if packed else WHOLE[:size]
    read_, lost, messages = counted(tmp_path / "x.evtx", data)
    assert read_ + lost == 23 and read_ < 23
    assert "cut off" in messages[-1]
    if lost > 1:
        assert "records are lost" in messages[-1]


def test_a_file_that_is_cut_off_after_its_last_record_loses_none(tmp_path: Path) -> None:
    read_, lost, messages = counted(tmp_path / "x.evtx", WHOLE[:-100])
    assert (read_, lost) == (23, 0)
    assert "cut off here, after its last record" in messages[0]


def test_chunks_that_are_cut_off_are_counted_by_the_files_header(tmp_path: Path) -> None:
    read_, lost, _ = counted(tmp_path / "x.evtx", THREE[: 4096 + CHUNK])
    assert (read_, lost) == (10, 13)


def test_a_chunk_without_its_records_is_lost_and_counted(tmp_path: Path) -> None:
    blotted = bytearray(WHOLE)
    blotted[FIRST:] = bytes(len(blotted) - FIRST)
    assert counted(tmp_path / "x.evtx", blotted)[:2] == (0, 23)
    short = bytearray(WHOLE)
    struct.pack_into("<I", short, 4096 + 0x30, 512)  # its header ends it before the first record
    read_, lost, messages = counted(tmp_path / "x.evtx", short)
    assert (read_, lost) == (0, 23)
    assert "23 records are lost" in messages[0]


@pytest.mark.parametrize("filled", [b"\0", b"\xff"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_chunk_that_is_blotted_out_is_counted_by_its_neighbours(
    tmp_path: Path, filled: bytes, number: int
) -> None:
    data = bytearray(THREE)
    start = 4096 + number * CHUNK
    data[start : start + CHUNK] = filled * CHUNK
    read_, lost, messages = counted(tmp_path / "x.evtx", data)
    # Before the first chunk nobody says how many there were.
    assert (read_, lost) == [(13, 1), (18, 5), (15, 8)][number]
    assert "damaged part of the EVTX file" in messages[0]


def test_a_broken_record_loses_no_other_in_silence(tmp_path: Path) -> None:
    data = bytearray(WHOLE)
    second = data.index(b"**\0\0", FIRST + 4)
    data[second : second + 4] = b"xxxx"
    read_, lost, _ = counted(tmp_path / "x.evtx", data)
    assert read_ >= 1 and read_ + lost == 23


def test_a_header_that_cannot_be_true_is_not_believed(tmp_path: Path) -> None:
    data = bytearray(WHOLE)
    struct.pack_into("<Q", data, 4096 + 16, 2**63)  # the chunk's last record
    struct.pack_into("<QQ", data, 24, 2**62, 0)  # the file's next record
    assert counted(tmp_path / "x.evtx", data)[0] == 23
    cut = bytearray(THREE[: 4096 + CHUNK])
    struct.pack_into("<Q", cut, 24, 2**62)
    assert counted(tmp_path / "x.evtx", cut)[1] == 2  # at least one a chunk


def test_a_damaged_header_of_the_file_costs_nothing(tmp_path: Path) -> None:
    data = bytearray(WHOLE)
    data[8:4096] = b"\xee" * 4088
    assert counted(tmp_path / "x.evtx", data)[0] == 23


def test_empty_chunks_at_the_end_are_nothing(tmp_path: Path) -> None:
    assert counted(tmp_path / "x.evtx", WHOLE + bytes(3 * CHUNK)) == (23, 0, [])


def test_a_file_without_a_chunk_is_unreadable_and_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.evtx"
    path.write_bytes(WHOLE[:4096] + b"x" * CHUNK)
    with pytest.raises(UnreadableInput, match="damaged EVTX file"):
        read(path)
    monkeypatch.setattr(chunks, "MOST_CHUNKS", 2)
    read_, lost, messages = counted(path, THREE)
    assert (read_, lost) == (15, 1) and "the limit of an EVTX file" in messages[-1]
