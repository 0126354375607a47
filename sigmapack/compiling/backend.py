"""A pySigma backend for languages in which we write the comparisons ourselves.

pySigma parses rules, applies the pipeline and walks the condition; what a language says for "this
field is one of these values" is one method. Values of one field that stand in one OR reach that
method together, so that a language can write a list, or one regular expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionItem,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.conversion.base import TextQueryBackend
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SpecialChars,
)

from sigmapack.content.model import Refused

Token = str | SpecialChars

COMPARISONS = {
    CompareOperators.LT: "<",
    CompareOperators.LTE: "<=",
    CompareOperators.GT: ">",
    CompareOperators.GTE: ">=",
}


class Shape(NamedTuple):
    """A Sigma value taken apart: `kind` is exact, prefix, suffix, contains or pattern."""

    kind: str
    text: str
    """The literal part; of a pattern the empty string."""
    tokens: tuple[Token, ...]


def shape(value: SigmaString) -> Shape:
    """How a value's wildcards stand: none, at the end, at the start, at both, or elsewhere."""
    tokens: tuple[Token, ...] = tuple(part for part in value.s if part != "")  # type: ignore[misc]
    stars = [part is SpecialChars.WILDCARD_MULTI for part in tokens]
    text = "".join(part for part in tokens if isinstance(part, str))
    plain = [isinstance(part, str) for part in tokens]
    if all(plain):
        return Shape("exact", text, tokens)
    if len(tokens) == 2 and plain[0] and stars[1]:
        return Shape("prefix", text, tokens)
    if len(tokens) == 2 and stars[0] and plain[1]:
        return Shape("suffix", text, tokens)
    if len(tokens) == 3 and stars[0] and plain[1] and stars[2]:
        return Shape("contains", text, tokens)
    return Shape("pattern", "", tokens)


