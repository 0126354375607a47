"""What pySigma made of a rule, remembered: clients have most rules in common.

Conversion takes most of the time of a build, and depends on the detection and the log source only;
what a site calls its logs is written around the condition afterwards.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from sigmapack.compiling.product import Language
from sigmapack.content.model import Rule

#: Conversions that are kept: those of the pack are 2,000.
MOST = 20_000


class Converted(NamedTuple):
    """A rule's detection and log source as a language has them, and the condition of both."""

    detection: Any
    logsource: Any
    condition: str


class Memory:
    """Conversions of one process, by what they were made of."""

    def __init__(self) -> None:
        self._found: dict[tuple[str | int, ...], Converted] = {}

    def key(self, language: Language, rule: Rule, tables: str) -> tuple[str | int, ...]:
        """What a conversion depends on.

        Args:
            language: one of a target, which are made once.
            rule: without placeholders, or with those that a product's tables fill.
            tables: what the product's tables are called; empty where none is used.
        """
        made_of = [rule.document.get("detection"), rule.document.get("logsource")]
        return id(language), tables, json.dumps(made_of, default=str)

    def get(self, key: tuple[str | int, ...]) -> Converted | None:
        """What was made, if it is known."""
        return self._found.get(key)

    def keep(self, key: tuple[str | int, ...], found: Converted) -> None:
        """Remember a conversion."""
        if len(self._found) < MOST:
            self._found[key] = found
