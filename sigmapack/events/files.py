"""Which files hold events: those named, and of a folder all whose suffix says so."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

#: In any case; a file that is named itself may have any suffix. Not `.txt`: of a folder of evidence
#: most are notes, and each line of one would be an unreadable record.
EVENT_SUFFIXES = frozenset(
    {".json", ".jsonl", ".ndjson", ".evtx", ".log", ".csv", ".tsv", ".gz", ".zst", ".zip"}
)
#: What logrotate and others leave of a log: access.log.1, query.log-20230329, dns.log.2023-03-29.
ROTATED = re.compile(r".*\.(?:json|jsonl|ndjson|log|csv|tsv)[.-]\d[\d-]{0,18}", re.IGNORECASE)
SKIPPED_SUFFIX = "suffix {} is none of events: name the file to have it read"

#: Standard input.
STDIN = Path("-")

#: What is never opened: reading may wait for ever, or never end.
KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class UnreadableInput(Exception):
    """A file that cannot be read at all; its text is `path: what is wrong`."""

    def __init__(self, path: Path | str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True)
class Gathered:
    """What stands below the paths named: every entry is in one of the three.

    `files` hold events; `unread` should, and cannot be read; `skipped` are of another kind.
    """

    files: tuple[Path, ...]
    unread: tuple[UnreadableInput, ...]
    skipped: tuple[UnreadableInput, ...]


def holds_events(name: str) -> bool:
    """Whether a file of a folder or an archive is called as files of events are."""
    return os.path.splitext(name)[1].lower() in EVENT_SUFFIXES or bool(ROTATED.fullmatch(name))


def check_file(path: Path) -> None:
    """Refuse what is no file, without opening it. Standard input (`-`) is fine.

    Raises:
        UnreadableInput: it is missing, a folder, a named pipe, a socket or a device.
    """
    if path == STDIN:
        return
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise UnreadableInput(path, "no such file: check the path") from None
    except (OSError, ValueError) as error:
        raise UnreadableInput(path, f"cannot be read: {_reason(error)}") from None
    if stat.S_ISDIR(mode):
        raise UnreadableInput(path, "a folder, not a file: name the event files in it")
    kind = KINDS.get(stat.S_IFMT(mode))
    if kind and not _inherited(path, mode):
        raise UnreadableInput(path, f"{kind}, not a file; it is not opened: name a file")


def gather(paths: Iterable[Path]) -> Gathered:
    """The files named, and for a folder all event files below it, sorted.

    Patterns (`logs/*.evtx`, `**` for any depth) stand for what they match, sorted, where the shell
    leaves them as they are, as Windows' does; a file that is called so comes first. A link to a
    folder inside a folder is not followed, so that no circle holds.

    Raises:
        UnreadableInput: a path named is not there, or is no file and no folder.
    """
    found: list[Path] = []
    unread: list[UnreadableInput] = []
    skipped: list[UnreadableInput] = []
    for path in _expanded(paths):
        if not os.path.isdir(path):  # Path.is_dir raises where a folder above is closed
            check_file(path)
            found.append(path)
            continue
        inside: list[Path] = []
        before = len(unread)
        for entry in sorted(_walked(path, unread)):
            _sort_in(entry, inside, unread, skipped)
        if not inside and len(unread) == before:
            suffixes = ", *".join(sorted(EVENT_SUFFIXES))
            unread.append(UnreadableInput(path, f"no event files below (*{suffixes})"))
        found += inside
    return Gathered(tuple(found), tuple(unread), tuple(skipped))


def _expanded(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not glob.has_magic(str(path)) or os.path.lexists(path):
            yield path
            continue
        found = sorted(glob.glob(str(path), recursive=True))
        if not found:
            raise UnreadableInput(path, "no file matches this pattern: check the path")
        yield from map(Path, found)


def _sort_in(
    path: Path,
    inside: list[Path],
    unread: list[UnreadableInput],
    skipped: list[UnreadableInput],
) -> None:
    """One entry of a folder: what has the suffix of events must be readable."""
    if os.path.isdir(path):
        reason = "a link to a folder, which is not followed: name the folder to have it read"
        skipped.append(UnreadableInput(path, reason))
    elif not holds_events(path.name):
        skipped.append(UnreadableInput(path, SKIPPED_SUFFIX.format(path.suffix or "(none)")))
    else:
        try:
            check_file(path)
        except UnreadableInput as error:
            unread.append(error)
        else:
            inside.append(path)


def _walked(folder: Path, unread: list[UnreadableInput]) -> Iterator[Path]:
    """All entries below a folder but folders; those that cannot be listed are noted."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as listing:
                entries = [(each.name, each.is_dir(follow_symlinks=False)) for each in listing]
        except OSError as error:
            reason = f"a folder that cannot be listed: {_reason(error)}"
            unread.append(UnreadableInput(here, reason))
            continue
        for name, is_folder in entries:
            if is_folder:
                waiting.append(here / name)
            else:
                yield here / name


def _inherited(path: Path, mode: int) -> bool:
    """Whether a pipe was handed over open, as `/dev/stdin` and a shell's `<(...)` are.

    It has no name of its own, and whoever gave it writes to it.
    """
    return stat.S_ISFIFO(mode) and not os.path.exists(os.path.realpath(path))


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
