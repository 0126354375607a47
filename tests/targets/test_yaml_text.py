"""YAML: the same bytes with libyaml and without it."""

from __future__ import annotations

from typing import Any

import pytest

from sigmapack.targets.yaml_text import FAST, PLAIN, dump

DOCUMENTS: list[dict[str, Any]] = [
    {
        "text": "one\ntwo\n  three: # four\n",
        "cut": "one\ntwo",
        "open": "one\n\n\n",
        "blank": " a\nb",
    },
    {"empty": "", "none": None, "yes": "yes", "number": "1.0", "date": "2023-03-29", "null": "~"},
    {"list": ["- a", "? b", ": c", "# d", "a: b", "a #b", "@x", "`x", "%x", "*x", "&x", "!x"]},
    {"quotes": 'it\'s "so"', "slash": "C:\\Windows\\*", "tab": "a\tb\n", "long": "word " * 2000},
    {
        "letters": "\u00e4\u041f\U0001f600\u2028\n\u00e4",
        "bell": "\x07",
        "inner": {"a": [1, {"b": 2}]},
    },
    {"late blanks ": "one  \ntwo \n", "list": [], "map": {}, "flags": [True, False, 1.5, -3]},
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: next(iter(document)))
def test_libyaml_writes_what_python_writes(document: dict[str, Any]) -> None:
    assert dump(document, FAST) == dump(document, PLAIN)
