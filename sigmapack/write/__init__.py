"""The only writer: the output folder is replaced whole or not at all, and only what is ours.

A build grows in a scratch folder. Then it changes names with the earlier one in one step, or step
by step with a journal where the folder cannot be renamed. A lock lets one build write at a time, so
that what lies there without its holder is a dead build's: the next one ends it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from sigmapack.compiling.product import Artifact
from sigmapack.write import beside, inside, lock, scratch, strangers
from sigmapack.write.errors import Immovable, WriteRefused
from sigmapack.write.place import MANIFEST, check, find, stays
from sigmapack.write.single import check_file, write_file

__all__ = [
    "MANIFEST",
    "WriteRefused",
    "check_file",
    "check_replaceable",
    "check_unmixed",
    "end_dead_builds",
    "write",
    "write_file",
]


def check_replaceable(out: Path, *sources: Path) -> None:
    """Make sure that replacing `out` destroys nothing but an earlier build.

    What a build that died left there is ended first.

    Args:
        out: the output folder.
        sources: folders that a build reads, and so must not write into.

    Raises:
        WriteRefused: `out` is no folder, holds the pack or the user's home, lies in a source, has
            files that no build wrote, or what a dead build left cannot be put in order.
    """
    place = find(out, *sources)
    _end_dead_builds(place)
    try:
        check(out, place)
    except WriteRefused:
        if not _end_dead_builds(place):  # a living build may have been at work meanwhile
            raise
        check(out, place)


def write(artifacts: Iterable[Artifact], out: Path) -> None:
    """Write all artifacts, so that `out` holds these and what no build wrote.

    Raises:
        WriteRefused: `out` is not replaceable, is no build of the same pack, has somebody's file
            where the build has one, or the system refuses to write.
        ValueError: two artifacts have the same path.
    """
    files = sorted(artifacts, key=lambda artifact: artifact.path)
    for one, next_one in pairwise(files):
        if one.path == next_one.path:
            raise ValueError(f"two artifacts have the path {one.path}")
    check_replaceable(out)
    place = find(out)
    try:
        if stays(place):
            inside.write(files, out, place)
            return
        try:
            beside.write(files, out, place)
        except Immovable:
            inside.write(files, out, place)
    except OSError as error:
        raise WriteRefused(f"{error.filename or out}: {error.strerror}: nothing changed") from error


def check_unmixed(out: Path) -> None:
    """Make sure that all of an earlier build is a build's, where a new one may hold nothing else.

    Raises:
        WriteRefused: somebody put something there, or it cannot be read.
    """
    place = find(out)
    try:
        found = strangers.find(place) if place.is_dir() else []
    except OSError as error:
        raise WriteRefused(f"{error.filename or out}: {error.strerror}: nothing changed") from error
    if found:
        more = f" (and {len(found) - 1} more)" if found[1:] else ""
        raise WriteRefused(
            f"{out / found[0]}: no release wrote it{more}, and it would be handed over: "
            "move it elsewhere, then release again; nothing changed"
        )


def end_dead_builds(folder: Path, prefix: str) -> None:
    """Put in order what dead builds left in a folder, wherever in it they wrote to.

    Args:
        folder: holds output folders; it need not exist.
        prefix: how their names begin.

    Raises:
        WriteRefused: that cannot be done.
    """
    try:
        stems = scratch.stems(folder, prefix)
    except OSError as error:
        raise WriteRefused(
            f"{error.filename or folder}: {error.strerror}: nothing changed"
        ) from error
    for stem in stems:
        _end_dead_builds(find(folder / stem))


def _end_dead_builds(place: Path) -> bool:
    """Put in order what dead builds left at a place; whether there was anything."""
    found = False
    for spot, recover in (
        (scratch.within(place), inside.recover),
        (scratch.beside(place), beside.recover),
    ):
        try:
            if spot.lock.exists() or spot.left():
                found = True
                with lock.held(spot.lock) as alone:
                    if alone:
                        recover(place)
        except OSError as error:
            raise WriteRefused(
                f"{error.filename or place}: {error.strerror}: nothing changed"
            ) from error
    return found
