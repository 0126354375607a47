"""What the package itself says to a reader, in the reader's language.

English stands in the code, as in gettext: `words("Check first")`. The other languages stand in
`sigma_rules/<language>.toml` under `[words.<part>]`, by the English text, so that a changed text
has no translation until somebody writes one: `tests/content/test_words.py` fails for it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: Languages of a reader, by their code of ISO 639-1; the first is that of the content itself.
LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class Words:
    """The fixed texts of a language: `words("Hosts: {n}", n=3)`."""

    lang: str = LANGUAGES[0]
    table: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __call__(self, english: str, /, **values: object) -> str:
        """A text in the language, with values in the places that `{name}` marks.

        Raises:
            KeyError: the language has no such text; tests hold that each has all.
        """
        text = english if self.lang == LANGUAGES[0] else self.table[english]
        return text.format(**values) if values else text


ENGLISH = Words()


def noted(english: str) -> str:
    """A text that is kept as data and handed to `words` later; this marks it for translation."""
    return english


def words(root: Path, lang: str) -> Words:
    """The fixed texts of a language, from the pack at `root`.

    Raises:
        ValueError: there is no such language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no language {lang!r}: choose from {', '.join(LANGUAGES)}")
    if lang == LANGUAGES[0]:
        return ENGLISH
    data = tomllib.loads((root / "sigma_rules" / f"{lang}.toml").read_text("utf-8"))
    parts: Mapping[str, Mapping[str, str]] = data.get("words", {})
    return Words(lang, {english: text for part in parts.values() for english, text in part.items()})
