"""YAML as importers and people read it: texts of several lines as blocks, and no anchors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any

import yaml
from yaml.emitter import ScalarAnalysis

#: A text that YAML can hold as a block: in ASCII, and no line of it ends with a space.
BLOCK = re.compile(r"(?:[\x21-\x7e\n]| (?![\n ]*(?:\n|\Z)))*")
#: A text of one line that needs no quotes, unless it reads as something else than a text.
SIMPLE = re.compile(r"[A-Za-z](?:[\w./-]| (?! |\Z))*", re.ASCII)
#: libyaml where it is to be had: it writes the same, in a tenth of the time.
DUMPERS: tuple[type[Any], ...] = (getattr(yaml, "CSafeDumper", yaml.SafeDumper), yaml.SafeDumper)


def ours(dumper: type[Any]) -> type[Any]:
    """A dumper that writes texts and anchors as this module says."""
    found = type("Dumper", (dumper,), {"ignore_aliases": lambda self, data: True})
    yaml.add_representer(str, _text, found)
    return found


def _text(dumper: Any, text: str) -> Any:
    text = text.encode("utf-8", "replace").decode()  # no half of a character, as JSON may have
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else "")


class Indented(yaml.SafeDumper):
    """Lists are indented below their keys, which libyaml does not do.

    PyYAML looks at texts sign by sign, which takes most of its time: here an expression does.
    """

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def analyze_scalar(self, scalar: str) -> ScalarAnalysis:
        """How a text may be written: as PyYAML says, sooner."""
        if "\n" in scalar and BLOCK.fullmatch(scalar):
            return ScalarAnalysis(scalar, False, True, False, False, False, True, True)
        if SIMPLE.fullmatch(scalar):
            return ScalarAnalysis(scalar, False, False, True, True, True, True, True)
        found: ScalarAnalysis = super().analyze_scalar(scalar)
        return found


FAST, PLAIN = map(ours, DUMPERS)


def dump(document: Mapping[str, Any], dumper: type[Any] = FAST) -> str:
    """A document, its keys in the order given, its lines not folded."""
    return str(yaml.dump(dict(document), Dumper=dumper, sort_keys=False, width=1_000_000))


def indented(document: Mapping[str, Any], dumper: type[Any] = Indented, **style: Any) -> str:
    """A document as `Indented` writes it, key by key: single texts by libyaml, which is faster.

    Lists and mappings are remembered: clients have most of them in common.

    Args:
        document: keys in their order.
        dumper: the one for lists and mappings, of `ours`.
        style: of `yaml.dump`.
    """
    named = tuple(sorted(style.items()))
    parts = []
    for simple, group in groupby(document.items(), key=lambda item: isinstance(item[1], str)):
        if simple:
            parts.append(_dumped(dict(group), FAST, style))
            continue
        for key, value in group:
            found: Any = dumper
            parts.append(_remembered(Same({key: value}), found, named))
    return "".join(parts)


class Same:
    """A value that is the same as another one that is written in the same way."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value, self.text = value, repr(value)

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.text == other.text


@lru_cache(maxsize=5_000)
def _remembered(found: Same, dumper: type[Any], style: tuple[tuple[str, Any], ...]) -> str:
    return _dumped(found.value, dumper, dict(style))


def _dumped(document: Mapping[str, Any], dumper: type[Any], style: Mapping[str, Any]) -> str:
    text = str(yaml.dump(dict(document), Dumper=dumper, sort_keys=False, **style))
    # What a text of which all final line breaks count has behind it, where a document ends.
    return text.removesuffix("...\n")
