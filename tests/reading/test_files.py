"""Which files are read: every entry of a folder is read, or told with a reason."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from pathlib import Path

import pytest

from sigmapack.events.files import UnreadableInput, gather
from tests.reading.sample import read

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes, sockets and links of POSIX")


def told(errors: Iterable[UnreadableInput]) -> dict[str, str]:
    return {Path(error.path).name: error.message for error in errors}


def test_every_entry_of_a_folder_is_read_or_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path has 107 bytes at most
    folder = Path("logs")
    (folder / "deep").mkdir(parents=True)
    for name in ("a.jsonl", "deep/B.JSON", "deep/c.Evtx", "notes.txt", "none"):
        (folder / name).write_bytes(b"")
    (folder / "loop").symlink_to(folder.absolute())
    (folder / "linked.json").symlink_to((folder / "a.jsonl").absolute())
    (folder / "dangling.log").symlink_to("nowhere")
    (folder / "self.gz").symlink_to("self.gz")
    os.mkfifo(folder / "pipe.jsonl")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket.log"))
        found = gather([folder])
    assert [path.name for path in found.files] == ["a.jsonl", "B.JSON", "c.Evtx", "linked.json"]
    unread, skipped = told(found.unread), told(found.skipped)
    assert unread.keys() == {"dangling.log", "self.gz", "pipe.jsonl", "socket.log"}
    assert "a named pipe" in unread["pipe.jsonl"] and "a socket" in unread["socket.log"]
    assert "no such file" in unread["dangling.log"]
    assert skipped.keys() == {"notes.txt", "none", "loop"}
    assert ".txt" in skipped["notes.txt"] and "not followed" in skipped["loop"]


def test_a_folder_that_cannot_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.json").write_bytes(b"")
    listed = os.scandir

    def scandir(path: Path) -> os._ScandirIterator[str]:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return listed(str(path))

    monkeypatch.setattr(os, "scandir", scandir)  # root may list everything
    found = gather([tmp_path])
    assert [path.name for path in found.files] == ["a.json"]
    assert told(found.unread) == {"closed": "a folder that cannot be listed: Permission denied"}


def test_a_folder_without_event_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"")
    found = gather([tmp_path])
    assert "no event files below" in told(found.unread)[tmp_path.name]
    assert told(found.skipped).keys() == {"x.txt"}


def test_a_file_that_is_named_may_have_any_suffix(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"")
    assert gather([tmp_path / "x.txt"]).files == (tmp_path / "x.txt",)


def test_a_pipe_and_a_device_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableInput, match="a named pipe, not a file; it is not opened"):
        gather([tmp_path / "pipe"])
    with pytest.raises(UnreadableInput, match="a named pipe, not a file"):
        read(tmp_path / "pipe")
    with pytest.raises(UnreadableInput, match="a device, not a file"):
        gather([Path("/dev/zero")])


def test_a_pipe_that_a_shell_hands_over_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"{broken\n")
    os.close(writing)
    try:
        assert len(read(Path(f"/dev/fd/{reading}"))) == 1
    finally:
        os.close(reading)


def test_a_path_that_no_system_takes_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "a\0b", tmp_path / ("x" * 5000)):
        with pytest.raises(UnreadableInput, match="cannot be read"):
            gather([path])


def test_patterns_that_no_shell_expanded_are_expanded(tmp_path: Path) -> None:
    for name in ("b.log", "a.log", "a[1].log", "deep/c.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    names = [path.name for path in gather([tmp_path / "*.log"]).files]
    assert names == ["a.log", "a[1].log", "b.log"]
    assert [p.name for p in gather([tmp_path / "a[1].log"]).files] == ["a[1].log"]
    assert "c.log" in [path.name for path in gather([tmp_path / "**" / "*.log"]).files]
    with pytest.raises(UnreadableInput, match="no file matches"):
        gather([tmp_path / "*.evtx"])


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("access.log.1", True),
        ("query.log-20230329", True),
        ("dns.log.2023-03-29", True),
        ("a.csv", True),
        ("a.jsonl.zst", True),
        ("a.zip", True),
        ("notes.txt", False),
        ("access.log.bak", False),
        ("catalog", False),
    ],
)
def test_which_files_of_a_folder_are_taken(tmp_path: Path, name: str, taken: bool) -> None:
    (tmp_path / name).write_bytes(b"")
    assert bool(gather([tmp_path]).files) is taken


def test_a_dash_is_standard_input(tmp_path: Path) -> None:
    import subprocess
    import sys

    from tests.conftest import ROOT

    code = (
        "import pathlib; from sigmapack.events.read import read_events\n"
        "print([e.fields['query'] for e in read_events(pathlib.Path('-'), {})])"
    )
    line = b'{"logsource": {"category": "dns"}, "query": "a.example"}\n'
    done = subprocess.run([sys.executable, "-c", code], input=line, capture_output=True, cwd=ROOT)
    assert done.stdout.decode().strip() == "['a.example']", done.stderr
    assert gather([Path("-")]).files == (Path("-"),)
