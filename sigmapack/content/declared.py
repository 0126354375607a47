"""Facts that the pack declares in TOML beside rules and lookups, each of a shape.

`attack.toml` (the part of ATT&CK that tags may use), `lookups/never.toml` (what is no indicator)
and `logsources.toml` (what a log source is called in each product).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sigmapack.content.files import shown, toml
from sigmapack.content.model import Problem, Sources

ATTACK, NEVER = "attack.toml", "never.toml"
LOGSOURCES = Path(__file__).parents[1] / "logsources.toml"
#: Shapes: a type, `[shape]` for a list, and for a table its keys; `*` is any, `?` may be left out.
ANY = object
ATTACK_SHAPE = {
    "version": str,
    "tactics": {"*": {"id": str, "name": str}},
    "techniques": {"*": {"name": str, "tactics": [str]}},
}
NEVER_SHAPE = {"vendor_domains": [str], "false_indicators": {"*": str}}
SOURCES_SHAPE = {
    "source": {"*": {"channel?": str, "provider?": str}},
    "logsource": {"*": {"events?": [{"source": str, "ids?": [int]}], "lacks?": [str]}},
    "product": {"*": {"*": ANY}},
}
NAMES = {str: "a text", int: "a number", list: "a list", dict: "a table"}


def attack(path: Path, problems: list[Problem], needed: bool) -> dict[str, Any]:
    """The part of ATT&CK that a folder of rules declares; without a part where it is none."""
    found = _declared(path, ATTACK_SHAPE, problems, needed)
    return found or {"version": "", "tactics": {}, "techniques": {}}


def never(path: Path, problems: list[Problem], needed: bool) -> dict[str, Any]:
    """What is never an indicator."""
    found = _declared(path, NEVER_SHAPE, problems, needed)
    return found or {"vendor_domains": [], "false_indicators": {}}


def sources(problems: list[Problem]) -> Sources:
    """`logsources.toml` of this package."""
    data = _declared(LOGSOURCES, SOURCES_SHAPE, problems, needed=True)
    return Sources(*(data.get(key, {}) for key in SOURCES_SHAPE))


def _declared(
    path: Path, shape: Mapping[str, Any], problems: list[Problem], needed: bool
) -> dict[str, Any]:
    """A file's data; nothing, and a problem, where it is not of its shape."""
    if not path.exists() and not path.is_symlink():
        if needed:
            message = "the file is missing: take it from the pack's release"
            problems.append(Problem(shown(path), 1, "toml", message))
        return {}
    known = len(problems)
    text, data = toml(path, problems)
    if len(problems) > known:
        return {}
    wrong = [
        Problem(shown(path), _line(text, key), "toml", why) for key, why in _wrong(data, shape)
    ]
    problems.extend(wrong)
    return {} if wrong else data


def _wrong(data: object, shape: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(the key nearest to what is wrong, what is wrong)."""
    name, last = ".".join(place) or "the file", place[-1] if place else ""
    if shape is ANY:
        return
    kind = type(shape) if isinstance(shape, dict | list) else shape
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        yield last, f"{name} is to be {NAMES[kind]}"
    elif isinstance(data, list):
        for item in data:
            yield from _wrong(item, shape[0], place)
    elif isinstance(data, dict):
        every = shape.get("*")
        for key in shape:
            if not key.endswith(("?", "*")) and key not in data:
                yield last, f"{name} has no {key}"
        for key, value in data.items():
            if (inner := shape.get(key, shape.get(f"{key}?", every))) is not None:
                yield from _wrong(value, inner, (*place, key))


def _line(text: str, key: str) -> int:
    """The first line that begins with a key, or that is its table; 1 where none does."""
    for number, line in enumerate(text.split("\n"), 1):
        start = line.strip().lstrip("[").lstrip("\"'")
        if key and (start.startswith(key) or line.strip().rstrip("]\"'").endswith(f".{key}")):
            return number
    return 1
