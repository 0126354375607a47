"""Results of searches of single events, by teragrep: each of its questions costs, so few are asked.

What is before the first bar finds the events, and is asked once where searches have it in common;
so is what follows, over all the events that any of its searches has found. What a correlation marks
the events of a branch with is added here: two constants, and the period of the event's time.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.engines.spl.engine import ask, tables
from tests.engines.spl.text import spoken
from tests.shapes.splunk import Document

MARKS = re.compile(r'\n\| eval sigma_rule="([^"]*)", sigma_step=(\d+)(, |$)')
PERIOD = re.compile(r", sigma_period=floor\(_time/(\d+)\)\s*$")
#: Finds every document.
ALL = "index=*"


def results(
    texts: Iterable[str],
    events: Mapping[int, Sequence[Document]],
    known: Mapping[str, str],
    times: Mapping[int, float],
) -> dict[str, dict[int, dict[str, Any]]]:
    """Search -> number of an event that it finds -> its result.

    Args:
        texts: searches, as shipped.
        events: number -> documents.
        known: the macros.
        times: number -> when the event was, in seconds.
    """
    parts = {text: parted(text, known) for text in texts}
    found = ask({"all": (events, {head: head for head, _, _ in parts.values()})})
    numbers: dict[str, set[int]] = defaultdict(set)
    for head, commands, _ in parts.values():
        numbers[commands] |= found[head]
    own = {
        commands: ({n: events[n] for n in asked}, {commands: f"{ALL} | {commands}"})
        for commands, asked in numbers.items()
    }
    given = {commands: merged(rows) for commands, rows in tables(own).items()}
    # `where` among the commands leaves out events that were found.
    return {
        text: {
            n: {**given[commands][n], **marked(marks, times[n])}
            for n in found[head] & given[commands].keys()
        }
        for text, (head, commands, marks) in parts.items()
    }


def marked(marks: Mapping[str, Any], time: float) -> dict[str, Any]:
    """The marks of an event, of whose period the length is known."""
    length = marks.get("sigma_period")
    return {**marks, "sigma_period": time // length} if length else dict(marks)


def parted(text: str, known: Mapping[str, str]) -> tuple[str, str, dict[str, Any]]:
    """What finds the events of a search, what is done with them, and how they are marked."""
    period = PERIOD.search(text)
    head, _, commands = spoken(text[: period.start()] if period else text, known).partition(" | ")
    if not (found := MARKS.search(commands)):
        return head, commands, {}
    marks = {"sigma_rule": found[1], "sigma_step": int(found[2])}
    marks |= {"sigma_period": int(period[1])} if period else {}
    return head, MARKS.sub("\n| eval " if found[3] else "", commands), marks


def merged(rows: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Number of an event -> its one result.

    teragrep has a row for each of several values of a field; in Splunk they are of one result.
    """
    held: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for name, value in row.items():
            values = held[row["_case"]][name]
            if value not in values:
                values.append(value)
    return {
        number: {name: own[0] if len(own) == 1 else own for name, own in result.items()}
        for number, result in held.items()
    }
