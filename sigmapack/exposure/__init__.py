"""Who still has a bad build or its traces, although nothing runs: searches of files, not of logs.

Everything goes to `dist/exposure/`; hashes come from the lookups, with a client's changes.
"""

from __future__ import annotations

from sigmapack.compiling.product import Artifact
from sigmapack.content.model import Content
from sigmapack.exports.rows import read
from sigmapack.exposure import page, yara

__all__ = ["artifacts"]

FOLDER = "exposure"


def artifacts(content: Content) -> list[Artifact]:
    """The files below `exposure/`; none where the lookups name no file.

    Raises:
        exports.Unfit: a row whose value or date is not of its form.
    """
    hashes = [one for one in read(content).indicators if one.kind == "hash"]
    if not hashes:
        return []
    return [
        Artifact(f"{FOLDER}/README.md", page.text(content.words).encode()),
        Artifact(f"{FOLDER}/threecx.yar", yara.rules(hashes, content.words).encode()),
    ]
