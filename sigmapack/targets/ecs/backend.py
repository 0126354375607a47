"""The part of a pySigma backend that Elastic's languages share: all values of a field in one term.

pySigma's own backends (elasticsearch 2.1.1, opensearch 2.0.3) compare keyword fields with regard to
case, event codes as numbers in EQL, and lose what is absent under NOT. So each language says itself
how a field is compared with a list of values (`match`), and this class collects the lists.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any, ClassVar

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
)
from sigma.conversion.base import TextQueryBackend
from sigma.conversion.state import ConversionState
from sigma.exceptions import SigmaFeatureNotSupportedByBackendError as Unsupported
from sigma.types import (
    SigmaBool,
    SigmaCIDRExpression,
    SigmaNumber,
    SigmaString,
    SpecialChars,
)

from sigmapack.targets.ecs.fields import kind

PLAIN = (SigmaString, SigmaNumber, SigmaBool)
#: A Sigma string as text and wildcards: `*` and `?` as members of SpecialChars.
Pieces = tuple[Any, ...]
MULTI, SINGLE = SpecialChars.WILDCARD_MULTI, SpecialChars.WILDCARD_SINGLE


def pieces(value: Any) -> Pieces:
    """A value's text and wildcards."""
    return tuple(value.s) if isinstance(value, SigmaString) else (str(value).lower(),)


def shape(value: Pieces) -> tuple[bool, Pieces, bool]:
    """Whether a `*` stands in front, what is between, and whether one stands at the end."""
    front = bool(value) and value[0] is MULTI
    value = value[1:] if front else value
    end = bool(value) and value[-1] is MULTI
    return front, value[:-1] if end else value, end


def literal(value: Pieces) -> str:
    """The text of a value that has no wildcard."""
    return "".join(str(piece) for piece in value)


def is_literal(value: Pieces) -> bool:
    """Whether a value has no wildcard."""
    return all(isinstance(piece, str) for piece in value)


