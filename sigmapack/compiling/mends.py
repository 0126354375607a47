"""What pySigma's published backends lack in several languages: Lucene, EQL, ES|QL, LogQL, LogScale.

A language's `Backend` derives from `Mends`, then from its published backend, whose tokens,
templates and methods it inherits. The docstring (or comment) of an override is the fault that it
mends, with the version that has it: elasticsearch 2.1.1 (opensearch 2.0.3 derives from it),
loki 0.15.1, crowdstrike 3.0.0. `tests/targets/stock` shows each fault, and fails once upstream has
mended it: then the override goes.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
)
from sigma.conversion.base import TextQueryBackend
from sigma.conversion.state import ConversionState
from sigma.types import SigmaBool, SigmaExpansion, SigmaNumber, SigmaString, SigmaTimestampPart

from sigmapack.content.model import Refused

#: How long the parts of AND or OR may be together before each gets a line of its own.
WIDTH = 100


class Mends(TextQueryBackend):
    """The bare condition: values of a field together, in any case; groups always in parentheses."""

    # elasticsearch 2.1.1: a list is compared as written, so that case counts (Lucene, ES|QL).
    convert_or_as_in: ClassVar[bool] = False
    line: str = "\n  "
    """What stands before the operators of a long condition."""
    negated: int = 0
    """How many NOTs stand around what is being converted."""

    def terms(self, field: str, values: list[Any]) -> list[str]:
        """Terms of which one holds when a field has one of some plain values, in any case."""
        raise NotImplementedError

    def choices(self, cond: ConditionOR) -> list[Any]:
        """The parts of an OR: conditions, and each field with all of its plain values."""
        fields: dict[str, list[Any]] = {}
        parts: list[Any] = []
        for arg in cond.args:
            if not isinstance(arg, ConditionFieldEqualsValueExpression) or not plain(arg.value):
                parts.append(arg)
                continue
            if arg.field not in fields:
                fields[arg.field] = []
                parts.append((arg.field, fields[arg.field]))
            fields[arg.field].append(arg.value)
        return parts

    def alternatives(self, cond: ConditionOR, state: ConversionState) -> list[str]:
        """The terms of an OR."""
        found: list[str] = []
        for part in self.choices(cond):
            found += (
                self.terms(*part) if isinstance(part, tuple) else [self._part(part, cond, state)]
            )
        return found

    def denied(self, cond: ConditionNOT, state: ConversionState) -> str:
        """What stands under a NOT, without parentheses."""
        inner = cond.args[0]
        self.negated += 1
        if isinstance(inner, ConditionOR):
            text = self.joined(self.or_token, self.alternatives(inner, state))
        else:
            text = str(self.convert_condition(inner, state))
        self.negated -= 1
        return text

    def joined(self, token: str, parts: list[str]) -> str:
        """Parts with an operator between them."""
        before = self.line if sum(map(len, parts)) > WIDTH else self.token_separator
        return f"{before}{token}{self.token_separator}".join(parts)

    def grouped(self, alternatives: list[str]) -> str:
        """Terms of which one must hold as one term, in parentheses if there are several."""
        text = self.joined(self.or_token, alternatives)
        return f"({text})" if len(alternatives) > 1 else text

    def _part(self, cond: Any, outer: Any, state: ConversionState) -> str:
        if self.compare_precedence(outer, cond):
            return str(self.convert_condition(cond, state))
        return str(self.convert_condition_group(cond, state))

    def compare_precedence(self, outer: Any, inner: Any) -> bool:
        """crowdstrike 3.0.0: OR in AND stands bare; loki 0.15.1: AND in OR does."""
        if isinstance(inner, ConditionOR) and len(self.choices(inner)) == 1:
            return True
        if isinstance(getattr(inner, "value", None), SigmaExpansion):
            return False
        return not isinstance(inner, ConditionAND | ConditionOR) or type(inner) is type(outer)

    def convert_condition_or(self, cond: ConditionOR, state: ConversionState) -> str:
        """loki 0.15.1, crowdstrike 3.0.0: a list of hundreds of values is as many comparisons."""
        return self.joined(self.or_token, self.alternatives(cond, state))

    def convert_condition_and(self, cond: ConditionAND, state: ConversionState) -> str:
        """loki 0.15.1, crowdstrike 3.0.0: a condition of any length is one line."""
        return self.joined(self.and_token, [self._part(arg, cond, state) for arg in cond.args])

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        """elasticsearch 2.1.1, crowdstrike 3.0.0: NOT of one term stands without a group."""
        return f"{self.not_token} ({self.denied(cond, state)})"

    def convert_condition_field_eq_val(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """elasticsearch 2.1.1: text is compared with regard to case (Lucene, ES|QL)."""
        value = cond.value
        if not plain(value) and not isinstance(value, SigmaExpansion):
            return str(super().convert_condition_field_eq_val(cond, state))
        values = list(value.values) if isinstance(value, SigmaExpansion) else [value]
        return self.grouped(self.terms(cond.field, values))

    def convert_condition_val(self, cond: Any, state: ConversionState) -> str:
        """elasticsearch 2.1.1: a word alone keeps its case (Lucene), or is no condition (EQL)."""
        raise Refused("a search for words without a field cannot be expressed")

    def convert_condition_field_eq_field(self, cond: Any, state: ConversionState) -> str:
        """elasticsearch 2.1.1: case counts (ES|QL); loki 0.15.1: the test leaves the condition."""
        raise Refused(f"the comparison of {cond.field} with another field is not supported")

    def finalize_query(
        self, rule: Any, query: Any, index: int, state: ConversionState, output_format: str
    ) -> str:
        """elasticsearch 2.1.1, loki 0.15.1: every index or stream is read, whatever the source."""
        return str(query)


def texts_and_numbers(values: list[Any]) -> tuple[list[SigmaString], list[int | float]]:
    """Plain values apart by how they are compared; true and false are texts."""
    numbers = [value.number for value in values if isinstance(value, SigmaNumber)]
    texts = [
        value if isinstance(value, SigmaString) else SigmaString(str(value).lower())
        for value in values
        if not isinstance(value, SigmaNumber)
    ]
    return texts, numbers


def plain(value: Any) -> bool:
    """Whether a value is compared as text, number or truth."""
    kinds = SigmaString | SigmaNumber | SigmaBool
    return isinstance(value, kinds) and not isinstance(value, SigmaTimestampPart)
