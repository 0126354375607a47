"""Builds at the same time to one place: one after the other, and a living one is left alone."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sigmapack.write import WriteRefused, check_replaceable, lock, scratch, write
from tests.conftest import ROOT
from tests.write.kills import WAYS
from tests.write.layer import as_tree, build, scraps, tree

WRITER = """
import sys
from pathlib import Path
import pytest
from sigmapack.write import write
from tests.write.kills import WAYS
from tests.write.layer import build
way, out, name = sys.argv[1:]
WAYS[way](pytest.MonkeyPatch())
for _ in range(5):
    write(build(*(f"{name}/{number}.txt" for number in range(30)), "all.txt", text=name), Path(out))
"""


@pytest.mark.parametrize("way", WAYS)
def test_eight_builds_at_once_give_one_whole_build(tmp_path: Path, way: str) -> None:
    out = tmp_path / "dist"
    out.mkdir()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, way, str(out), f"n{number}"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        for number in range(8)
    ]
    for writer in writers:
        _, said = writer.communicate(timeout=120)
        assert (writer.returncode, said) == (0, b"")
    trees = []
    for number in range(8):
        names = [*(f"n{number}/{each}.txt" for each in range(30)), "all.txt"]
        trees.append(as_tree(build(*names, text=f"n{number}")))
    assert tree(out) in trees
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]
    assert scraps(tmp_path) == []


def test_a_living_builds_scratch_folder_stays_and_is_waited_for(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    spot = scratch.beside(out)
    with lock.held(spot.lock):
        folder = scratch.make(spot)
        waiting = threading.Thread(target=write, args=(build("a.txt"), out))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive() and folder.is_dir() and not out.exists()
    waiting.join(30)
    assert not waiting.is_alive()
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_a_build_that_hangs_is_named_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "dist"
    held = lock.held
    monkeypatch.setattr(lock, "held", lambda path: held(path, 0.1))
    words = r"\.dist\.lock: another build holds this lock"
    with held(scratch.beside(out).lock), pytest.raises(WriteRefused, match=words):
        write(build("a.txt"), out)
    assert list(tmp_path.iterdir()) == []


def test_without_locks_a_build_works_and_removes_nobodys_scratch_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(number: int, how: int) -> None:
        raise OSError(38, "Function not implemented")

    out = tmp_path / "dist"
    other = scratch.make(scratch.beside(out))
    monkeypatch.setattr(fcntl, "flock", flock)
    write(build("a.txt"), out)
    assert tree(out) == as_tree(build("a.txt"))
    assert sorted(tmp_path.iterdir()) == [other, out]


def test_a_link_in_the_locks_place_is_not_followed(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    (tmp_path / ".dist.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(WriteRefused, match="nothing changed"):
        write(build("a.txt"), out)
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("name", [".dist.original", ".dist.abcdefgh.build", ".dist.build"])
def test_a_folder_that_only_looks_like_scratch_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "mine.txt").write_bytes(b"mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "journal").write_text('{"state": "fill"}', "utf-8")
    (tmp_path / ".dist.linkedto.build").symlink_to(tmp_path / "elsewhere")
    out = tmp_path / "dist"
    write(build("a.txt"), out)
    check_replaceable(out)
    assert (tmp_path / name / "mine.txt").read_bytes() == b"mine"
    assert os.listdir(tmp_path / "elsewhere") == ["journal"]
