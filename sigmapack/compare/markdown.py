"""Release notes of a difference, in Markdown."""

from __future__ import annotations

import html
import re

from sigmapack.compare import told
from sigmapack.compare.difference import Difference
from sigmapack.compare.replayed import Replayed
from sigmapack.content.text import one_line

#: How such a file begins: another kind is never written over.
MARK = b"<!-- What changed in the 3CX detection pack -->\n"
#: What Markdown, or HTML in it, would take for a mark of its own.
MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~@-])")
#: Characters of a value: a query's or a lookup's may have thousands.
LONGEST = 200


def notes(found: Difference, replayed: Replayed | None) -> bytes:
    """The release notes."""
    parts = [MARK.decode().rstrip("\n"), f"# Changes after {found.old}", told.summary(found) + "."]
    for section in told.sections(found, replayed):
        parts += [f"## {section.title}", _table(section)]
        if section.title == "Products":
            parts += ["### What to do", *_tasks(found)]
    if replayed:
        parts.append(told.replay_summary(replayed) + ".")
    return ("\n\n".join(parts) + "\n").encode()


def _tasks(found: Difference) -> list[str]:
    made = []
    for task in told.tasks(found):
        how = f": {quoted(task.how)}" if task.how else ""
        items = [f"    - {quoted(item)}" for item in task.items]
        made.append("\n".join([f"- **{quoted(task.product)}**, {task.verb}{how}", *items]))
    return ["\n".join(made)] if made else []


def _table(section: told.Section) -> str:
    rows = [section.columns, ("---",) * len(section.columns)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines += [f"| {' | '.join(map(quoted, row))} |" for row in section.rows]
    return "\n".join(lines)


def quoted(text: str) -> str:
    """A text of strangers as a text of Markdown: one line without marks; the only place for it."""
    line = one_line(text)
    line = f"{line[:LONGEST]}..." if len(line) > LONGEST else line
    return html.escape(MARKS.sub(r"\\\1", line), quote=False)
