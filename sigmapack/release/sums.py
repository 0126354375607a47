"""`SHA256SUMS`: every other file of a bundle with its SHA-256, as `sha256sum -c` reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from sigmapack.content.text import unseen
from sigmapack.write.place import SIGNATURE, SUMS

__all__ = ["SIGNATURE", "SUMS", "Fault", "read", "text", "unsafe"]

#: Files of a bundle: ten times what the pack has for all products.
MOST_FILES = 20_000
#: Characters of a path in a bundle, and folders in one another: what Windows takes (MAX_PATH)
#: where it is unpacked. The pack has 110 and 6.
LONGEST_PATH, DEEPEST = 240, 20
#: Bytes of the list: so many lines of the longest, each with 66 more.
MOST_SUMS = 6_500_000
LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class Fault(NamedTuple):
    """A line that is wrong."""

    line: int
    code: str
    message: str


def text(digests: Mapping[str, str]) -> bytes:
    """The list, sorted by path.

    Raises:
        ValueError: a path that nobody could take over safely.
    """
    for path in digests:
        if reason := unsafe(path):
            raise ValueError(f"{path}: {reason}: a bundle cannot hold it")
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def read(data: bytes) -> tuple[dict[str, str], list[Fault]]:
    """The SHA-256 of each path, and the lines that are wrong."""
    found: dict[str, str] = {}
    faults: list[Fault] = []
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if lines.pop():
        faults.append(Fault(len(lines) + 1, "malformed", "the last line has no end: it was cut"))
    for number, line in enumerate(lines, 1):
        match = LINE.fullmatch(line)
        if number > MOST_FILES:
            faults.append(Fault(number, "too-many", f"lists more than {MOST_FILES} files"))
            break
        if match is None:
            faults.append(Fault(number, "malformed", "is no SHA-256, two blanks and a path"))
            continue
        digest, path = match.groups()
        if reason := unsafe(path):
            faults.append(Fault(number, "unsafe-name", f"{path[:LONGEST_PATH]}: {reason}"))
        elif path in found:
            faults.append(Fault(number, "twice", f"{path}: an earlier line lists it, too"))
        elif path in (SUMS, SIGNATURE):
            faults.append(Fault(number, "malformed", f"{path}: cannot be in its own list"))
        else:
            found[path] = digest
    return found, faults


def unsafe(path: str) -> str:
    """Why a path may lead out of a bundle, or is not what it looks like; empty if it does not."""
    parts = path.split("/")
    if unseen(path):
        return "has a character that is not seen, or is not UTF-8"
    if len(path) > LONGEST_PATH or len(parts) > DEEPEST:
        return f"is longer than {LONGEST_PATH} characters or {DEEPEST} folders"
    if {"", ".", ".."}.intersection(parts):
        return "is not a path from the bundle's folder down"
    if "\\" in path or ":" in path:
        return "has a backslash or a colon, which lead elsewhere on Windows"
    return ""
