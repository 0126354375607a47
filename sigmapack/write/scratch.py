"""Scratch folders: where a build grows, and how a later one knows what a dead one left."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sigmapack.compiling.product import Artifact
from sigmapack.write import disk

SUFFIX = ".build"
JOURNAL = "journal"
#: The stem of scratch folders that lie in the output folder itself.
WITHIN = "sigmapack-within"
#: File names have 255 bytes; a scratch folder's name has 17 more than the stem.
LONGEST_STEM = 200


@dataclass(frozen=True)
class Spot:
    """Where scratch folders and the lock of an output folder lie."""

    folder: Path
    stem: str

    @property
    def lock(self) -> Path:
        """The lock file."""
        return self.folder / f".{self.stem}.lock"

    def owns(self, name: str) -> bool:
        """Whether a file of this name is the lock or may be a scratch folder."""
        pattern = rf"\.{re.escape(self.stem)}\.(lock|[a-z0-9_]{{8}}{re.escape(SUFFIX)})"
        return re.fullmatch(pattern, name) is not None

    def left(self) -> list[Path]:
        """The scratch folders here that are this user's, dead or living, sorted."""
        try:
            with os.scandir(self.folder) as entries:
                found = [e.path for e in entries if self.owns(e.name) and _is_own_folder(e)]
        except FileNotFoundError:
            return []
        return [Path(path) for path in sorted(found) if is_scratch(Path(path))]


def beside(place: Path) -> Spot:
    """Scratch folders lie beside the output folder, so that it can be renamed as one."""
    name = place.name
    if len(os.fsencode(name)) > LONGEST_STEM:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    return Spot(place.parent, name)


def within(place: Path) -> Spot:
    """Scratch folders lie in the output folder, which cannot be renamed."""
    return Spot(place, WITHIN)


def stems(folder: Path, prefix: str) -> list[str]:
    """The stems of locks and scratch folders in a folder, sorted; none where it is missing.

    Args:
        folder: where to look.
        prefix: how the stems begin.

    Raises:
        OSError: it cannot be read.
    """
    pattern = re.compile(rf"\.({re.escape(prefix)}.+?)\.(lock|[a-z0-9_]{{8}}{re.escape(SUFFIX)})")
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted({match[1] for match in map(pattern.fullmatch, names) if match})


def make(spot: Spot) -> Path:
    """A new scratch folder with its journal."""
    folder = disk.make_scratch(spot.folder, f".{spot.stem}.", SUFFIX)
    try:
        note(folder, "fill")
    except BaseException:
        with suppress(OSError):
            remove(folder)
        raise
    return folder


def note(folder: Path, state: str, **facts: Any) -> None:
    """Write down how far the build is, in one step: `fill`, `swap` or `done`."""
    draft = folder / f"{JOURNAL}.new"
    with suppress(FileNotFoundError):
        disk.remove_file(draft)
    disk.write(draft, json.dumps({"state": state, **facts}).encode())
    disk.rename(draft, folder / JOURNAL)


def read(folder: Path) -> dict[str, Any]:
    """The journal, `{}` where there is none."""
    try:
        data = json.loads((folder / JOURNAL).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) and "state" in data else {}


def is_scratch(folder: Path) -> bool:
    """Whether a build made this folder: it has a journal, or died before it had one."""
    return bool(read(folder)) or {entry.name for entry in folder.iterdir()} <= {f"{JOURNAL}.new"}


def fill(folder: Path, files: Iterable[Artifact]) -> None:
    """Write all files below a new folder."""
    disk.make_folder(folder)
    made = {folder}
    for artifact in files:
        path = folder / artifact.path
        make_parents(path, made)
        disk.write(path, artifact.data)


def make_parents(path: Path, made: set[Path]) -> None:
    """Make the folders above a path, down from one of `made`, which grows."""
    missing: list[Path] = []
    parent = path.parent
    while parent not in made:
        missing.append(parent)
        parent = parent.parent
    for folder in reversed(missing):
        if not folder.is_dir():
            disk.make_folder(folder)
        made.add(folder)


def discard(folder: Path, name: str) -> None:
    """Mark a part of a scratch folder as rubbish, in one step, before any of it is removed."""
    part = folder / name
    if os.path.lexists(part):
        disk.rename(part, folder / f"trash-{name}")


def remove(folder: Path) -> None:
    """Remove a scratch folder, its journal last: what is left of one can be known by it."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            disk.remove_tree(entry)
        elif entry.name != JOURNAL:
            disk.remove_file(entry)
    with suppress(FileNotFoundError):
        disk.remove_file(folder / JOURNAL)
    disk.remove_folder(folder)


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    """Never through a symbolic link, and never what another user put into a shared folder."""
    if not entry.is_dir(follow_symlinks=False):
        return False
    owner = entry.stat(follow_symlinks=False).st_uid
    return not hasattr(os, "geteuid") or owner == os.geteuid()
