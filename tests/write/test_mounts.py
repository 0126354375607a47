"""Folders that cannot be renamed, as a Docker volume, and disks that are full or read-only."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sigmapack.write import WriteRefused, check_replaceable, disk, write
from tests.cli.command import QUICK, process
from tests.conftest import RULE, RulesFolder
from tests.write.layer import as_tree, build, scraps, tree

OLD = build("a/one.txt", "gone.txt", text="old")
NEW = build("a/one.txt", "b/two.txt", text="new")
BIG = build(*(f"{number}.txt" for number in range(40)), text="x" * 100_000)


@contextmanager
def mounted(place: Path, *how: str) -> Iterator[Path]:
    """A mount at a folder; the test is skipped where none can be made."""
    place.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *how, str(place)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def volume(base: Path) -> list[str]:
    """A file system of its own, as a named volume of Docker is for its container."""
    return ["-t", "tmpfs", "-o", "size=8m", "tmpfs"]


def same_disk(base: Path) -> list[str]:
    """A folder of the same file system, which looks like any folder until it is renamed."""
    (base / "source").mkdir()
    return ["--bind", str(base / "source")]


@pytest.mark.parametrize("kind", [volume, same_disk])
def test_a_mount_takes_builds_and_keeps_what_is_not_theirs(
    tmp_path: Path, kind: Callable[[Path], list[str]]
) -> None:
    with mounted(tmp_path / "out", *kind(tmp_path)) as out:
        (out / "lost+found").mkdir()
        if kind is same_disk:  # only the root of a file system has that folder from the system
            (out / "lost+found").rmdir()
        write(OLD, out)
        (out / "a" / "mine.txt").write_bytes(b"mine")
        (out / "notes.txt").write_bytes(b"notes")
        number = out.stat().st_ino
        write(NEW, out)
        assert tree(out) == {**as_tree(NEW), "a/mine.txt": b"mine", "notes.txt": b"notes"}
        assert out.stat().st_ino == number
        assert scraps(tmp_path) == []
        (out / "b" / "mine.txt").write_bytes(b"in the way")
        with pytest.raises(WriteRefused, match="no build wrote it"):
            write(build("b/mine.txt"), out)
        assert scraps(tmp_path) == []


@pytest.mark.parametrize("kind", [volume, same_disk])
def test_the_command_builds_into_a_mount(
    rules_folder: RulesFolder, tmp_path: Path, kind: Callable[[Path], list[str]]
) -> None:
    rules = str(rules_folder(sample=RULE))
    with mounted(tmp_path / "out", *kind(tmp_path)) as out:
        for _ in range(2):
            done = process("--rules", rules, "--out", str(out), "--quiet", *QUICK)
            assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        assert (out / "manifest.json").is_file()
        assert scraps(tmp_path) == []


def test_a_mount_with_somebodys_files_is_refused(tmp_path: Path) -> None:
    with mounted(tmp_path / "out", *volume(tmp_path)) as out:
        (out / "photo.jpg").write_bytes(b"mine")
        with pytest.raises(WriteRefused, match="not an earlier build"):
            write(NEW, out)
        assert tree(out) == {"photo.jpg": b"mine"}


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV])
def test_a_folder_whose_rename_fails_is_built_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """As Linux says of a mount (EBUSY), and overlayfs of a folder of an image (EXDEV)."""
    out = tmp_path / "dist"
    write(OLD, out)
    (out / "notes.txt").write_bytes(b"notes")
    rename = disk.rename

    def exchange(one: Path, other: Path) -> None:
        raise OSError(number, os.strerror(number), str(other))

    def stuck(source: Path, target: Path) -> None:
        if out in (source, target):
            raise OSError(number, os.strerror(number), str(source))
        rename(source, target)

    monkeypatch.setattr(disk, "exchange", exchange)
    monkeypatch.setattr(disk, "rename", stuck)
    before = out.stat().st_ino
    write(NEW, out)
    assert tree(out) == {**as_tree(NEW), "notes.txt": b"notes"}
    assert out.stat().st_ino == before
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]
    assert scraps(tmp_path) == []


@pytest.mark.parametrize("limit", ["size=1m", "nr_inodes=30"])
@pytest.mark.parametrize("inside", [False, True])
def test_a_full_disk_is_said_and_the_build_stays(tmp_path: Path, inside: bool, limit: str) -> None:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", limit, "tmpfs") as folder:
        out = folder if inside else folder / "dist"
        write(OLD, out)
        (out / "notes.txt").write_bytes(b"notes")
        before = tree(folder)
        with pytest.raises(WriteRefused, match="No space left on device: nothing changed"):
            write(BIG, out)
        assert tree(folder) == before
        assert scraps(folder) == []
        write(NEW, out)
        assert tree(out) == {**as_tree(NEW), "notes.txt": b"notes"}


@pytest.mark.parametrize("inside", [False, True])
def test_a_read_only_disk_is_said_and_the_build_stays(tmp_path: Path, inside: bool) -> None:
    with mounted(tmp_path / "disk", *volume(tmp_path)) as folder:
        out = folder if inside else folder / "dist"
        write(OLD, out)
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        with pytest.raises(WriteRefused, match="Read-only file system: nothing changed"):
            write(NEW, out)
        assert tree(out) == as_tree(OLD)


def test_a_read_only_parent_with_a_writable_folder_is_built_inside(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", *volume(tmp_path)) as folder:
        (folder / "out").mkdir()
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        with mounted(folder / "out", *volume(tmp_path)) as out:
            for files in (OLD, NEW):
                write(files, out)
            assert tree(out) == as_tree(NEW)


def test_a_mount_inside_of_a_build_is_not_emptied(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    write(OLD, out)
    for kind in (volume, same_disk):
        with mounted(out / "a" / "data", *kind(tmp_path)) as data:
            (data / "mine.txt").write_bytes(b"mine")
            before = tree(out)
            with pytest.raises(WriteRefused, match="mounted there: unmount it; nothing changed"):
                write(NEW, out)
            assert tree(out) == before
            check_replaceable(out)
            assert scraps(tmp_path) == []