class EcsBackend(TextQueryBackend):
    """Every group in parentheses; OR of values of one field becomes one `match`."""

    formats: ClassVar[dict[str, str]] = {"default": "bare condition"}
    requires_pipeline: ClassVar[bool] = False
    precedence = (ConditionNOT, ConditionAND, ConditionOR)
    group_expression: ClassVar[str] = "({expr})"
    token_separator: str = " "
    bool_values: ClassVar[dict[bool, str | None]] = {True: "true", False: "false"}
    convert_or_as_in: ClassVar[bool] = False
    negated: int = 0
    """How many NOTs stand around what is being converted."""

    def match(self, field: str, values: list[Pieces]) -> list[str]:
        """Terms of which one holds when a keyword field has one of the values, in any case."""
        raise NotImplementedError

    def match_exact(self, field: str, values: list[str], kind: str) -> str:
        """A term that holds when a field of an exact kind has one of the values."""
        raise NotImplementedError

    def cidr(self, field: str, network: str) -> str:
        """A term that holds when an address is in a network."""
        raise NotImplementedError

    def exists(self, field: str, wanted: bool) -> str:
        """A term that holds when a field is there, or is not."""
        raise NotImplementedError

    def compare_precedence(self, outer: Any, inner: Any) -> bool:
        """Whether `inner` stands without parentheses in `outer`: only single terms do."""
        if isinstance(inner, ConditionNOT):
            return isinstance(outer, ConditionAND)
        return not isinstance(inner, ConditionAND | ConditionOR)

    def convert_condition_or(self, cond: ConditionOR, state: ConversionState) -> str:
        """Conversion of OR, in parentheses if there are several terms."""
        parts = self._alternatives(cond, state)
        joined = f" {self.or_token} ".join(parts)
        return f"({joined})" if len(parts) > 1 else joined

    def _alternatives(self, cond: ConditionOR, state: ConversionState) -> list[str]:
        """The terms of an OR, with the values of each field together."""
        parts: list[str] = []
        values: dict[str, list[Any]] = {}
        for arg in _flat(cond):
            if isinstance(arg, ConditionFieldEqualsValueExpression) and type(arg.value) in PLAIN:
                values.setdefault(arg.field, []).append(arg.value)
                continue
            grouped = not self.compare_precedence(cond, arg)
            text = str(self.convert_condition(arg, state))
            parts.append(f"({text})" if grouped else text)
        for field, listed in values.items():
            parts += self.terms(field, listed)
        return parts

    def convert_condition_and(self, cond: ConditionAND, state: ConversionState) -> str:
        """Conversion of AND; an OR brings its own parentheses."""
        parts = []
        for arg in cond.args:
            text = str(self.convert_condition(arg, state))
            parts.append(f"({text})" if isinstance(arg, ConditionAND) else text)
        return f" {self.and_token} ".join(parts)

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        """Conversion of NOT, always with its group."""
        self.negated += 1
        inner = cond.args[0]
        if isinstance(inner, ConditionOR):
            text = f" {self.or_token} ".join(self._alternatives(inner, state))
        else:
            text = str(self.convert_condition(inner, state))
        self.negated -= 1
        return self.negation(f"({text})")

    def negation(self, group: str) -> str:
        """NOT of a group that is in parentheses."""
        return f"{self.not_token} {group}"

    def terms(self, field: str, values: list[Any]) -> list[str]:
        """One term, or several of which one must hold, for a field and its values."""
        how = kind(field)
        if how == "keyword":
            return self.match(field, list(dict.fromkeys(map(pieces, values))))
        texts = []
        for value in map(pieces, values):
            if not is_literal(value):
                raise Unsupported(f"{field} is no text: it cannot be compared with a wildcard")
            texts.append(_checked(literal(value), field, how))
        return [self.match_exact(field, list(dict.fromkeys(texts)), how)]

    def _one(self, cond: ConditionFieldEqualsValueExpression) -> str:
        parts = self.terms(cond.field, [cond.value])
        joined = f" {self.or_token} ".join(parts)
        return f"({joined})" if len(parts) > 1 else joined

    def convert_condition_field_eq_val_str(self, cond: Any, state: ConversionState) -> str:
        """Conversion of field = text."""
        return self._one(cond)

    def convert_condition_field_eq_val_str_case_sensitive(
        self, cond: Any, state: ConversionState
    ) -> str:
        """Refused: every comparison of text ignores case."""
        raise Unsupported("values with regard to case are not supported")

    def convert_condition_field_eq_val_num(self, cond: Any, state: ConversionState) -> str:
        """Conversion of field = number."""
        return self._one(cond)

    def convert_condition_field_eq_val_bool(self, cond: Any, state: ConversionState) -> str:
        """Conversion of field = true or false."""
        return self._one(cond)

    def convert_condition_field_compare_op_val(self, cond: Any, state: ConversionState) -> str:
        """Conversion of a comparison of numbers; codes are text in ECS and have no order."""
        if kind(cond.field) != "number":
            raise Unsupported(f"{cond.field} is no number: it cannot be compared by size")
        return str(super().convert_condition_field_compare_op_val(cond, state))

    def convert_condition_field_eq_val_re(self, cond: Any, state: ConversionState) -> str:
        """Refused: Sigma's expressions are PCRE, Lucene's know neither anchors nor flags."""
        raise Unsupported("regular expressions (PCRE) have no equivalent in Lucene's syntax")

    def convert_condition_field_eq_field(self, cond: Any, state: ConversionState) -> str:
        """Refused."""
        raise Unsupported("the comparison of two fields is not supported")

    def convert_condition_field_eq_val_cidr(self, cond: Any, state: ConversionState) -> str:
        """Conversion of field in network."""
        assert isinstance(cond.value, SigmaCIDRExpression)
        if kind(cond.field) != "ip":
            raise Unsupported(f"{cond.field} holds no address")
        return self.cidr(cond.field, cond.value.cidr)

    def convert_condition_field_eq_val_null(self, cond: Any, state: ConversionState) -> str:
        """Conversion of field = null."""
        return self.exists(cond.field, False)

    def convert_condition_field_eq_val_exists(self, cond: Any, state: ConversionState) -> str:
        """Conversion of `field|exists`."""
        return self.exists(cond.field, bool(cond.value))

    def convert_condition_val_str(self, cond: Any, state: ConversionState) -> str:
        """Refused: a value without a field."""
        raise Unsupported("a value without a field is not supported")

    convert_condition_val_num = convert_condition_val_str
    convert_condition_val_re = convert_condition_val_str


def _flat(cond: ConditionOR) -> Iterator[Any]:
    for arg in cond.args:
        if isinstance(arg, ConditionOR):
            yield from _flat(arg)
        else:
            yield arg


def _checked(text: str, field: str, how: str) -> str:
    if how == "ip":
        try:
            return str(ipaddress.ip_address(text))
        except ValueError:
            raise Unsupported(f"{field} holds addresses, not {text}") from None
    if how == "number" and not text.isdigit():
        raise Unsupported(f"{field} holds numbers, not {text}")
    return text.lower() if how in ("hash", "boolean") else text
