"""What --out may be: anything else is refused in one line, and nothing is touched."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sigmapack.write import WriteRefused, check_replaceable, write
from tests.conftest import ROOT
from tests.write.layer import as_tree, build, scraps, tree

NEW = build("a.txt")


def refused(out: Path, words: str) -> None:
    acts: list[Callable[[], None]] = [lambda: check_replaceable(out), lambda: write(NEW, out)]
    for act in acts:
        with pytest.raises(WriteRefused, match=words) as caught:
            act()
        assert str(caught.value).startswith(f"{out}: ")


def test_the_null_device_stays_a_device() -> None:
    before = os.stat("/dev/null")
    refused(Path("/dev/null"), "is a device: give --out a folder")
    after = os.stat("/dev/null")
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_ctime_ns) == (before.st_ino, before.st_ctime_ns)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mknod needs root")
@pytest.mark.parametrize(("kind", "number"), [(stat.S_IFCHR, (1, 3)), (stat.S_IFBLK, (7, 200))])
def test_a_device_node_stays(tmp_path: Path, kind: int, number: tuple[int, int]) -> None:
    node = tmp_path / "node"
    os.mknod(node, kind | 0o600, os.makedev(*number))
    refused(node, "is a device")
    assert stat.S_IFMT(node.lstat().st_mode) == kind
    assert list(tmp_path.iterdir()) == [node]


def test_a_named_pipe_stays_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "is a named pipe")
    assert stat.S_ISFIFO((tmp_path / "pipe").lstat().st_mode)


def test_a_socket_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is at most 107 bytes long
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("s")
        refused(tmp_path / "s", "is a socket")
        assert stat.S_ISSOCK((tmp_path / "s").lstat().st_mode)


def test_a_file_stays_and_so_does_what_lies_below_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    refused(tmp_path / "file", "is a file")
    refused(tmp_path / "file" / "dist", "lies below a file")
    assert tree(tmp_path) == {"file": b"mine"}


def test_a_link_to_a_file_or_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    for name, target, kind in (("f", tmp_path / "file", "a file"), ("d", "/dev/null", "a device")):
        (tmp_path / name).symlink_to(target)
        refused(tmp_path / name, f"is {kind}")
        assert (tmp_path / name).is_symlink()


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    refused(tmp_path / "one", "is a loop of symbolic links")
    refused(tmp_path / "one" / "dist", "is a loop of symbolic links")


@pytest.mark.parametrize("name", ["x" * 256, "\u00e9" * 128, "d/" * 2100 + "dist"])
def test_a_path_that_is_too_long_is_refused(tmp_path: Path, name: str) -> None:
    refused(tmp_path / name, "is too long a path")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 255, "x" * 240, "\u00e9" * 127])
def test_the_longest_name_works_though_scratch_names_are_longer(tmp_path: Path, name: str) -> None:
    for _ in range(2):
        write(NEW, tmp_path / name)
    assert tree(tmp_path / name) == as_tree(NEW)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_null_byte_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "a\0b", "is no path")


@pytest.mark.parametrize("out", [ROOT, ROOT.parent, Path("/"), ROOT / "tests" / ".."])
def test_the_pack_and_what_holds_it_is_refused(out: Path) -> None:
    refused(out, "is or holds the pack itself")


@pytest.mark.parametrize("above", [0, 1])
def test_the_home_folder_and_what_holds_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: int
) -> None:
    home = tmp_path / "home" / "ada"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    refused((home, home.parent)[above], "is or holds your home folder")
    # Not even where a manifest of the pack lies: an unpacked archive is no reason.
    (home / "manifest.json").write_bytes(NEW[0].data)
    refused((home, home.parent)[above], "is or holds your home folder")
    write(NEW, home / "dist")


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "dist").symlink_to("real")
    for _ in range(2):
        write(NEW, tmp_path / "dist")
    assert os.readlink(tmp_path / "dist") == "real"
    assert tree(tmp_path / "real") == as_tree(NEW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dist", "real"]


def test_a_link_to_a_folder_that_is_not_there_yet_makes_it(tmp_path: Path) -> None:
    (tmp_path / "dist").symlink_to("later/real")
    write(NEW, tmp_path / "dist")
    assert (tmp_path / "dist").is_symlink()
    assert tree(tmp_path / "later" / "real") == as_tree(NEW)


def test_the_callers_own_folder_is_not_taken_from_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "dist"
    out.mkdir()
    monkeypatch.chdir(out)
    before = out.stat().st_ino
    for _ in range(2):
        write(NEW, Path("."))
    assert out.stat().st_ino == before
    assert sorted(os.listdir(".")) == ["a.txt", "manifest.json"]
    assert scraps(tmp_path) == []


def test_the_mode_of_the_folder_stays(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    write(NEW, out)
    out.chmod(0o750)
    write(NEW, out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o750


@pytest.mark.parametrize("name", ["dist\nbuild.py: done", "-x", "~", "\udcff"])
def test_an_odd_name_is_a_folder_like_any(tmp_path: Path, name: str) -> None:
    for _ in range(2):
        write(NEW, tmp_path / name)
    assert tree(tmp_path / name) == as_tree(NEW)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root to be nobody")
@pytest.mark.parametrize("mode", [0o000, 0o555])
def test_a_folder_without_rights_is_refused_and_stays(tmp_path: Path, mode: int) -> None:
    # As nobody, in a folder that everyone may pass through.
    base = Path(tempfile.gettempdir()) / f"rights-{os.getpid()}-{mode}"
    (base / "dist").mkdir(parents=True)
    try:
        (base / "dist").chmod(mode)
        code = (
            "import os, sys; sys.path.insert(0, sys.argv[2])\n"
            "from pathlib import Path; from sigmapack.write import *\n"
            "from sigmapack.compiling.product import Artifact\n"
            "os.setgid(65534); os.setuid(65534)\n"
            "try: write([Artifact('manifest.json', b'{}')], Path(sys.argv[1]))\n"
            "except WriteRefused as error: print(error)"
        )
        command = [sys.executable, "-c", code, str(base / "dist"), str(ROOT)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.stderr == ""
        said = r": Permission denied: nothing changed\n"
        assert re.fullmatch(re.escape(str(base)) + r".*" + said, done.stdout)
        assert list(base.iterdir()) == [base / "dist"]
    finally:
        (base / "dist").rmdir()
        base.rmdir()