class ConditionBackend(TextQueryBackend):
    """Gives the bare condition. Subclasses write `strings`, `number`, `absent`, `exists`, `regex`.

    Groups of another operator are always in parentheses: no reader, and no engine, has to know the
    language's precedence (pySigma's LogScale backend 3.0 has it wrong, for one).
    """

    name = "condition"
    formats = {"default": "bare condition"}  # noqa: RUF012
    requires_pipeline = False
    and_token = "and"
    or_token = "or"
    not_token = "not"
    token_separator = " "
    group_expression = "({expr})"
    line = "\n  "
    """What stands before an operator in a long list."""

    def strings(self, field: str, values: Sequence[SigmaString]) -> str:
        """That a field is, in any case, one of the values."""
        raise NotImplementedError

    def number(self, field: str, operator: str, value: int | float) -> str:
        """That a field compares to a number; the operator is one of = < <= > >=."""
        raise NotImplementedError

    def absent(self, field: str) -> str:
        """That an event has no such field, or an empty one."""
        raise NotImplementedError

    def exists(self, field: str) -> str:
        """That an event has such a field."""
        raise NotImplementedError

    def regex(self, field: str, pattern: str, insensitive: bool) -> str:
        """That a regular expression is found in a field."""
        raise NotImplementedError

    def convert_condition(self, cond: Any, state: Any) -> Any:
        """One node of the condition."""
        if isinstance(cond, ConditionOR):
            return self._joined(self.or_token, self._alternatives(cond, state))
        if isinstance(cond, ConditionAND):
            return self._joined(self.and_token, [self._operand(a, cond, state) for a in cond.args])
        if isinstance(cond, ConditionNOT):
            return self.negated(self.convert_condition(cond.args[0], state))
        if isinstance(cond, ConditionFieldEqualsValueExpression):
            return self._atom(cond.field, [cond.value])
        if isinstance(cond, ConditionValueExpression):
            raise Refused("a search for words without a field cannot be expressed")
        raise Refused(f"{type(cond).__name__} cannot be expressed")

    def negated(self, expression: str) -> str:
        """The opposite of an expression."""
        return f"{self.not_token} ({expression})"

    def _joined(self, token: str, parts: list[str]) -> str:
        if sum(map(len, parts)) > 100:
            return f"{self.line}{token} ".join(parts)
        return f" {token} ".join(parts)

    def _operand(self, cond: Any, outer: ConditionItem, state: Any) -> str:
        text = str(self.convert_condition(cond, state))
        mixed = isinstance(cond, ConditionItem) and not isinstance(cond, type(outer) | ConditionNOT)
        if isinstance(cond, ConditionOR) and len(self._alternatives(cond, state)) == 1:
            mixed = False
        expansion = isinstance(getattr(cond, "value", None), SigmaExpansion)
        return f"({text})" if mixed or expansion else text

    def _alternatives(self, cond: ConditionOR, state: Any) -> list[str]:
        """The parts of an OR, with the plain values of each field taken together."""
        grouped: dict[str, list[Any]] = {}
        parts: list[tuple[str, str | None]] = []
        for arg in cond.args:
            if isinstance(arg, ConditionFieldEqualsValueExpression) and isinstance(
                arg.value, SigmaString | SigmaNumber
            ):
                if arg.field not in grouped:
                    parts.append((arg.field, None))
                grouped.setdefault(arg.field, []).append(arg.value)
            else:
                parts.append(("", self._operand(arg, cond, state)))
        return [text if text is not None else self._atom(f, grouped[f]) for f, text in parts]

    def _atom(self, field: str, values: list[Any]) -> str:
        value = values[0]
        if isinstance(value, SigmaExpansion):
            return self._atom(field, list(value.values))
        if isinstance(value, SigmaString | SigmaNumber | SigmaBool):
            return self._values(field, values)
        if isinstance(value, SigmaCompareExpression):
            return self.number(field, COMPARISONS[value.op], value.number.number)
        if isinstance(value, SigmaNull):
            return self.absent(field)
        if isinstance(value, SigmaExists):
            found = self.exists(field)
            return found if value.exists else self.negated(found)
        if isinstance(value, SigmaRegularExpression):
            flags = {flag.name for flag in value.flags}
            return self.regex(field, str(value.regexp), "IGNORECASE" in flags)
        raise Refused(f"{type(value).__name__.removeprefix('Sigma')} of {field} has no template")

    def _values(self, field: str, values: list[Any]) -> str:
        strings = [v if isinstance(v, SigmaString) else None for v in values]
        numbers = [v.number for v in values if isinstance(v, SigmaNumber)]
        texts = [SigmaString(str(v.boolean).lower()) for v in values if isinstance(v, SigmaBool)]
        texts += [value for value in strings if value is not None]
        parts = [self.strings(field, texts)] if texts else []
        parts += [self.number(field, "=", number) for number in numbers]
        return parts[0] if len(parts) == 1 else f"({f' {self.or_token} '.join(parts)})"

    def finalize_query_default(self, rule: Any, query: str, index: int, state: Any) -> str:
        """The condition as it is; the frame is the target's."""
        return query

    def finalize_output_default(self, queries: list[str]) -> list[str]:
        """One condition for each condition of the rule."""
        return queries


def regex_body(tokens: Sequence[Token], escape: str = r"\.^$*+?()[]{}|/") -> str:
    """A value as an RE2 expression without anchors; the characters of `escape` are literal."""
    parts = []
    for token in tokens:
        if token is SpecialChars.WILDCARD_MULTI:
            parts.append(".*")
        elif token is SpecialChars.WILDCARD_SINGLE:
            parts.append(".")
        else:
            parts.append("".join(f"\\{c}" if c in escape else c for c in str(token)))
    return "".join(parts)


def domains(values: Sequence[SigmaString]) -> tuple[list[str], list[SigmaString]]:
    """The names of which all four forms are there (`d`, `*.d`, `d.`, `*.d.`), and the rest."""
    plain = [str(value) for value in values]
    known = set(plain)
    names = [
        text
        for text in plain
        if {f"*.{text}", f"{text}.", f"*.{text}."} <= known and "*" not in text
    ]
    taken = {form.format(name) for name in names for form in ("{}", "*.{}", "{}.", "*.{}.")}
    return names, [value for value, text in zip(values, plain, strict=True) if text not in taken]


def alternation(values: Sequence[SigmaString], escape: str = r"\.^$*+?()[]{}|/") -> str:
    """One RE2 expression, to be anchored at both ends, that is any of the values."""
    names, rest = domains(values)
    parts = [regex_body(shape(value).tokens, escape) for value in rest]
    if names:
        listed = "|".join(regex_body((name,), escape) for name in names)
        parts.insert(0, f"(?:.*\\.)?(?:{listed})\\.?")
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
