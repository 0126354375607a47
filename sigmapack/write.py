"""The only writer: all files into a temporary folder, then one rename. Whole or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from sigmapack.compiling.product import Artifact

MANIFEST = "manifest.json"


class WriteRefused(Exception):
    """The output folder cannot be replaced; the text says why and what to do."""


def check_replaceable(out: Path) -> None:
    """Make sure that replacing `out` destroys nothing but an earlier build.

    Raises:
        WriteRefused: `out` is a file, or a folder with files that no build wrote.
    """
    if out.is_file():
        raise WriteRefused(f"{out}: is a file: give --out a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise WriteRefused(
            f"{out}: holds files but no {MANIFEST}, so it is not an earlier build: "
            "give --out an empty or new folder"
        )


def write(artifacts: Iterable[Artifact], out: Path) -> None:
    """Write all artifacts so that `out` holds these files and no others.

    Raises:
        WriteRefused: `out` is not replaceable, is no build of the same pack, or the system
            refuses to write.
        ValueError: two artifacts have the same path.
    """
    files = sorted(artifacts, key=lambda artifact: artifact.path)
    for one, next_one in pairwise(files):
        if one.path == next_one.path:
            raise ValueError(f"two artifacts have the path {one.path}")
    check_replaceable(out)
    if (out / MANIFEST).is_file():
        _check_same_pack(out, files)
    out = out.resolve()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as scratch:
            _fill(Path(scratch) / "new", files)
            _swap(Path(scratch), out)
    except OSError as error:
        raise WriteRefused(f"{error.filename or out}: {error.strerror}: nothing changed") from error


def _check_same_pack(out: Path, files: list[Artifact]) -> None:
    """Many programs call a file of theirs manifest.json: ours names its pack."""
    made = next((artifact.data for artifact in files if artifact.path == MANIFEST), b"")
    try:
        found = (out / MANIFEST).read_bytes()
    except OSError as error:
        raise WriteRefused(f"{out / MANIFEST}: {error.strerror}: nothing changed") from error
    if _pack(found) != _pack(made):
        raise WriteRefused(
            f"{out}: its {MANIFEST} is not of this pack, so it is not an earlier build: "
            "give --out an empty or new folder"
        )


def _pack(manifest: bytes) -> object:
    """The name of the pack that a manifest is of, None where it names none."""
    try:
        data = json.loads(manifest)
    except (ValueError, RecursionError):
        return None
    return data.get("pack") if isinstance(data, dict) else None


def _fill(folder: Path, files: list[Artifact]) -> None:
    folder.mkdir(mode=0o755)
    for artifact in files:
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.data)


def _swap(scratch: Path, out: Path) -> None:
    old = scratch / "old"
    if out.exists():
        out.rename(old)
    try:
        (scratch / "new").rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
