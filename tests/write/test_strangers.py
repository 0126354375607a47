"""What somebody put into an earlier build is kept, or the build stops and says so."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sigmapack.compiling.product import Artifact
from sigmapack.write import WriteRefused, disk, scratch, write
from tests.write.layer import as_tree, build, scraps, tree
from tests.write.test_faults import KINDS, Kind

OLD = build("a/one.txt", "gone.txt", text="old")
NEW = build("a/one.txt", "b/two.txt", text="new")


@pytest.fixture(params=KINDS)
def out(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an earlier build, for each way of the swap."""
    kind: Kind = request.param
    kind(monkeypatch)
    write(OLD, tmp_path / "dist")
    return tmp_path / "dist"


def test_files_links_folders_and_pipes_are_kept(out: Path) -> None:
    (out / "a" / "mine.txt").write_bytes(b"mine")
    (out / "notes.txt").write_bytes(b"notes")
    (out / "empty" / "folder").mkdir(parents=True)
    (out / "link").symlink_to("nowhere")
    (out / "a" / "up").symlink_to("..")
    os.mkfifo(out / "pipe")
    number = (out / "notes.txt").stat().st_ino
    for _ in range(2):
        write(NEW, out)
    assert tree(out) == {**as_tree(NEW), "a/mine.txt": b"mine", "notes.txt": b"notes"}
    assert (out / "empty" / "folder").is_dir()
    assert (os.readlink(out / "link"), os.readlink(out / "a" / "up")) == ("nowhere", "..")
    assert (out / "pipe").is_fifo()
    assert (out / "notes.txt").stat().st_ino == number  # the same file, also to who has it open
    assert scraps(out.parent) == []


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("b/two.txt", "b/two.txt"),
        ("b", "b"),
        ("b/two.txt/inside", "b/two.txt/inside"),
        ("b/two.txt/", "b/two.txt"),
    ],
)
def test_a_file_in_the_way_stops_the_build(out: Path, path: str, shown: str) -> None:
    mine = out / path
    if path.endswith("/"):
        mine.mkdir(parents=True)
    else:
        mine.parent.mkdir(parents=True, exist_ok=True)
        mine.write_bytes(b"mine")
    before = tree(out)
    with pytest.raises(WriteRefused, match=r"no build wrote it, .*nothing changed") as caught:
        write(NEW, out)
    assert str(caught.value).startswith(f"{out / shown}: ")
    assert tree(out) == before
    assert mine.exists()
    assert scraps(out.parent) == []


def test_a_built_file_that_became_a_link_is_somebodys(out: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "one.txt").write_bytes(b"mine")
    (out / "a" / "one.txt").unlink()
    (out / "a").rmdir()
    (out / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WriteRefused, match="no build wrote it"):
        write(NEW, out)
    assert tree(tmp_path / "elsewhere") == {"one.txt": b"mine"}


@pytest.mark.parametrize("name", ["../../victim.txt", "/victim.txt", "a/../../victim.txt"])
def test_a_manifest_that_names_files_elsewhere_removes_none(out: Path, name: str) -> None:
    (out.parent / "victim.txt").write_bytes(b"mine")
    (out / "manifest.json").write_bytes(build("a/one.txt", "gone.txt", name)[0].data)
    write(NEW, out)
    assert (out.parent / "victim.txt").read_bytes() == b"mine"
    assert tree(out) == as_tree(NEW)


@pytest.mark.parametrize("files", ["[]", "5", '"a/one.txt"', "null"])
def test_a_damaged_list_of_files_makes_nothing_ours(out: Path, files: str) -> None:
    (out / "manifest.json").write_text(f'{{"pack": "p", "files": {files}}}', "utf-8")
    before = tree(out)
    with pytest.raises(WriteRefused, match=r"a/one\.txt: no build wrote it"):
        write(NEW, out)
    assert tree(out) == before


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.EMLINK])
def test_files_are_copied_where_links_cannot_be(
    out: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def link(source: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number), str(target))

    monkeypatch.setattr(disk, "link", link)
    (out / "a" / "mine.txt").write_bytes(b"mine")
    os.utime(out / "a" / "mine.txt", (1, 1))
    (out / "a" / "link").symlink_to("mine.txt")
    write(NEW, out)
    assert tree(out) == {**as_tree(NEW), "a/mine.txt": b"mine", "a/link": b"mine"}
    assert (out / "a" / "link").is_symlink()
    assert (out / "a" / "mine.txt").stat().st_mtime == 1


def test_a_mount_inside_stops_the_build(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(target))

    monkeypatch.setattr(disk, "link", link)
    (out / "a" / "mine.txt").write_bytes(b"mine")
    before = tree(out)
    with pytest.raises(WriteRefused, match="another file system is mounted there: unmount it"):
        write(NEW, out)
    assert tree(out) == before


def edit(out: Path) -> None:
    """As an editor does it: a new file under the old name."""
    (out / "a" / "draft").write_bytes(b"newer")
    (out / "a" / "draft").rename(out / "a" / "mine.txt")


def add(out: Path) -> None:
    (out / "a" / "late.txt").write_bytes(b"late")


@pytest.mark.parametrize(
    ("change", "more"),
    [(edit, {"a/mine.txt": b"newer"}), (add, {"a/mine.txt": b"mine", "a/late.txt": b"late"})],
)
def test_what_changes_during_the_swap_is_kept_too(
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path], None],
    more: dict[str, bytes],
) -> None:
    """The change comes when all has been carried over, before the first step of the swap."""
    (out / "a" / "mine.txt").write_bytes(b"mine")
    note = scratch.note

    def noted(folder: Path, state: str, **facts: object) -> None:
        note(folder, state, **facts)
        if state == "swap":
            change(out)

    monkeypatch.setattr(scratch, "note", noted)
    write(NEW, out)
    assert tree(out) == {**as_tree(NEW), **more}
    assert scraps(out.parent) == []


def test_a_late_file_in_a_new_files_way_is_not_lost(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = scratch.note
    newer = [*NEW[1:], Artifact("a/late.txt", b"built")]
    files = build("a/one.txt", "b/two.txt", "a/late.txt", text="new")[:1] + newer

    def noted(folder: Path, state: str, **facts: object) -> None:
        note(folder, state, **facts)
        if state == "swap":
            add(out)

    monkeypatch.setattr(scratch, "note", noted)
    for _ in range(2):
        with pytest.raises(WriteRefused, match="move the file elsewhere") as caught:
            write(files, out)
        assert tree(out) == as_tree(files)
        lost = Path(str(caught.value).split(": ")[0])
        assert lost.read_bytes() == b"late"
        monkeypatch.setattr(scratch, "note", note)
    lost.unlink()
    write(files, out)
    assert scraps(out.parent) == []
