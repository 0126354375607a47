"""Characters that nobody sees, or that end a line, where a text is written into files of products.

Products get no such character in any case: a title's become question marks, and a query that cannot
hold one is refused. Here its place is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sigmapack.checks.registry import at, check
from sigmapack.content.files import shown
from sigmapack.content.model import Content, Place, Problem
from sigmapack.content.settings import RESPONSE
from sigmapack.content.text import CONTROL, HIDDEN, named

#: Texts that name a rule, and stand in a line of their own wherever they are written.
LINES = frozenset({"title", "id", "name", "status", "level"})


@check
def control(content: Content) -> Iterator[Problem]:
    """No text of a rule or lookup has characters that are not seen; a title is one line."""
    for rule in content.rules:
        for place, text in _texts(rule.document, ()):
            if found := _wrong(place, text):
                what = "a key" if text == place[-1] else place[0]
                yield at(rule, "control", f"{what} has {found}: take it out", *place)
    for table in content.lookups.values():
        for row in table.rows:
            for column, text in row.values.items():
                if found := _hidden(text) or _broken(text) * (column == table.key):
                    message = f"{column} has {found}: take it out"
                    yield Problem(table.path, row.line, "control", message)
    for book in content.playbooks.values():
        for text in (book.title, *book.check, *book.contain, book.tell):
            if found := _hidden(text):
                message = f"the playbook {book.name!a} has {found}: take it out"
                yield Problem(shown(content.rules_dir / RESPONSE), 1, "control", message)


def _wrong(place: Place, text: str) -> str:
    """The character that a text must not have there; nothing where all is well.

    What a detection compares with may have what is not seen, since rules look for it: a file that
    is called by U+202E shows another ending (https://attack.mitre.org/techniques/T1036/002/). A
    line break is a part of it, too.
    """
    if text == place[-1]:
        return _hidden(text) or _broken(text)
    if place[0] == "detection":
        return _hidden(text.replace("\r", ""), CONTROL)
    return _hidden(text) or _broken(text.rstrip("\n")) * (place[0] in LINES)


def _hidden(text: str, pattern: re.Pattern[str] = HIDDEN) -> str:
    found = pattern.search(text)
    return named(found[0]) if found else ""


def _broken(text: str) -> str:
    found = re.search(r"[\n\t]", text)
    return f"{named(found[0])} in a text of one line" if found else ""


def _texts(node: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text of a document with its place; a key is one, too, at its own place."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield (*place, str(key)), str(key)
            yield from _texts(value, (*place, str(key)))
    elif isinstance(node, list):
        for number, item in enumerate(node):
            yield from _texts(item, (*place, number))
    elif isinstance(node, str):
        yield place, node
