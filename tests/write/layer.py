"""A file layer that fails, or where the process dies, at a call of one's choice."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sigmapack.compiling.product import Artifact
from sigmapack.write import disk

CALLS = (
    "make_scratch",
    "make_folder",
    "set_mode",
    "write",
    "link",
    "copy",
    "rename",
    "exchange",
    "remove_file",
    "remove_folder",
    "remove_tree",
)


class Died(BaseException):
    """The process was killed: no call after it does anything."""


@dataclass
class Layer:
    """Counts the calls; call `at`, from 1, fails with the error number, or kills without one."""

    at: int = 0
    number: int | None = None
    forever: bool = False
    count: int = 0
    failed: str = ""

    def wrap(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            later = self.count > self.at and (self.forever or self.number is None)
            if self.at and (self.count == self.at or later):
                first = not self.failed
                self.failed = self.failed or name
                if first:
                    half(name, args)
                if self.number is None:
                    raise Died
                path = next((str(a) for a in args if isinstance(a, Path)), None)
                raise OSError(self.number, os.strerror(self.number), path)
            return call(*args, **kwargs)

        return wrapped


def half(name: str, args: tuple[Any, ...]) -> None:
    """What a call had done when it was stopped in the middle."""
    if name == "write":
        args[0].write_bytes(args[1][: len(args[1]) // 2])
    if name == "remove_tree":
        files = sorted(path for path in args[0].rglob("*") if path.is_file())
        for path in files[::2]:
            path.unlink()


def install(monkeypatch: pytest.MonkeyPatch, layer: Layer) -> None:
    """Put the layer under the writer."""
    for name in CALLS:
        monkeypatch.setattr(disk, name, layer.wrap(name, getattr(disk, name)))


def build(*names: str, text: str = "") -> list[Artifact]:
    """A build of these files, whose bytes are their names and a text, with its manifest."""
    listed = ", ".join(f'"{name}": ""' for name in names)
    manifest = f'{{"pack": "p", "text": "{text}", "files": {{{listed}}}}}'
    files = [Artifact(name, f"{name} {text}".encode()) for name in names]
    return [Artifact("manifest.json", manifest.encode()), *files]


def as_tree(files: list[Artifact]) -> dict[str, bytes]:
    """What such a build is on a disk."""
    return {file.path: file.data for file in files}


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but those of scratch folders, by its path in it."""
    files = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): path for path in files}
    return {
        name: path.read_bytes()
        for name, path in sorted(found.items())
        if not name.startswith(".sigmapack-within.")
    }


def scraps(folder: Path) -> list[str]:
    """Scratch folders and locks anywhere below."""
    found = [path for path in folder.rglob(".*") if path.suffix in (".build", ".lock")]
    return sorted(path.relative_to(folder).as_posix() for path in found)
