"""KQL: many pieces of a value, or endings, as one regular expression.

What all begin and end with is said once, since rules have a limit of characters. Neither an
expression nor `contains` and `endswith` use an index.
"""

from __future__ import annotations

from collections.abc import Sequence

from sigmapack.targets.kql.factor import ANY, ONE, part


def ending(texts: Sequence[str]) -> str:
    """Values of which only the ends are known, each with `ANY` before it."""
    return f"(?is){_listed([text[1:] for text in texts])}$"


def containing(texts: Sequence[str]) -> str:
    """Pieces of values, each with `ANY` around it."""
    return f"(?is){_listed([text[1:-1] for text in texts])}"


def inside(text: str) -> bool:
    """Whether a value is plain text between two wildcards."""
    return text[:1] == text[-1:] == ANY and bool(text[1:-1]) and not {ANY, ONE} & set(text[1:-1])


def _listed(texts: Sequence[str]) -> str:
    """One of some texts."""
    head = _common(texts)
    texts = [text[len(head) :] for text in texts]
    tail = _common([text[::-1] for text in texts])[::-1]
    middle = "|".join(part(text[: len(text) - len(tail)]) for text in texts)
    return f"{part(head)}(?:{middle}){part(tail)}"


def _common(texts: Sequence[str]) -> str:
    """What all texts begin with."""
    low, high = min(texts), max(texts)
    ends = (n for n, (one, other) in enumerate(zip(low, high, strict=False)) if one != other)
    return low[: next(ends, len(low))]
