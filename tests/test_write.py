"""Writing: the output folder is replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack.compiling.product import Artifact
from sigmapack.write import WriteRefused, disk, scratch, write

MANIFEST = Artifact("manifest.json", b"{}")
OF_OLD = Artifact("manifest.json", b'{"files": {"old.txt": ""}}')


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_folder_holds_just_the_artifacts(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    write([OF_OLD, Artifact("old.txt", b"1")], out)
    write([MANIFEST, Artifact("a/new.txt", b"2")], out)
    assert tree(out) == {"manifest.json": b"{}", "a/new.txt": b"2"}
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_folder_with_other_files_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(WriteRefused, match=r"holds files but no manifest\.json"):
        write([MANIFEST], tmp_path)
    assert tree(tmp_path) == {"notes.txt": b"mine"}


def test_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("mine")
    with pytest.raises(WriteRefused, match="is a file"):
        write([MANIFEST], tmp_path / "dist")


def test_two_artifacts_with_one_path_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"two artifacts have the path a\.txt"):
        write([Artifact("a.txt", b"1"), Artifact("a.txt", b"2")], tmp_path / "dist")


@pytest.mark.parametrize(("broken", "call"), [(scratch, "fill"), (disk, "exchange")])
def test_earlier_build_stays_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: object, call: str
) -> None:
    out = tmp_path / "dist"
    write([OF_OLD, Artifact("old.txt", b"1")], out)

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(broken, call, fail)
    with pytest.raises(WriteRefused, match="No space left on device: nothing changed"):
        write([MANIFEST], out)
    assert tree(out) == {"manifest.json": OF_OLD.data, "old.txt": b"1"}
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_earlier_build_comes_back_when_the_last_rename_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "dist"
    write([OF_OLD, Artifact("old.txt", b"1")], out)
    rename = disk.rename

    def fail_for_new(source: Path, target: Path) -> None:
        if source.name == "new":
            raise OSError(13, "Permission denied", str(source))
        rename(source, target)

    def exchange(one: Path, other: Path) -> None:
        raise OSError(38, "Function not implemented", str(other))

    monkeypatch.setattr(disk, "rename", fail_for_new)
    monkeypatch.setattr(disk, "exchange", exchange)
    with pytest.raises(WriteRefused):
        write([MANIFEST], out)
    assert (out / "old.txt").read_bytes() == b"1"
