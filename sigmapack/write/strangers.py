"""What somebody put into an earlier build: it is kept, or the build stops and says so."""

from __future__ import annotations

import errno
import filecmp
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from sigmapack.write import disk, scratch
from sigmapack.write.errors import WriteRefused
from sigmapack.write.place import MANIFEST, SIGNATURE, SUMS, entries, parsed

#: A build's own files that its manifest does not name; a test run writes the second.
OWN = {MANIFEST, "verification.json"}
#: What seals a release: its manifest cannot have the hash of what has the manifest's, and says so.
SEALS = {SUMS, SIGNATURE}
#: What link says where a file system, or the kernel for another user's file, has no links.
NO_LINK = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def named(folder: Path) -> set[str]:
    """The files that the manifest of a build names, and those that every build has."""
    try:
        manifest = parsed((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return set()
    files, release = manifest.get("files"), manifest.get("release")
    sealed = SEALS if isinstance(release, dict) else set()
    return OWN | sealed | (set(files) if isinstance(files, dict) else set())


def find(folder: Path) -> list[str]:
    """What no manifest names, sorted: files, links, and with a final slash folders without any.

    A named file that is now a link or a folder is none of the build's either.

    Raises:
        WriteRefused: another file system is mounted below.
        OSError: a folder cannot be read.
    """
    known = named(folder)
    parents = {parent for path in known for parent in _parents(path)}
    device = folder.stat().st_dev
    found: list[str] = []
    waiting = [f"{name}" for name in entries(folder)]
    while waiting:
        path = waiting.pop()
        info = (folder / path).lstat()
        if stat.S_ISDIR(info.st_mode):
            if info.st_dev != device:
                raise mounted(folder / path)
            inner = os.listdir(folder / path)
            waiting += [f"{path}/{name}" for name in inner]
            if not inner and path not in parents:
                found.append(f"{path}/")
        elif path not in known or not stat.S_ISREG(info.st_mode):
            found.append(path)
    return sorted(found)


def check(found: Iterable[str], files: Iterable[str], out: Path) -> None:
    """Make sure that a new build has no file where somebody else has one.

    Raises:
        WriteRefused: it has.
    """
    new = set(files)
    folders = {parent for path in new for parent in _parents(path)}
    bad = [
        path
        for path in found
        if path.rstrip("/") in new or path in folders or new.intersection(_parents(path))
    ]
    if bad:
        more = f" (and {len(bad) - 1} more)" if bad[1:] else ""
        raise WriteRefused(
            f"{out / bad[0]}: no build wrote it, and the new build has a file there{more}: "
            "move it elsewhere, then build again; nothing changed"
        )


def carry(found: Iterable[str], old: Path, new: Path) -> None:
    """Give what somebody put into the old build a second name in the new one.

    Raises:
        OSError: EXDEV: the old build, or something in it, is a mount; or any other fault.
    """
    made = {new}
    for path in found:
        target = new / path
        scratch.make_parents(target, made)
        _match_modes(path, old, new)
        if path.endswith("/"):
            if not target.is_dir():
                disk.make_folder(target)
                made.add(target)
            continue
        _link_or_copy(old / path, target)


def salvage(old: Path, place: Path, late: bool) -> list[str]:
    """Bring what somebody changed in the old build while it was swapped into the new one.

    Args:
        old: the earlier build, swapped out.
        place: the new one.
        late: whether that happened just now, so that the old folder has the newest bytes.

    Returns:
        What lies in both with different bytes and was left in the old one.
    """
    built = named(place)
    left: list[str] = []
    for path in find(old):
        source, target = old / path, place / path
        try:
            if not os.path.lexists(target):
                scratch.make_parents(target, {place})
                disk.rename(source, target)
            elif not _same(source, target):
                if not late or path in built:
                    left.append(path)
                else:
                    disk.rename(source, target)
        except (NotADirectoryError, IsADirectoryError):
            left.append(path)
    return left


def _same(one: Path, other: Path) -> bool:
    first, second = one.lstat(), other.lstat()
    if stat.S_ISDIR(first.st_mode) and stat.S_ISDIR(second.st_mode):
        return True
    if os.path.samestat(first, second):
        return True
    if stat.S_ISLNK(first.st_mode) and stat.S_ISLNK(second.st_mode):
        return os.readlink(one) == os.readlink(other)
    both_files = stat.S_ISREG(first.st_mode) and stat.S_ISREG(second.st_mode)
    return both_files and filecmp.cmp(one, other, shallow=False)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        disk.link(source, target)
    except OSError as error:
        mode = source.lstat().st_mode
        if error.errno not in NO_LINK or not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
            raise
        disk.copy(source, target)


def _match_modes(path: str, old: Path, new: Path) -> None:
    """Folders that were the other's alone keep their modes, as far as we can still write."""
    for parent in _parents(path):
        mode = stat.S_IMODE((old / parent).lstat().st_mode) | stat.S_IRWXU
        if mode != stat.S_IMODE((new / parent).lstat().st_mode):
            disk.set_mode(new / parent, mode)


def _parents(path: str) -> list[str]:
    """`a/b/c` -> `a`, `a/b`."""
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def mounted(path: Path) -> WriteRefused:
    """The error that says of a mount in an output folder that it is in the way."""
    return WriteRefused(
        f"{path}: another file system is mounted there: unmount it; nothing changed"
    )
