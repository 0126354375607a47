"""What a rule asks of an event, as alternatives: whoever fulfils none of them cannot match.

The answer is never narrower than the rule. What no filter of a sensor can say is left out:
negations, regular expressions, comparisons. A wildcard amid a value leaves its longest piece.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionOR,
)
from sigma.rule import SigmaRule
from sigma.types import SigmaBool, SigmaNumber, SigmaString, SpecialChars

from sigmapack.content.model import Content, Rule
from sigmapack.content.placeholders import resolve

#: What no configuration file has.
CONTROL = re.compile(r"[\x00-\x1f]")
#: Alternatives that a rule may have: past that its widest part is left out.
MOST = 5_000
IS, CONTAINS, BEGINS, ENDS = "is", "contains", "begin with", "end with"


@dataclass(frozen=True, order=True)
class Ask:
    """A field, how it is compared, and the values of which one is enough."""

    field: str
    how: str
    values: tuple[str, ...]


#: All of these are asked for; an empty one lets every event pass.
Term = tuple[Ask, ...]
#: (path, name) of a rule -> its alternatives.
Asked = Mapping[tuple[str, str], tuple[Term, ...]]


def terms(rule: Rule) -> tuple[Term, ...]:
    """The alternatives of a rule whose placeholders are filled in.

    Args:
        rule: one rule that is no correlation, as `content.placeholders.resolve` gives it.

    Raises:
        sigma.exceptions.SigmaError: it is no Sigma rule (the checks report that before).
    """
    parsed = SigmaRule.from_dict(rule.copy())
    found = [_terms(condition.parsed) for condition in parsed.detection.parsed_condition]
    return _merged(itertools.chain.from_iterable(found))


def asked(content: Content) -> Asked:
    """What each rule that is no correlation asks for, by the rule's path and name."""
    return {
        (rule.path, rule.name): terms(resolve(rule, content.lookups)) for rule in content.detections
    }


def _terms(node: Any) -> tuple[Term, ...]:
    if isinstance(node, ConditionOR):
        return _merged(term for arg in node.args for term in _terms(arg))
    if isinstance(node, ConditionAND):
        parts = [_terms(arg) for arg in node.args]
        while len(parts) > 1 and math.prod(map(len, parts)) > MOST:
            parts.remove(max(parts, key=len))
        return _merged(
            tuple(dict.fromkeys(itertools.chain.from_iterable(chosen)))
            for chosen in itertools.product(*parts)
        )
    if isinstance(node, ConditionFieldEqualsValueExpression) and (ask := _ask(node)):
        return ((ask,),)
    return ((),)  # a negation, a keyword, what no filter can say, or what a later Sigma may have


def _ask(node: ConditionFieldEqualsValueExpression) -> Ask | None:
    value = node.value
    if isinstance(value, SigmaBool):
        return Ask(node.field, IS, (str(value.boolean).lower(),))
    if isinstance(value, SigmaNumber):
        return Ask(node.field, IS, (str(value.number),))
    if not isinstance(value, SigmaString):
        return None
    parts = value.s
    pieces = [part for part in parts if isinstance(part, str) and part]
    if not pieces or any(map(CONTROL.search, pieces)):
        return None
    if len(pieces) == len(parts):
        return Ask(node.field, IS, ("".join(pieces),))
    star = SpecialChars.WILDCARD_MULTI
    if len(pieces) == 1 and len(parts) == 2 and star in parts:
        return Ask(node.field, ENDS if parts[0] is star else BEGINS, (pieces[0],))
    return Ask(node.field, CONTAINS, (max(pieces, key=len),))


def _merged(found: Iterable[Term]) -> tuple[Term, ...]:
    """Terms of one ask become one where only the value differs."""
    result: dict[Any, dict[str, None] | None] = {}
    for term in found:
        if len(term) != 1:
            result.setdefault(term)
            continue
        (ask,) = term
        values = result.setdefault((ask.field, ask.how), {})
        assert values is not None  # no term is a field and a comparison
        values.update(dict.fromkeys(ask.values))
    return tuple(
        key if values is None else (Ask(key[0], key[1], tuple(values)),)
        for key, values in result.items()
    )
