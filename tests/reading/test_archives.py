"""Zip archives: each member is a file of its own, and a bad one costs itself."""

from __future__ import annotations

import gzip
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sigmapack.content.model import Content
from sigmapack.events import archives
from sigmapack.events.read import BadRecord, Event, UnreadableInput
from sigmapack.replay import replay
from tests.conftest import MakeContent
from tests.reading.evtx import evtx_of, sysmon
from tests.reading.sample import read

LINE = b'{"logsource": {"category": "dns"}, "query": "a.example"}\n'
ZEEK = b"#separator \\x09\n#fields\tts\tuid\tid.orig_h\n1680084000.0\tC1\t10.0.0.1\n"


def archive(tmp_path: Path, **members: bytes) -> Path:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def told(path: Path) -> Iterator[tuple[str, str]]:
    for item in read(path):
        name = item.file.partition("!")[2]
        yield name, "event" if isinstance(item, Event) else f"{item.kind}: {item.message}"


def test_each_member_is_read_as_a_file_is(tmp_path: Path) -> None:
    members = {
        "a.jsonl": LINE,
        "deep/b.log.gz": gzip.compress(LINE),
        "c.evtx": evtx_of([sysmon("a.example")]),
        "zeek/dns.log": ZEEK,
    }
    path = archive(tmp_path, **members)
    assert list(told(path)) == [(name, "event") for name in members]
    assert next(item.file for item in read(path)) == f"{path}!a.jsonl"


def test_what_is_no_file_of_events_is_told_with_its_name(tmp_path: Path) -> None:
    nested = archive(tmp_path, a=b"1").read_bytes()
    path = archive(
        tmp_path, **{"notes.txt": b"x", "in.zip": nested, "in.log": nested, "a.json": LINE}
    )
    found = dict(told(path))
    assert found["notes.txt"].startswith("skipped: suffix .txt")
    assert found["in.zip"].startswith("file: an archive inside an archive")
    assert found["in.log"].startswith("file: an archive inside an archive")
    assert found["a.json"] == "event"


def test_an_encrypted_member_is_told(tmp_path: Path) -> None:
    path = archive(tmp_path, **{"a.json": LINE})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(data)
    assert "file: an encrypted member" in dict(told(path))["a.json"]


def test_no_name_of_a_member_is_a_path_on_this_machine(tmp_path: Path) -> None:
    path = archive(tmp_path, **{"../../../../etc/evil.json": LINE, "C:\\evil.json": LINE})
    assert len(read(path)) == 2
    assert sorted(os.listdir(tmp_path)) == ["x.zip"]


def test_a_damaged_member_gives_what_it_has_and_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.json", LINE * 2)
        file.writestr("b.json", LINE)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"a.example", b"z.example", 1))
    items = read(path)
    assert [type(item).__name__ for item in items][-1] == "Event"
    assert any(isinstance(item, BadRecord) and "cut-off zip" in item.message for item in items)


def test_an_archive_that_is_cut_off_is_unreadable(tmp_path: Path) -> None:
    path = archive(tmp_path, **{"a.json": LINE * 50})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UnreadableInput, match="cut-off zip archive"):
        read(path)


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 1)
    with pytest.raises(UnreadableInput, match="more than 1 members"):
        read(archive(tmp_path, **{"a.json": LINE, "b.json": LINE}))


def test_a_replay_counts_members_that_cannot_be_read(
    tmp_path: Path, make_content: MakeContent
) -> None:
    content: Content = make_content()
    path = archive(tmp_path, **{"in.zip": b"x", "a.txt": b"x", "a.json": LINE})
    report = replay(content, [path])
    assert report.events == 1 and report.unreadable == 0
    assert [Path(str(error.path)).name for error in report.unread] == ["x.zip!in.zip"]
    assert [Path(str(error.path)).name for error in report.skipped] == ["x.zip!a.txt"]
