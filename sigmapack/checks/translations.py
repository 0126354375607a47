"""Every text of the pack exists in every language, and is a translation of today's English."""

from __future__ import annotations

from collections.abc import Iterator

from sigmapack.checks.registry import own_check
from sigmapack.content.model import Content, Problem
from sigmapack.content.translation import file_of, read, wrong
from sigmapack.content.words import LANGUAGES


@own_check
def translations(content: Content) -> Iterator[Problem]:
    """Rules, playbooks and stages have a translation each, and none is left over.

    A pack that has no file of a language is not in that language; this one's tests want it.
    """
    for lang in LANGUAGES[1:]:
        if not file_of(content.rules_dir, lang).is_file():
            continue
        problems: list[Problem] = []
        translation = read(content.rules_dir, lang, problems)
        yield from problems
        if not any(problem.code != "translation" for problem in problems):
            yield from wrong(content, translation)
