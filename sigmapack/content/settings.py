"""The settings beside the rules: waivers.toml, coverage.toml and response.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sigmapack.content.files import shown, toml
from sigmapack.content.model import Playbook, Problem, Waiver
from sigmapack.content.stages import Stage

WAIVERS = "waivers.toml"
COVERAGE = "coverage.toml"
RESPONSE = "response.toml"


def _entries(path: Path, key: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The tables `[[key]]` of a TOML file, each with its line."""
    text, data = toml(path, problems)
    entries = data.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        problems.append(Problem(shown(path), 1, "toml", f"{key} is to be written as [[{key}]]"))
        return
    heading = re.compile(rf"\s*\[\[\s*{key}\s*]]")
    starts = [n for n, line in enumerate(text.split("\n"), 1) if heading.match(line)]
    if len(starts) != len(entries):  # written in another way, as an inline array
        starts = [1] * len(entries)
    yield from zip(starts, entries, strict=True)


def wrong(
    entry: dict[str, Any], texts: tuple[str, ...], lists: tuple[str, ...], least: int = 1
) -> str:
    """The keys of an entry that are missing, or no text or no list of texts, as one text."""
    found = [key for key in texts if not isinstance(entry.get(key), str) or not entry[key]]
    for key in lists:
        values: Any = entry.get(key)
        fits = isinstance(values, list) and all(isinstance(value, str) for value in values)
        if not fits or len(values) < least:
            found.append(key)
    return ", ".join(found)


def waivers(path: Path, problems: list[Problem]) -> tuple[Waiver, ...]:
    """The declared exceptions; what is wrong with one is added to the problems."""
    return tuple(
        waiver
        for line, entry in _entries(path, "waiver", problems)
        for waiver in _waiver(shown(path), line, entry, problems)
    )


def stages(path: Path, problems: list[Problem]) -> Iterator[Stage]:
    """The stages of the attack; what is wrong with one is added to the problems."""
    for line, entry in _entries(path, "stage", problems):
        lacking = wrong(entry, ("id", "title"), ("techniques", "rules"), least=0)
        if lacking:
            message = f"a stage needs id and title, lists of techniques and rules; wrong: {lacking}"
            problems.append(Problem(shown(path), line, "stage", message))
            continue
        lists = (tuple(entry["techniques"]), tuple(entry["rules"]))
        yield Stage(entry["id"], entry["title"], *lists, str(entry.get("unseen", "")), line)


def playbooks(path: Path, problems: list[Problem]) -> Iterator[Playbook]:
    """The response guidance; what is wrong with a playbook is added to the problems."""
    _, data = toml(path, problems)
    books = data.get("playbook", {})
    if not isinstance(books, dict) or not all(isinstance(book, dict) for book in books.values()):
        message = "playbooks are to be written as [playbook.name]"
        problems.append(Problem(shown(path), 1, "playbook", message))
        return
    for name, entry in books.items():
        lacking = wrong(entry, ("title", "tell"), ("check", "contain"))
        if lacking:
            message = f"playbook {name} has no {lacking}"
            problems.append(Problem(shown(path), 1, "playbook", message))
            continue
        contact = str(data.get("contact", ""))
        tell = entry["tell"].replace("{contact}", contact)
        yield Playbook(name, entry["title"], tuple(entry["check"]), tuple(entry["contain"]), tell)


def contact(path: Path) -> str:
    """Whom the playbooks of a file name; nothing where it names nobody, or cannot be read."""
    return str(toml(path, [])[1].get("contact", ""))


def _waiver(
    path: str, line: int, entry: dict[str, Any], problems: list[Problem]
) -> Iterator[Waiver]:
    lacking = wrong(entry, ("outcome", "reason"), ("rules", "scopes"))
    if lacking:
        message = f"a waiver needs outcome and reason, lists of rules and scopes; wrong: {lacking}"
        problems.append(Problem(path, line, "waiver", message))
        return
    for rule in entry["rules"]:
        for scope in entry["scopes"]:
            yield Waiver(rule, scope, entry["outcome"], entry["reason"], line)
