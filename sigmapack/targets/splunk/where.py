"""Splunk: the parts of a condition that `search` cannot say, or only at great length, as `where`.

`search` knows wildcards and no regular expression, so that a host inside of a URL, or a name among
hundreds, is asked for behind it: `match` of `where` takes an expression (PCRE,
https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/ConditionalFunctions). `search`
then asks for no less than the whole condition: what finds all that the expression finds, and what
stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
)
from sigma.conversion.state import ConversionState
from sigma.types import SigmaRegularExpression, SigmaString

from sigmapack.compiling.mends import Mends, texts_and_numbers
from sigmapack.compiling.regex import alternation
from sigmapack.content.kinds import escape
from sigmapack.content.urls import addresses

#: How many values an exclusion may list in `search`.
MOST = 300


def late(cond: Any) -> bool:
    """Whether a part of a condition is said by `where`."""
    found = list(leaves(cond))
    if any(isinstance(getattr(leaf, "value", None), SigmaRegularExpression) for leaf in found):
        return True
    return isinstance(cond, ConditionNOT) and len(found) > MOST


def conjuncts(cond: Any) -> list[Any]:
    """The parts of a condition that must all hold."""
    if not isinstance(cond, ConditionAND):
        return [cond]
    return [part for arg in cond.args for part in conjuncts(arg)]


def together(parts: list[Any]) -> Any:
    """A condition of parts that must all hold."""
    return parts[0] if len(parts) == 1 else ConditionAND(parts)


def widened(cond: Any) -> Any:
    """A condition that `search` can say, and that all fulfil who fulfil this one; None for any."""
    if not late(cond):
        return cond
    if isinstance(cond, ConditionAND):
        parts = [part for arg in cond.args if (part := widened(arg)) is not None]
        return together(parts) if parts else None
    if isinstance(cond, ConditionOR):
        parts = [widened(arg) for arg in cond.args]
        return None if None in parts else ConditionOR(parts)
    return None if isinstance(cond, ConditionNOT) else _containing(cond)


def _containing(cond: ConditionFieldEqualsValueExpression) -> Any:
    """That a URL holds a host, and behind it a path, wherever; None for another expression."""
    value = cond.value
    wanted = addresses(str(value.regexp)) if isinstance(value, SigmaRegularExpression) else ()
    parts: list[Any] = []
    for host, path in wanted:
        behind = [escape(path)] if path else []
        text = SigmaString("*".join(["", escape(host), *behind, ""]))
        parts.append(ConditionFieldEqualsValueExpression(cond.field, text))
    return ConditionOR(parts) if parts else None


def leaves(cond: Any) -> Iterator[Any]:
    """The comparisons that a condition is made of."""
    if not isinstance(cond, ConditionAND | ConditionOR | ConditionNOT):
        yield cond
        return
    for arg in cond.args:
        yield from leaves(arg)


class Where(Mends):
    """A condition as `where` takes it: every text is compared by an expression, in any case."""

    name: ClassVar[str] = "Splunk, where"
    group_expression: ClassVar[str] = "({expr})"
    token_separator = " "
    and_token: ClassVar[str] = "AND"
    or_token: ClassVar[str] = "OR"
    not_token: ClassVar[str] = "NOT"
    field_null_expression: ClassVar[str] = "isnull('{field}')"

    def terms(self, field: str, values: list[Any]) -> list[str]:
        """One expression for all texts of a field, and each number."""
        texts, numbers = texts_and_numbers(values)
        found = [_match(field, f"(?is)^{alternation(texts)}$")] if texts else []
        return [self.grouped([*found, *(f"'{field}'=={number}" for number in numbers)])]

    def convert_condition_field_eq_val_re(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """An expression as it is."""
        value = cond.value
        assert isinstance(value, SigmaRegularExpression)
        flags = "".join(sorted(flag.name[0].lower() for flag in value.flags))
        return _match(cond.field, (f"(?{flags})" if flags else "") + str(value.regexp))


def _match(field: str, expression: str) -> str:
    """A field that is not there is compared as an empty text: `match` of null is null."""
    return f'match(coalesce(\'{field}\', ""), "{_written(expression)}")'


def _written(expression: str) -> str:
    """An expression inside of quotes, whether or not `\\\\` is an escape there.

    A quote is written by its number, without the backslash that it may have already.
    """
    text = re.sub(r'(\\*)"', lambda found: found[1][: len(found[1]) & ~1] + r"\x22", expression)
    return f"{text}(?:)" if text.endswith("\\") else text
