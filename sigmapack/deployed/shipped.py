"""A build or bundle of strangers: its manifest, checked, and the files that it names.

Nothing outside of the folder is read: a path is taken in parts, none of which may be a link, and a
file's bytes have to be those that the manifest says.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from sigmapack.content.text import unseen
from sigmapack.deployed import strangers
from sigmapack.deployed.typed import Entry
from sigmapack.events.files import UnreadableInput
from sigmapack.write import MANIFEST

#: What a reader of an old build can do.
OLDER = "it was built by an earlier version: build it again with this one"


@dataclass(frozen=True)
class Rule:
    """A rule as a manifest describes it (`sigmapack.manifest.rule_entry`)."""

    name: str
    id: str
    title: str
    level: str
    alerts: bool
    path: str
    line: int
    modified: str
    tags: tuple[str, ...]
    logsource: Mapping[str, str]
    lookups: tuple[str, ...]
    fields: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...]
    logic: str
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Query:
    """A rule's outcome on a product and language, as a manifest describes it."""

    rule: str
    rule_id: str
    target: str
    language: str
    outcome: str
    reason: str
    path: str
    runs: str
    """The hash of what runs."""
    native: str
    """The hash of the variant with the product's own table."""
    proof: str
    """How the tests proved it; empty where nobody says."""


@dataclass(frozen=True)
class Table:
    """A lookup as a manifest describes it: the first column is the value."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Bundle:
    """A build or bundle: what its manifest says, and its files."""

    folder: Path
    version: str
    rules: tuple[Rule, ...]
    queries: tuple[Query, ...]
    tables: Mapping[str, Table]
    files: Mapping[str, str]
    """Path in the folder -> SHA-256."""

    def named(self, start: str, end: str = "") -> list[str]:
        """The paths of its files that start and end so, sorted."""
        return sorted(path for path in self.files if path.startswith(start) and path.endswith(end))

    def export(self, path: str) -> strangers.Export:
        """One of its files.

        Raises:
            UnreadableInput: the path leads out of the folder, or the file is not as the manifest
                says.
        """
        place = inside(self.folder, path)
        data = strangers.read(place)
        if hashlib.sha256(data).hexdigest() != self.files.get(path):
            raise UnreadableInput(place, f"is not what {MANIFEST} says: it was changed since")
        return strangers.Export(path, data)

    def text(self, path: str) -> str:
        """The text of one of its files.

        Raises:
            UnreadableInput: as `export` does, or it is no text.
        """
        text = self.export(path).text
        if text is None:
            raise UnreadableInput(self.folder / path, "is not UTF-8")
        return text


def inside(folder: Path, path: str) -> Path:
    """A file of a folder, by a path that a stranger wrote.

    Raises:
        UnreadableInput: it leads out of the folder or over a link, or there is no such file.
    """
    parts = PurePosixPath(path).parts
    strange = PureWindowsPath(path)
    if not parts or unseen(path) or "\\" in path or strange.drive or strange.root:
        raise UnreadableInput(folder, f"{MANIFEST} names {path!r}, which is no file in it")
    if {".", ".."} & set(path.split("/")):
        raise UnreadableInput(folder, f"{MANIFEST} names {path!r}, which leads out of it")
    place = folder
    try:
        for part in parts:
            place = place / part
            mode = place.lstat().st_mode
            if stat.S_ISLNK(mode):
                raise UnreadableInput(place, "a link, which is not followed")
    except OSError as error:
        raise UnreadableInput(place, f"cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(mode):
        raise UnreadableInput(place, f"{MANIFEST} names it, and it is no file")
    return place


def open_bundle(folder: Path) -> Bundle:
    """Read a folder's manifest.

    Raises:
        UnreadableInput: there is none, or it is not of the shape that a build gives it.
    """
    if not folder.is_dir():
        raise UnreadableInput(folder, "no such folder: name a build or bundle")
    if not (folder / MANIFEST).exists():
        raise UnreadableInput(folder, f"has no {MANIFEST}: name a build or bundle")
    place = inside(folder, MANIFEST)
    try:
        data = json.loads(strangers.read(place))
    except RecursionError:
        raise strangers.too_deep(str(place)) from None
    except ValueError as error:
        raise UnreadableInput(place, f"is no JSON: {error}") from None
    strangers.shallow(str(place), data)
    entry = Entry(place, "manifest", data)
    missing = [key for key in ("rules", "lookups") if key not in entry.data]
    if missing:
        raise UnreadableInput(place, f"has no {' and no '.join(missing)}: {OLDER}")
    tables = [_table(each) for each in entry.each("lookups")]
    return Bundle(
        folder=folder,
        version=entry.text("version"),
        rules=tuple(_rule(each) for each in entry.each("rules")),
        queries=tuple(_query(each) for each in entry.each("queries")),
        tables={table.name: table for table in tables},
        files=entry.texts("files"),
    )


def _rule(entry: Entry) -> Rule:
    return Rule(
        name=entry.text("rule"),
        id=entry.text("rule_id"),
        title=entry.text("title"),
        level=entry.text("level"),
        alerts=entry.typed("alerts", bool, "true or false"),
        path=entry.text("path"),
        line=entry.typed("line", int, "a number"),
        modified=entry.text("modified"),
        tags=entry.listed("tags"),
        logsource=entry.texts("logsource"),
        lookups=entry.listed("lookups"),
        fields=entry.listed("fields"),
        steps=entry.rows("steps"),
        logic=entry.text("logic"),
        attributes=entry.texts("attributes"),
    )


def _query(entry: Entry) -> Query:
    names: tuple[str, ...] = ("rule", "rule_id", "target", "language", "outcome", "reason", "path")
    texts: list[str] = [
        entry.text(name) for name in (*names, "runs_sha256", "lookup_sha256", "proof")
    ]
    make: Callable[..., Query] = Query
    return make(*texts)


def _table(entry: Entry) -> Table:
    table = Table(entry.text("lookup"), entry.listed("columns"), entry.rows("rows"))
    if not table.columns or any(len(row) != len(table.columns) for row in table.rows):
        message = f"{entry.name}: every row is to have a value for each column"
        raise UnreadableInput(entry.place, message)
    return table
