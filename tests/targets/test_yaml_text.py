"""YAML: the same bytes with libyaml and without it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.targets.yaml_text import FAST, PLAIN, Indented, dump, indented, ours
from tests.examples import tried

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


class Plain(yaml.SafeDumper):
    """Lists are indented, and PyYAML looks at texts itself."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


SIGNS = st.sampled_from("ab1 \n.:-#/_\\'\"*\u00e9\t?,{}~|>\x07")
TEXTS = st.text(alphabet=SIGNS, max_size=12)
VALUES = TEXTS | st.lists(TEXTS, max_size=3) | st.dictionaries(TEXTS, TEXTS, max_size=2)


def same(document: dict[str, Any]) -> None:
    plain = yaml.dump(document, Dumper=ours(Plain), sort_keys=False, width=10_000)
    assert indented(document, ours(Indented), width=10_000) == plain.removesuffix("...\n")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: next(iter(document)))
def test_a_document_key_by_key_is_the_document(document: dict[str, Any]) -> None:
    same(document)


@tried(300, costs=2)
@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), VALUES, min_size=1))
def test_any_document_key_by_key_is_the_document(document: dict[str, Any]) -> None:
    same(document)
