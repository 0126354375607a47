"""How a function becomes a check, and how a check says where something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

from sigmapack.content.model import Content, Problem, Rule

Check = Callable[[Content], Iterator[Problem]]

#: The attribute that marks a check; it says whether the check is a house rule.
MARK = "_house_rule"


def check(function: Check) -> Check:
    """Mark a check for all content."""
    setattr(function, MARK, False)
    return function


def own_check(function: Check) -> Check:
    """Mark a check for the pack's own content only: a house rule."""
    setattr(function, MARK, True)
    return function


def marked(module: ModuleType, own: bool) -> Iterator[Check]:
    """The checks that a module defines, of one of the two kinds, by name."""
    for _, function in sorted(vars(module).items()):
        defined = getattr(function, "__module__", None) == module.__name__
        if defined and getattr(function, MARK, None) is own:
            yield function


def at(rule: Rule, code: str, message: str, *place: str | int) -> Problem:
    """A problem of a rule, at the line of a place in its document."""
    return Problem(rule.path, rule.line(*place), code, " ".join(message.split()))
