"""All checks: one function each, found in the modules of this package; none stops another.

`@check` marks a function for any folder of Sigma rules, `@own_check` one of the house rules: the
mark is all that registers it.
"""

from __future__ import annotations

import importlib
import pkgutil

from sigmapack.checks.registry import Check, marked
from sigmapack.content.model import Content, Problem

#: Codes of problems after which the house rules would only say the same many times over.
STOPPING = ("sigma", "toml")


def discover(own: bool) -> list[Check]:
    """The checks for all content, or those of the pack's own content, by module and name."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = (importlib.import_module(f"{__name__}.{name}") for name in modules)
    return [function for module in found for function in marked(module, own)]


def problems(content: Content) -> list[Problem]:
    """Everything that is wrong with the content, sorted by place; empty when nothing is.

    The house rules run only on the pack's own content, and only when all of it could be read, is
    Sigma, and has the facts that they compare it with.
    """
    found = list(content.problems)
    for function in discover(own=False):
        found += function(content)
    if content.own and not any(each.unreadable or each.code in STOPPING for each in found):
        for function in discover(own=True):
            found += function(content)
    return sorted(set(found))
