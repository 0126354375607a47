"""Every fixed text of the package exists in every language, and none that nobody says."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from sigmapack.collection import table
from sigmapack.content.roles import ROLE
from sigmapack.content.words import LANGUAGES, Words, words
from tests.engines.corpus import pack

ROOT = Path(__file__).resolve().parents[2]
#: How a text is said in Python, and in a template of Jinja.
#: What of a switch is said to a reader.
SAID = ("title", "shows", "note")
SAYING = {"words", "noted"}
IN_TEMPLATE = re.compile(r"""\b(?:_|words)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def said() -> set[str]:
    """Every text that the package hands to `words` or `noted`, of its code and of its data."""
    found = {getattr(each, part) for each in table.read().switches for part in SAID}
    found |= {row.values[ROLE] for lookup in pack().lookups.values() for row in lookup.rows}
    found.discard("")
    for path in sorted((ROOT / "sigmapack").rglob("*.py")):
        if path.name != "words.py":
            found.update(_calls(ast.parse(path.read_text("utf-8"))))
    for path in sorted((ROOT / "sigmapack").rglob("*.html")):
        found.update(
            ast.literal_eval(text) for text in IN_TEMPLATE.findall(path.read_text("utf-8"))
        )
    return found


def _calls(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if name in SAYING and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def parts(lang: str) -> dict[str, dict[str, str]]:
    data = tomllib.loads((ROOT / "sigma_rules" / f"{lang}.toml").read_text("utf-8"))
    found: dict[str, dict[str, str]] = data["words"]
    return found


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_every_text_of_the_package_has_a_translation_and_no_other_does(lang: str) -> None:
    known = words(ROOT, lang).table
    assert said() - set(known) == set()
    assert set(known) - said() == set()


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_a_text_stands_once_and_keeps_its_places(lang: str) -> None:
    seen: set[str] = set()
    for part in parts(lang).values():
        for english, text in part.items():
            assert english not in seen
            seen.add(english)
            assert _places(text) == _places(english), english


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_a_text_without_translation_is_an_error_and_english_needs_none() -> None:
    assert Words()("Hosts: {n}", n=3) == "Hosts: 3"
    assert Words("es", {"Hosts: {n}": "Equipos: {n}"})("Hosts: {n}", n=3) == "Equipos: 3"
    with pytest.raises(KeyError):
        Words("es", {})("Hosts: {n}", n=3)


def test_a_language_that_nobody_wrote_is_refused() -> None:
    with pytest.raises(ValueError, match="no language 'fr': choose from en, es"):
        words(ROOT, "fr")
