"""The swap in a folder that cannot be renamed, as a Docker volume: entry by entry, by a journal.

The scratch folder lies in the output folder. Of each entry of its first level, the old one moves
into the scratch folder's `old` and the new one out of its `new`; where each is found tells how far
a build came. The manifest goes first and comes last: a folder without one is in the midst of it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sigmapack.compiling.product import Artifact
from sigmapack.write import disk, lock, scratch, strangers
from sigmapack.write.beside import cleaning, keep, untangled
from sigmapack.write.errors import WriteRefused
from sigmapack.write.place import MANIFEST, check, check_pack, entries


def write(files: Sequence[Artifact], out: Path, place: Path) -> None:
    """Put a build into `place`, a folder that stays where it is.

    Raises:
        WriteRefused: something that somebody put into the earlier build is in the way, or the
            swap stopped between two steps.
        OSError: the system refuses to write; nothing changed.
    """
    spot = scratch.within(place)
    with lock.held(spot.lock) as alone:
        if alone:
            recover(place)
        folder = scratch.make(spot)
        try:
            old = _grow(files, out, place, folder / "new")
            with disk.uninterrupted():
                _swap(folder, place, old)
                with cleaning(place):
                    settle(folder, place, late=True)
        except BaseException as error:
            try:
                settle(folder, place)
            except OSError:
                if scratch.read(folder).get("state") == "swap":
                    raise WriteRefused(
                        f"{place}: {error}: the build may be half replaced: "
                        "the next build undoes that first"
                    ) from error
            raise


def recover(place: Path) -> None:
    """End what dead builds left in `place`; the caller holds the lock.

    Raises:
        WriteRefused: that cannot be done.
    """
    for folder in scratch.within(place).left():
        with untangled(folder):
            settle(folder, place)


def settle(folder: Path, place: Path, late: bool = False) -> None:
    """End a scratch folder, wherever its build stopped: undo half a swap, keep what is not ours.

    Raises:
        WriteRefused: something that is not ours is in both builds.
        OSError: the system refuses.
    """
    state = scratch.read(folder)
    if state.get("state") == "swap" and (folder / "new").exists():
        _undo(folder, place, state["old"], state["new"])
        scratch.discard(folder, "new")
    elif state.get("state") == "done" and (folder / "old").exists():
        keep(folder / "old", place, late)
        scratch.discard(folder, "old")
    with suppress(OSError):  # nothing of worth is left in there; the next build tries again
        scratch.remove(folder)


def _grow(files: Sequence[Artifact], out: Path, place: Path, new: Path) -> list[str]:
    """Write the new build; the entries of the first level that move away for it."""
    check(out, place)
    check_pack(out, place, next((a.data for a in files if a.path == MANIFEST), b""))
    paths = [artifact.path for artifact in files]
    found = strangers.find(place)
    strangers.check(found, paths, out)
    built = {path.split("/")[0] for path in strangers.named(place)}
    old = [name for name in entries(place) if name in built and name not in found]
    moving = {*old, *(path.split("/")[0] for path in paths)}
    scratch.fill(new, files)
    try:
        strangers.carry([path for path in found if path.split("/")[0] in moving], place, new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        raise strangers.mounted(Path(error.filename)) from error
    return old


def _swap(folder: Path, place: Path, old: Sequence[str]) -> None:
    new = os.listdir(folder / "new")
    disk.make_folder(folder / "old")
    scratch.note(folder, "swap", old=sorted(old), new=sorted(new))
    for name in _ordered({*old, *new}):
        if name in old:
            disk.rename(place / name, folder / "old" / name)
        if name in new and name != MANIFEST:
            disk.rename(folder / "new" / name, place / name)
    if MANIFEST in new:
        disk.rename(folder / "new" / MANIFEST, place / MANIFEST)
    scratch.note(folder, "done")


def _undo(folder: Path, place: Path, old: Sequence[str], new: Sequence[str]) -> None:
    """Back to the earlier build. Where an entry is tells whether it had moved."""
    for name in _ordered({*old, *new}):
        here = place / name
        if name in new and not os.path.lexists(folder / "new" / name) and os.path.lexists(here):
            disk.rename(here, folder / "new" / name)
        if name != MANIFEST and os.path.lexists(folder / "old" / name):
            disk.rename(folder / "old" / name, here)
    if os.path.lexists(folder / "old" / MANIFEST):
        disk.rename(folder / "old" / MANIFEST, place / MANIFEST)


def _ordered(names: set[str]) -> list[str]:
    return sorted(names, key=lambda name: (name != MANIFEST, name))
