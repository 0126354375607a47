"""Configuration that makes the rules work: what to switch on so that the logs are there.

Everything goes to `dist/collection/`. Sysmon's configurations are made of what the rules match; all
else are the lines of `sources.toml`, each with the rules that it feeds. `README.md` is the index.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import replace

from sigmapack.collection import index
from sigmapack.collection.fitting import SENSORS, Fed, Unfit, fed, problem, unfed
from sigmapack.collection.sysmon import document
from sigmapack.collection.table import File, Table, read
from sigmapack.collection.terms import asked
from sigmapack.compiling.product import Artifact
from sigmapack.content.model import Content
from sigmapack.content.words import ENGLISH, Words

__all__ = ["Unfit", "artifacts"]

FOLDER = "collection"
WIDTH = 118


def artifacts(content: Content) -> list[Artifact]:
    """The files below `collection/`; none where there is no rule on single events.

    Args:
        content: what was read, without problems.

    Raises:
        Unfit: a rule of the pack for whose log source nothing says what to switch on. Of somebody
            else's rules the index names those.
    """
    if not content.detections:
        return []
    table = _said(read(), content)
    wanted = asked(content)
    found = fed(content, table, wanted)
    unknown = list(unfed(content, found))
    if unknown and content.own:
        raise Unfit([problem(rule) for rule in unknown])
    made = [Artifact("README.md", index.text(found, unknown, content.words).encode())]
    made += [
        a for product in SENSORS.values() if (a := document.artifact(content, product, wanted))
    ]
    for path, file in sorted(table.files.items()):
        mine = [one for one in found if one.switch.file == path]
        if mine:
            made.append(Artifact(path, _written(file, mine, content.words).encode()))
    return [Artifact(f"{FOLDER}/{artifact.path}", artifact.data) for artifact in made]


def _said(table: Table, content: Content) -> Table:
    """The table with what a reader meets in the language of the content."""
    say = content.words
    switches = (
        replace(each, title=say(each.title), shows=say(each.shows), note=say(each.note))
        for each in table.switches
    )
    return replace(table, switches=tuple(switches))


def _written(file: File, switches: Iterable[Fed], words: Words = ENGLISH) -> str:
    """A file: its head, then each switch with the rules that it feeds and its lines."""
    parts = [file.head.lstrip("\n")]
    for one in switches:
        lines = [
            f"{one.switch.title}. {one.switch.note}",
            words("Needed by {rules}", rules=", ".join(one.names)),
        ]
        said = [
            line
            for text in lines
            for line in textwrap.wrap(
                text,
                WIDTH,
                initial_indent=file.comment,
                subsequent_indent=file.comment,
                break_long_words=False,
            )
        ]
        between = "\n" if file.comment else "\n\n"
        parts.append("\n".join(said) + between + one.switch.text.lstrip("\n"))
    return "\n".join(parts)
