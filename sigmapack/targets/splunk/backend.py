"""pySigma's Splunk backend, with every group written out."""

from __future__ import annotations

import re
from typing import Any

from sigma.backends.splunk.splunk import SplunkBackend
from sigma.conditions import ConditionAND, ConditionOR, ConditionValueExpression
from sigma.conversion.state import ConversionState
from sigma.exceptions import SigmaFeatureNotSupportedByBackendError as Unsupported
from sigma.types import (
    SigmaCompareExpression,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaQueryExpression,
)

from sigmapack.content.model import Refused
from sigmapack.targets.splunk.where import Where, conjuncts, late, leaves, together, widened


class Backend(SplunkBackend):
    """pySigma's backend with every group written out.

    `search` binds OR before AND, `where` and `eval` do not, and pySigma (its backend 2.1.0) leaves
    out the parentheses that `search` can do without: right, but misread by people and engines.
    """

    # Braces of JSON arrays need no quotes in `search`.
    field_quote_pattern = re.compile(r"^[\w.{}]+$", re.ASCII)
    whole: bool = False
    """Whether the condition of a rule comes next, and not a part of one."""

    def convert_rule(self, rule: Any, *arguments: Any) -> Any:
        """A rule; what is said by `where` stands on a line of its own behind the search."""
        self.whole = True
        return super().convert_rule(rule, *arguments)

    def convert_condition(self, cond: Any, state: ConversionState) -> Any:
        """A condition, of which a rule's own is divided into `search` and `where`.

        Raises:
            Unsupported: `where` would have to read a lookup, as only `search` does by a subsearch.
        """
        parts = conjuncts(cond) if self.whole else []
        self.whole = False
        behind = [part for part in parts if late(part)]
        if not behind:
            return super().convert_condition(cond, state)
        if any(isinstance(leaf.value, SigmaQueryExpression) for p in behind for leaf in leaves(p)):
            raise Unsupported("`where` reads no lookup")
        before = [part for each in parts if (part := widened(each)) is not None]
        search = super().convert_condition(together(before), state) if before else ""
        wheres = (Where().convert_condition(part, ConversionState()) for part in behind)
        return "".join([str(search), *(f"\n| where {where}" for where in wheres)])

    def convert_condition_val(self, cond: ConditionValueExpression, state: ConversionState) -> Any:
        """A word in any field.

        2.1.0: what is no word (`|gt`, `|windash`, `|fieldref` without a field) is a TypeError.

        Raises:
            Refused: it is no word.
        """
        if isinstance(cond.value, SigmaCompareExpression | SigmaExpansion | SigmaFieldReference):
            raise Refused("without a field only words can be searched for")
        return super().convert_condition_val(cond, state)

    def compare_precedence(self, outer: Any, inner: Any) -> bool:
        """Whether `inner` stands without parentheses in `outer`."""
        if isinstance(inner, ConditionAND | ConditionOR) and type(inner) is not type(outer):
            return isinstance(
                inner, ConditionOR
            ) and self.decide_convert_condition_as_in_expression(inner, ConversionState())
        return bool(super().compare_precedence(outer, inner))
