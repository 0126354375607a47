"""What pySigma made of a rule, remembered: clients have most rules in common.

Conversion takes most of the time of a build, and depends on the detection and the log source only;
what a site calls its logs is written around the condition afterwards.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sigmapack.compiling.product import Language, Part
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Rule

#: Conversions that are kept: those of the pack are 2,000.
MOST = 20_000


#: Where a rule keeps what it is known by: it never changes, and every language asks.
KEPT = "_made_of"


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
        made_of: str | None = rule.__dict__.get(KEPT)
        if made_of is None:
            parts = [rule.document.get(part) for part in ("detection", "logsource")]
            made_of = rule.__dict__[KEPT] = json.dumps(parts, default=str)
        return id(language), tables, made_of

    def joined(
        self, language: Language, correlation: Correlation, members: Mapping[str, Part]
    ) -> tuple[str | int, ...]:
        """What the query of a correlation depends on, where no site's names are in it.

        It is all that was read of it, with what its findings say, but not its words.
        """
        keys = (self.key(language, part.rule, name) for name, part in members.items())
        said = repr(dataclasses.replace(correlation, rule=None))  # type: ignore[arg-type]
        return (id(language), said, *(part for key in keys for part in key[1:]))

    def get(self, key: tuple[str | int, ...]) -> Converted | None:
        """What was made, if it is known."""
        return self._found.get(key)

    def keep(self, key: tuple[str | int, ...], found: Converted) -> None:
        """Remember a conversion."""
        if len(self._found) < MOST:
            self._found[key] = found
