"""Which folders can be an output folder, before anything is touched."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path

from sigmapack.write.errors import WriteRefused
from sigmapack.write.scratch import within

MANIFEST = "manifest.json"
#: Of a release: the sums of all files, and what ssh-keygen calls the signature of such a file.
SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
#: The folder that holds the pack.
ROOT = Path(__file__).resolve().parents[2]
#: What a file system puts into its root itself (ext2 to ext4).
OF_FILE_SYSTEM = {"lost+found"}

KINDS = (
    (stat.S_ISREG, "a file"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
)
REASONS = {
    errno.ELOOP: "is a loop of symbolic links",
    errno.ENAMETOOLONG: "is too long a path",
    errno.ENOTDIR: "lies below a file",
}


def find(out: Path, *sources: Path) -> Path:
    """The folder that `out` leads to, without symbolic links; it need not exist.

    Raises:
        WriteRefused: it is no folder, one that holds more than a build ever may, or lies in one
            of the sources, where the next build would read it.
    """
    place, mode = _look(out)
    for is_kind, kind in KINDS:
        if is_kind(mode):
            raise WriteRefused(f"{out}: is {kind}: give --out a folder")
    for kept, what in ((ROOT, "the pack itself"), (_home(), "your home folder")):
        if kept is not None and (place == kept or place in kept.parents):
            raise _refusal(out, f"is or holds {what} ({kept})")
    for source in sources:
        if place.is_relative_to(source.resolve()):
            raise _refusal(out, f"lies in {source}, which the next build reads")
    return place


def _look(out: Path) -> tuple[Path, int]:
    """Where a path leads and what is there, 0 for nothing."""
    try:
        place = out.resolve()
        return place, place.stat().st_mode
    except FileNotFoundError:
        return place, 0
    except RuntimeError as error:  # Python before 3.13
        raise _refusal(out, REASONS[errno.ELOOP]) from error
    except OSError as error:
        reason = REASONS.get(error.errno or 0, f"cannot be looked at ({error.strerror})")
        raise _refusal(out, reason) from error
    except ValueError as error:
        raise _refusal(out, "is no path") from error


def check(out: Path, place: Path) -> None:
    """Make sure that a folder is empty, missing, or has a manifest.

    Raises:
        WriteRefused: it holds files that no build wrote, or cannot be read.
    """
    try:
        if not place.is_dir() or (place / MANIFEST).is_file():
            return
        full = bool(entries(place))
    except OSError as error:
        raise WriteRefused(f"{out}: {error.strerror}: nothing changed") from error
    if full:
        raise WriteRefused(
            f"{out}: holds files but no {MANIFEST}, so it is not an earlier build: "
            "give --out an empty or new folder"
        )


def check_pack(out: Path, place: Path, made: bytes) -> None:
    """Make sure that the manifest there is of our pack: many programs have a `manifest.json`.

    Raises:
        WriteRefused: it is not, or cannot be read.
    """
    try:
        found = (place / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise WriteRefused(f"{out / MANIFEST}: {error.strerror}: nothing changed") from error
    if parsed(found).get("pack") != parsed(made).get("pack"):
        raise WriteRefused(
            f"{out}: its {MANIFEST} is not of this pack, so it is not an earlier build: "
            "give --out an empty or new folder"
        )


def parsed(manifest: bytes) -> dict[str, object]:
    """The object of a manifest, `{}` where it is none."""
    try:
        data = json.loads(manifest)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def entries(place: Path) -> list[str]:
    """The names in a folder, sorted, without those of our scratch folders or a file system's."""
    ours = within(place)
    skipped = OF_FILE_SYSTEM if os.path.ismount(place) else set()
    return sorted(n for n in os.listdir(place) if not ours.owns(n) and n not in skipped)


def stays(place: Path) -> bool:
    """Whether a folder must stay where it is: a mount, or where the caller's shell stands."""
    try:
        return os.path.ismount(place) or os.path.samefile(place, os.curdir)
    except OSError:
        return False


def _refusal(out: Path, reason: str) -> WriteRefused:
    return WriteRefused(f"{out}: {reason}: give --out an empty or new folder")


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except (RuntimeError, OSError):
        return None
