"""Leaves out of Loki's modules what no query runs through; `cut.toml` says what, and why."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LIST = Path(__file__).with_name("cut.toml")


def modules() -> list[str]:
    """The modules that something is left out of."""
    return sorted({one["module"] for one in tomllib.loads(LIST.read_text("utf-8"))["package"]})


def cut(unpacked: Mapping[str, Path]) -> None:
    """Change the files of modules.

    Args:
        unpacked: module -> its folder, in a module cache that nothing else uses.
    """
    for one in tomllib.loads(LIST.read_text("utf-8"))["package"]:
        _cut(unpacked[one["module"]] / one["folder"], one)


def _cut(folder: Path, said: Mapping[str, Any]) -> None:
    """Change one package."""
    found = "".join(
        declaration((folder / said["of"]).read_text("utf-8"), name)
        for name in said.get("declarations", ())
    )
    kept = {folder / name for name in said.get("keep", ())}
    dropped = {folder / name for name in said.get("drop", ())} or {*folder.glob("*.go")} - kept
    assert all(path.is_file() for path in kept | dropped), f"cut.toml: {said['folder']}"
    for path in dropped:
        path.unlink()
    if rest := said.get("rest"):
        (folder / "rest.go").write_text(f"{rest}\n{found}", "utf-8")


def declaration(text: str, name: str) -> str:
    """A function or type of a file that is laid out by gofmt.

    Raises:
        LookupError: there is no such, or more than one.
    """
    found = re.findall(rf"(?ms)^(?:func|type) {name}\b.*?^}}\n", text)
    if len(found) != 1:
        raise LookupError(f"{name}: {len(found)} declarations")
    return f"\n{found[0]}"
