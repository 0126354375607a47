"""A client's folder: `client.toml`, `filters/`, own `sigma_rules/` and `lookups/`.

`client.schema.json` says what may stand in `client.toml`; editors understand it, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sigmapack.content.files import shown, toml
from sigmapack.content.load import rules_in, tables_in
from sigmapack.content.model import Lookup, Problem, Rule
from sigmapack.content.text import one_line
from sigmapack.overlay.filters import Filter, filters_in

FILE = "client.toml"
SCHEMA = Path(__file__).with_name("client.schema.json")
HEADER = re.compile(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]?\]\s*(#.*)?$")
PART = re.compile(r"\"[^\"]*\"|'[^']*'|[^.\s]+")
KEY = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[\w.+-]+)\s*=")


@dataclass(frozen=True)
class Client:
    """What a client's folder says.

    `settings` are those of `client.toml`, as its schema has them; `lines` the line of each of its
    keys, by the keys and positions that lead there.
    """

    folder: Path
    id: str
    settings: Mapping[str, Any]
    lines: Mapping[tuple[str | int, ...], int]
    filters: tuple[Filter, ...] = ()
    rules: tuple[Rule, ...] = ()
    lookups: Mapping[str, Lookup] | None = None

    @property
    def name(self) -> str:
        return str(self.settings["name"])

    @property
    def path(self) -> str:
        """Of `client.toml`, as problems name it."""
        return shown(self.folder / FILE)

    def problem(self, code: str, message: str, *place: str | int) -> Problem:
        """A problem at the line of a key."""
        return Problem(self.path, line_of(self.lines, place), code, message)


def read(folder: Path, problems: list[Problem]) -> Client | None:
    """Read a client's folder; None where `client.toml` is missing or wrong, which is a problem."""
    path = folder / FILE
    if not path.is_file():
        message = f"the file is missing: a client's folder has a {FILE} (see docs/clients.md)"
        problems.append(Problem(shown(path), 1, "client", message, True))
        return None
    known = len(problems)
    text, data = toml(path, problems)
    lines = places(text)
    problems += [
        Problem(shown(path), line_of(lines, place), "client", message)
        for place, message in _wrong(data)
    ]
    own = Client(
        folder,
        str(data.get("id", "")),
        data,
        lines,
        tuple(filters_in(folder / "filters", problems)),
        tuple(rules_in(folder / "sigma_rules", problems)),
        tables_in(folder / "lookups", problems),
    )
    return own if len(problems) == known else None


def _wrong(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What the schema does not allow: (place, message)."""
    import jsonschema  # a build without clients does without

    schema = json.loads(SCHEMA.read_text("utf-8"))
    found = jsonschema.Draft202012Validator(schema).iter_errors(data)
    for error in sorted(found, key=lambda error: [str(part) for part in error.absolute_path]):
        place = tuple(error.absolute_path)
        name = ".".join(map(str, place)) or FILE
        if error.validator == "additionalProperties" and isinstance(error.instance, dict):
            for key in sorted(set(error.instance) - set(error.schema.get("properties", {}))):
                if not any(re.search(p, key) for p in error.schema.get("patternProperties", {})):
                    known = ", ".join(error.schema.get("properties", {}))
                    yield (*place, key), f"{name} has no key {key!r} (has: {known or 'levels'})"
            continue
        if error.validator == "anyOf":
            yield place, f"{name} is to be a text, or a table with the key index"
            continue
        yield place, one_line(f"{name}: {error.message}")


def places(text: str) -> dict[tuple[str | int, ...], int]:
    """The line of each table and key of a TOML text, as far as one line holds one of them."""
    found: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := HEADER.match(line):
            names = tuple(
                _bare(part) for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", header[2])
            )
            table = names
            if header[1]:
                count = sum(place[:-1] == names and isinstance(place[-1], int) for place in found)
                table = (*names, count)
            found.setdefault(table, number)
        elif key := KEY.match(line):
            found.setdefault((*table, _bare(key[1])), number)
    return found


def line_of(lines: Mapping[tuple[str | int, ...], int], place: tuple[str | int, ...]) -> int:
    """The line of a place, or of the nearest one that leads there; 1 where none is known."""
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return 1


def _bare(text: str) -> str:
    return text.strip().strip("\"'")
