"""Each system call of a build fails, or the process dies there: old or new, whole, and tidied."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

import sigmapack.write as module
from sigmapack.write import WriteRefused, check_replaceable, disk, write
from tests.write.layer import Died, Layer, as_tree, build, install, scraps, tree

OLD = build("a/one.txt", "a/two.txt", "gone/x.txt", "top.txt", text="old")
NEW = build("a/one.txt", "a/three.txt", "b/y.txt", "top.txt", text="new")
MINE = {"a/mine.txt": b"mine", "gone/mine/deep.txt": b"deep", "notes.txt": b"notes"}

Kind = Callable[[pytest.MonkeyPatch], None]


def exchanged(patch: pytest.MonkeyPatch) -> None:
    """As it is on Linux."""


def renamed(patch: pytest.MonkeyPatch) -> None:
    """Where no exchange is."""

    def exchange(one: Path, other: Path) -> None:
        raise OSError(errno.EINVAL, "Invalid argument", str(other))

    patch.setattr(disk, "exchange", exchange)


def entered(patch: pytest.MonkeyPatch) -> None:
    """In a folder that cannot be renamed."""
    patch.setattr(module, "stays", lambda place: place.is_dir())


KINDS = [exchanged, renamed, entered]


def prepare(out: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """An earlier build with files of somebody's own; how it looks, and the new one will."""
    write(OLD, out)
    for path, data in MINE.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)
    return {**as_tree(OLD), **MINE}, {**as_tree(NEW), **MINE}


def faults(kind: Kind, folder: Path, layers: Callable[[int], Layer]) -> int:
    """Let each call of a build fault in turn; the number of calls."""
    at = 0
    while True:
        at += 1
        base = folder / str(at)
        base.mkdir()
        out = base / "dist"
        old, new = prepare(out)
        layer = layers(at)
        said = ""
        with pytest.MonkeyPatch.context() as patch:
            kind(patch)
            install(patch, layer)
            try:
                write(NEW, out)
            except WriteRefused as error:
                said = str(error)
            except Died:
                said = "died"
        if not layer.failed:
            assert tree(out) == new and not said
            return at - 1
        place = f"call {at} ({layer.failed}): {said}"
        look(out, old, new, said, place, kind)
        recover(base, out, old, new, kind, place)


def look(
    out: Path, old: dict[str, bytes], new: dict[str, bytes], said: str, place: str, kind: Kind
) -> None:
    """What is there right after the fault, and whether the words about it are true."""
    if said == "died":
        if kind is exchanged:
            assert tree(out) in (old, new), place
        return
    if "nothing changed" in said:
        assert tree(out) == old, place
    elif "the next build" not in said or "in place" in said:
        assert not said or "in place" in said, place
        assert tree(out) == new, place
    assert "\n" not in said


def recover(
    base: Path, out: Path, old: dict[str, bytes], new: dict[str, bytes], kind: Kind, place: str
) -> None:
    """The next build's start puts all in order, and the next build succeeds."""
    with pytest.MonkeyPatch.context() as patch:
        kind(patch)
        check_replaceable(out)
        assert tree(out) in (old, new), place
        assert scraps(base) == [], place
        write(NEW, out)
        assert tree(out) == new, place
        assert scraps(base) == [], place
        assert [path.name for path in base.iterdir()] == ["dist"]


@pytest.mark.parametrize("kind", KINDS)
def test_death_at_any_call_leaves_a_whole_build(tmp_path: Path, kind: Kind) -> None:
    assert faults(kind, tmp_path, Layer) > 25


@pytest.mark.parametrize("forever", [False, True], ids=["once", "forever"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EMFILE])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_call_leaves_a_whole_build_and_true_words(
    tmp_path: Path, kind: Kind, number: int, forever: bool
) -> None:
    assert faults(kind, tmp_path, lambda at: Layer(at, number, forever)) > 25


@pytest.mark.parametrize("number", [None, errno.ENOSPC])
def test_a_fault_in_a_first_build_leaves_nothing(tmp_path: Path, number: int | None) -> None:
    at = 0
    while True:
        at += 1
        base = tmp_path / str(at)
        out = base / "new" / "er" / "dist"
        base.mkdir()
        layer = Layer(at, number)
        with pytest.MonkeyPatch.context() as patch:
            install(patch, layer)
            try:
                write(NEW, out)
            except (WriteRefused, Died):
                assert not out.exists() or tree(out) == as_tree(NEW)
                if number is not None and not out.exists():
                    assert list(base.iterdir()) == [], layer.failed
        if not layer.failed:
            return
        check_replaceable(out)
        assert scraps(base) == []
        write(NEW, out)
        assert tree(out) == as_tree(NEW)
