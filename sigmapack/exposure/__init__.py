"""Who still has a bad build or its traces, although nothing runs: no logs are searched.

Files, memory and inventories are. Everything goes to `dist/exposure/`; hashes and builds come from
the lookups, with a client's changes.
"""

from __future__ import annotations

from sigmapack.compiling.product import Artifact
from sigmapack.content.model import Content
from sigmapack.exports.rows import read
from sigmapack.exposure import kql, osquery, page, scripts, velociraptor, yara
from sigmapack.exposure.looked_for import searched

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
    words, search = content.words, searched(content, hashes)
    texts = {
        "threecx.yar": yara.rules(hashes, words),
        "threecx.osquery.json": osquery.pack(search, words),
        "threecx.velociraptor.yaml": velociraptor.artifact(search, words),
        scripts.SHELL: scripts.shell(search, words),
        scripts.POWERSHELL: scripts.powershell(search, words),
        **dict(kql.files(search, words)),
    }
    texts["README.md"] = page.text(words, texts)
    return [Artifact(f"{FOLDER}/{name}", text.encode()) for name, text in sorted(texts.items())]
