"""The usual swap: the new build grows beside the earlier one, then both change names at once."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sigmapack.compiling.product import Artifact
from sigmapack.write import disk, lock, scratch, strangers
from sigmapack.write.errors import Immovable, WriteRefused
from sigmapack.write.place import MANIFEST, check, check_pack

#: What says that a folder cannot be renamed, or nothing made beside it, though it may be written.
STUCK = {errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS}


def write(files: Sequence[Artifact], out: Path, place: Path) -> None:
    """Put a build at `place`, which holds the old or the new one whole at any time.

    Raises:
        Immovable: `place` is there but cannot be renamed; nothing changed.
        WriteRefused: something that somebody put into the earlier build is in the way, or the
            swap stopped between two steps.
        OSError: the system refuses to write; nothing changed.
    """
    made: list[Path] = []
    spot = scratch.beside(place)
    try:
        _make_parents(place.parent, made)
        with ExitStack() as stack:
            with _movable(place):
                alone = stack.enter_context(lock.held(spot.lock))
                if alone:
                    recover(place)
                folder = scratch.make(spot)
            _write_locked(files, out, place, folder)
    except BaseException:
        for parent in made:
            with suppress(OSError):
                disk.remove_folder(parent)
        raise


def _write_locked(files: Sequence[Artifact], out: Path, place: Path, folder: Path) -> None:
    try:
        _grow(files, out, place, folder / "new")
        with disk.uninterrupted():
            exchanged = _swap(folder, place)
            with cleaning(place):
                settle(folder, place, exchanged, late=True)
    except BaseException as error:
        with suppress(OSError):
            settle(folder, place)
        if (folder / "old").exists() and not os.path.lexists(place):
            raise WriteRefused(
                f"{place}: {error}: the earlier build lies in {folder / 'old'}: "
                "the next build puts it back"
            ) from error
        raise


def recover(place: Path) -> None:
    """End what dead builds left beside `place`; the caller holds the lock.

    Raises:
        WriteRefused: that cannot be done.
    """
    for folder in scratch.beside(place).left():
        with untangled(folder):
            settle(folder, place)


def settle(folder: Path, place: Path, exchanged: bool = False, late: bool = False) -> None:
    """End a scratch folder, wherever its build stopped: undo half a swap, keep what is not ours.

    Args:
        folder: the scratch folder.
        place: the output folder.
        exchanged: whether `new` is known to be the earlier build.
        late: whether the swap happened just now.

    Raises:
        WriteRefused: something that is not ours is in both builds.
        OSError: the system refuses.
    """
    new, old = folder / "new", folder / "old"
    if new.exists() and (exchanged or _is_earlier(folder)):
        disk.rename(new, old)
    if old.exists():
        if not os.path.lexists(place):
            disk.rename(old, place)
        else:
            keep(old, place, late)
            scratch.discard(folder, "old")
    with suppress(OSError):  # nothing of worth is left in there; the next build tries again
        scratch.remove(folder)


def keep(old: Path, place: Path, late: bool) -> None:
    """Bring over what is not ours.

    Raises:
        WriteRefused: it is in both builds, with different bytes.
    """
    left = strangers.salvage(old, place, late)
    if left:
        raise WriteRefused(
            f"{old / left[0]}: was put there while a build ended, and {place} has another: "
            "the build is in place; move the file elsewhere, then build again"
        )


def _make_parents(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it, and note the new ones, the lowest first."""
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        with suppress(FileExistsError):
            disk.make_folder(each)
            made.insert(0, each)


def _grow(files: Sequence[Artifact], out: Path, place: Path, new: Path) -> None:
    """Write the new build into a scratch folder, with what somebody put into the earlier one.

    Raises:
        WriteRefused: the earlier one is no build of ours, or something is in the way.
        OSError: the system refuses.
    """
    check(out, place)
    check_pack(out, place, next((a.data for a in files if a.path == MANIFEST), b""))
    scratch.fill(new, files)
    if place.is_dir():
        found = strangers.find(place)
        strangers.check(found, (artifact.path for artifact in files), out)
        with _movable(place):
            strangers.carry(found, place, new)
        disk.set_mode(new, stat.S_IMODE(place.stat().st_mode))


def _swap(folder: Path, place: Path) -> bool:
    """Put `new` at its place; whether it was exchanged with the earlier build."""
    new, old = folder / "new", folder / "old"
    scratch.note(folder, "swap", manifest=_digest(new))
    if not os.path.lexists(place):
        disk.rename(new, place)
        return False
    with _movable(place):
        try:
            disk.exchange(new, place)
            return True
        except OSError as error:
            if error.errno not in disk.NO_EXCHANGE:
                raise
        disk.rename(place, old)
    disk.rename(new, place)
    return False


def _is_earlier(folder: Path) -> bool:
    """Whether a build died after the exchange: `new` then has the earlier build's manifest."""
    noted = scratch.read(folder).get("manifest")
    found = _digest(folder / "new")
    return noted is not None and found is not None and noted != found


def _digest(build: Path) -> str | None:
    try:
        return hashlib.sha256((build / MANIFEST).read_bytes()).hexdigest()
    except OSError:
        return None


@contextmanager
def cleaning(place: Path) -> Iterator[None]:
    """Say of a fault in here that the new build is in place already."""
    try:
        yield
    except OSError as error:
        raise WriteRefused(
            f"{error.filename or place}: {error.strerror}: the new build is in place, "
            "but the earlier one is not put away: the next build does it"
        ) from error


@contextmanager
def untangled(folder: Path) -> Iterator[None]:
    """Say of a fault in here that a dead build stands in the way."""
    try:
        yield
    except OSError as error:
        raise WriteRefused(
            f"{folder}: a build that did not end left this, and it cannot be put in order "
            f"({error.filename}: {error.strerror}): mend that, then build again"
        ) from error


@contextmanager
def _movable(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in STUCK and place.is_dir():
            raise Immovable(str(error)) from error
        raise
