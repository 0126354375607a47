"""`README.md` beside the files: what to switch on, in which file, and which rules need it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from sigmapack.collection import naming
from sigmapack.collection.fitting import Fed
from sigmapack.content.model import Rule
from sigmapack.content.words import Words

#: Characters of a line.
WIDTH = 100


def text(found: list[Fed], unknown: list[Rule], words: Words) -> str:
    """The index.

    Args:
        found: the switches that feed rules.
        unknown: rules of somebody else's folder that no switch feeds.
        words: of the reader's language.
    """
    parts = [
        *_head(words),
        *_overview(found, words),
        *_by_logsource(found, words),
        *_sections(found, words),
        *_unknown(unknown, words),
    ]
    return "\n".join(parts) + "\n"


def _head(words: Words) -> Iterator[str]:
    yield f"# {words('What to switch on')}\n"
    yield _lines(
        words(
            "The rules of this pack see nothing where no log is written. This lists what to switch"
            " on, the most valuable first, and which rules each thing feeds. A rule that stands in"
            " several places needs one of them. All files are made of the rules: edit those, or"
            " `sigmapack/collection/sources.toml`, and build again."
        )
    )
    yield _lines(
        words(
            "Before you switch on anything, read `docs/collection.md`: how to check one host, what"
            " volume to expect, how to undo."
        )
    )


def _lines(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_on_hyphens=False) + "\n"


def _overview(found: list[Fed], words: Words) -> Iterator[str]:
    yield f"| {words('Switch on')} | {words('File')} | {words('Rules')} |"
    yield "|---|---|---|"
    for one in found:
        yield f"| {_link(one)} | {_file(one)} | {len(one.rules)} |"


def _by_logsource(found: list[Fed], words: Words) -> Iterator[str]:
    yield f"\n## {words('By log source')}\n"
    yield words(
        "Several rows of one log source are ways to the same thing, unless the rules differ."
    )
    heads = (words("Log source"), words("Switch on"), words("File"), words("Rules"))
    yield f"\n| {' | '.join(heads)} |"
    yield "|---|---|---|---|"
    for key in sorted({naming.key(rule) for one in found for rule in one.rules}):
        for one in found:
            count = sum(naming.key(rule) == key for rule in one.rules)
            if count:
                yield f"| `{key}` | {_link(one)} | {_file(one)} | {count} |"


def _link(one: Fed) -> str:
    return f"[{one.switch.title}](#{_anchor(one.switch.title)})"


def _file(one: Fed) -> str:
    return f"`{one.switch.file}`" if one.switch.file else "-"


def _anchor(title: str) -> str:
    """A heading's anchor, as GitHub and others make it."""
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def _sections(found: list[Fed], words: Words) -> Iterator[str]:
    for one in found:
        switch = one.switch
        yield f"\n## {switch.title}\n"
        yield f"- {words('Gives: {what}', what=switch.shows)}"
        yield f"- {switch.note}"
        if switch.file:
            yield f"- {words('File')}: [`{switch.file}`]({switch.file})"
        for page in switch.sources:
            yield f"- {words('Source: <{page}>', page=page)}"
        for key in sorted(set(map(naming.key, one.rules))):
            yield f"- {words('For `{logsource}`:', logsource=key)}"
            mine = [rule for rule in one.rules if naming.key(rule) == key]
            yield from (f"  - {naming.name(rule)} ({rule.level})" for rule in mine)


def _unknown(rules: list[Rule], words: Words) -> Iterator[str]:
    if rules:
        yield f"\n## {words('Not known')}\n"
        yield words("For these rules nothing here says what to switch on:") + "\n"
        yield from (f"- {naming.name(rule)}, `{naming.key(rule)}`" for rule in rules)
