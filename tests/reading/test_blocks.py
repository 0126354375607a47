"""Blocks of JSON Lines: whole records, each byte once, and an end for every stream."""

from __future__ import annotations

import io

import pytest

from sigmapack.events import blocks
from sigmapack.events.blocks import Blocks

LINE = b'{"a": "' + b"x" * 90 + b'"}\n'


def taken(data: bytes, kept: int = 2) -> tuple[list[bytes], Blocks]:
    found = Blocks(io.BufferedReader(io.BytesIO(data)), kept)
    return [bytes(block) for block in found], found


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "SAMPLE", 150)
    monkeypatch.setattr(blocks, "BLOCK", 1_000)
    monkeypatch.setattr(blocks, "MOST_BLOCK", 5_000)


def test_an_empty_stream_has_no_block() -> None:
    assert taken(b"")[0] == []


@pytest.mark.parametrize("count", [1, 2, 9, 10, 11, 100])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_all_blocks_together_are_the_stream(count: int, end: bytes) -> None:
    data = (LINE * count).rstrip(b"\n") + end
    found, _ = taken(data)
    assert b"".join(found) == data
    assert all(block.startswith(b"{") and block.rstrip().endswith(b"}") for block in found)


def test_a_block_grows_with_a_record_over_many_lines() -> None:
    record = b"{\n" + b' "a": 1,\n' * 300 + b' "b": 2\n}\n'
    found, left = taken(record * 5)
    assert b"".join(found) == record * 5
    assert left.rest is None


def test_text_without_records_is_left_to_others_and_none_is_lost() -> None:
    data = LINE * 3 + b"x" * 20_000
    found, left = taken(data)
    assert left.rest is not None
    assert b"".join(found) + left.rest.read() == data
