"""gzip and zstd: members and frames in sequence; damage keeps what came before it."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.events import packed
from sigmapack.events.packed import BrokenPacking, unpacked, with_head
from sigmapack.events.read import BadRecord, Event
from tests.examples import tried
from tests.reading.sample import read

LINE = b'{"logsource": {"category": "dns"}, "query": "a.example"}\n'
TEXT = LINE * 3000
GZ = gzip.compress(TEXT, 6, mtime=0)
SKIPPABLE = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"
BROKEN = {
    "whole": GZ,
    "two members": GZ + GZ,
    "zeros between and behind": GZ + bytes(900) + GZ + bytes(70_000),
    "cut in the data": GZ[: len(GZ) // 2],
    "cut in the trailer": GZ[:-3],
    "cut in the header": GZ[:6],
    "another checksum": GZ[:-8] + bytes(4) + GZ[-4:],
    "another size": GZ[:-4] + bytes(4),
    "junk behind": GZ + b"junk" * 9,
    "named": GZ[:3] + b"\x1a\0\0\0\0\0\xff" + b"name\0comment\0\0\0" + GZ[10:],
    "extra": GZ[:3] + b"\x04\0\0\0\0\0\xff\x03\x00abc" + GZ[10:],
    "empty": gzip.compress(b"", mtime=0),
}


def held(data: bytes) -> tuple[bytes, str]:
    """What a packed file holds, and what is wrong with it."""
    pieces: list[bytes] = []
    try:
        for piece in unpacked(io.BytesIO(data), data[:4]):
            pieces.append(piece)
    except BrokenPacking as error:
        return b"".join(pieces), str(error)
    return b"".join(pieces), ""


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("name", BROKEN)
def test_gzip_gives_what_pythons_own_gives(
    name: str, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not fast:
        monkeypatch.setattr(packed, "inflating", zlib)
    wanted, broken = b"", False
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(BROKEN[name])) as file:
            while piece := file.read1(512):
                wanted += piece
    except (EOFError, OSError):
        broken = True
    data, error = held(BROKEN[name])
    assert (data, bool(error)) == (wanted, broken)
    assert not error or "cut-off gzip file" in error


@tried(100)
@given(st.integers(0, len(GZ)), st.binary(max_size=5), st.integers(0, 4), st.booleans())
def test_damage_anywhere_ends_in_no_other_exception(
    at: int, put: bytes, cut: int, zstd: bool
) -> None:
    whole = zstandard.compress(TEXT) if zstd else GZ
    held(whole[:4] + whole[4:at] + put + whole[at + cut :])


@pytest.mark.parametrize("size", [None, 5000])
def test_zstd_frames_are_read_in_sequence(tmp_path: Path, size: int | None) -> None:
    writer = zstandard.ZstdCompressor(write_content_size=size is None)
    data = SKIPPABLE + writer.compress(LINE * 2) + SKIPPABLE + writer.compress(LINE * 3)
    path = tmp_path / "x.jsonl.zst"
    path.write_bytes(data)
    assert [type(item) for item in read(path)] == [Event] * 5


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_a_packed_file_that_is_cut_off_gives_what_it_has(tmp_path: Path, kind: str) -> None:
    lines = b"".join(LINE.replace(b"a.ex", b"a%d.ex" % number) for number in range(40_000))
    data = gzip.compress(lines) if kind == "gz" else zstandard.compress(lines)
    path = tmp_path / f"x.{kind}"
    path.write_bytes(data[: len(data) * 9 // 10])
    *events, last = read(path)
    assert len(events) > 10_000
    assert isinstance(last, BadRecord) and "cut-off" in last.message


def test_a_zstd_bomb_is_given_in_bounded_pieces() -> None:
    data = zstandard.compress(bytes(400 * 1024 * 1024), 1)
    sizes = [len(piece) for piece in unpacked(io.BytesIO(data), data[:4])]
    assert sum(sizes) == 400 * 1024 * 1024
    assert max(sizes) <= 32 * 1024 * 1024


def test_what_breaks_in_the_head_breaks_the_stream_where_it_would_have() -> None:
    data = GZ[: len(GZ) // 2]
    head, stream = with_head(unpacked(io.BytesIO(data), data[:4]), 10 * len(TEXT))
    taken = b""
    with pytest.raises(BrokenPacking):
        while piece := stream.read1(1000):
            taken += piece
    assert taken == head == held(data)[0]
