"""KQL: what several queries begin with, said once under a name."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

#: Lines from which on a beginning is worth a name, or the characters of a single one.
LEAST, LONG = 2, 200


def shared(queries: list[str]) -> tuple[str, list[str]]:
    """Tables with names, as `let` statements, and the queries that begin with those names.

    Args:
        queries: each of operators that start a line with a bar.
    """
    heads = [head(query) for query in queries]
    starts = Counter(lines[:end] for lines in heads for end in range(_least(lines), len(lines) + 1))
    longest = [
        next(
            (
                lines[:end]
                for end in range(len(lines), _least(lines) - 1, -1)
                if starts[lines[:end]] > 1
            ),
            (),
        )
        for lines in heads
    ]
    users = Counter(longest)
    named = [start for start in users if start and users[start] > 1]
    names = {start: f"Events{number}" for number, start in enumerate(named, 1)}
    lets = "".join(f"let {name} = {_indented(start)};\n" for start, name in names.items())
    return lets, [
        query.replace("\n".join(start), names[start], 1) if start in names else query
        for query, start in zip(queries, longest, strict=True)
    ]


def head(query: str) -> tuple[str, ...]:
    """The lines that a query begins with, up to an operator of several; the last is left."""
    lines = query.split("\n")
    size = next(
        (n for n, (_, after) in enumerate(pairwise(lines)) if after[:2] != "| "), len(lines) - 1
    )
    return tuple(lines[:size])


def _least(lines: tuple[str, ...]) -> int:
    """How many lines of a beginning are worth a name."""
    return 1 if lines and len(lines[0]) >= LONG else LEAST


def _indented(lines: tuple[str, ...]) -> str:
    return "\n    ".join(lines)
