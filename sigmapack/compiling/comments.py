"""Comments of queries: the only place that writes a text behind a mark."""

from __future__ import annotations

from collections.abc import Callable

from sigmapack.content.text import one_line


def after(mark: str) -> Callable[[list[str]], str]:
    """What writes lines as comments that begin with a mark and end with the line.

    Args:
        mark: such as `--` or `//`.
    """
    return lambda lines: "".join(f"{mark} {one_line(line)}".rstrip() + "\n" for line in lines)


def none(lines: list[str]) -> str:
    """Nothing: the language has no comments."""
    return ""
