"""What a bundle's manifest says, and where that is not what its sums say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sigmapack.release import PACK
from sigmapack.release.sums import LONGEST_PATH
from sigmapack.write import MANIFEST


class Said(NamedTuple):
    """The manifest, as far as it is one."""

    data: Mapping[str, Any] | None
    name: str = ""
    version: str = ""


def read(data: bytes) -> Said:
    """What a manifest says; no data where it is none."""
    try:
        found = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return Said(None)
    if not isinstance(found, dict):
        return Said(None)
    release = found.get("release")
    name = release.get("bundle") if isinstance(release, dict) else None
    return Said(found, _text(name), _text(found.get("version")))


def faults(said: Said, listed: Mapping[str, str], signed: bool) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) of all that the sums do not bear out.

    Args:
        said: the manifest.
        listed: the SHA-256 of each path, as the sums list them.
        signed: whether there is a signature.
    """
    if said.data is None:
        yield "", "is no JSON object, or has a key twice"
        return
    if said.data.get("pack") != PACK or not said.name or not said.version:
        yield "", f"is no manifest of a bundle of {PACK}"
    release = said.data.get("release")
    if isinstance(release, dict) and bool(release.get("signed_by")) != signed:
        claimed, found = ("un", "a") if signed else ("", "no")
        yield "", f"says that it is {claimed}signed, and there is {found} signature"
    files = said.data.get("files")
    if not isinstance(files, dict):
        yield "", "has no files"
        return
    wanted = {path: found for path, found in listed.items() if path != MANIFEST}
    for path in sorted(set(files) | set(wanted)):
        if path not in files:
            yield path, "is in the sums, and the manifest does not name it"
        elif path not in wanted:
            yield _text(path), "the manifest names it, and it is not in the sums"
        elif files[path] != wanted[path]:
            yield path, "has one SHA-256 in the manifest and another in the sums"
    yield from _queries(said.data.get("queries"), wanted)


def _queries(queries: Any, listed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Where the text of a query is not that of its file."""
    for query in queries if isinstance(queries, list) else ():
        if not isinstance(query, dict):
            yield "", "has a query that is none"
            continue
        for path, digest in (("path", "sha256"), ("lookup_path", "lookup_sha256")):
            named = query.get(path)
            if named and (not isinstance(named, str) or listed.get(named) != query.get(digest)):
                yield _text(named), "a query's SHA-256 is not that of its file"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, none of whose keys is there twice: readers differ in which of both they take."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _text(value: object) -> str:
    return value[:LONGEST_PATH] if isinstance(value, str) else ""
