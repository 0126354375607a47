"""Grafana Loki: label filters, by pySigma's backend (loki 0.15.1) with its faults mended.

LogQL has no NOT for a group (https://grafana.com/docs/loki/latest/query/): negation is pushed down
to the comparisons, here while a condition is converted.
"""

from __future__ import annotations

from typing import Any

from sigma.backends.loki.loki import LogQLBackend
from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.conversion.state import ConversionState
from sigma.types import SigmaString

from sigmapack.compiling.mends import Mends, texts_and_numbers
from sigmapack.compiling.regex import alternation, known_to_re2
from sigmapack.content.model import Refused
from sigmapack.content.urls import addresses
from sigmapack.targets.loki.correlation import quoted
from sigmapack.targets.loki.fields import ARRAYS


class Backend(Mends, LogQLBackend):
    """Label filters: anchored RE2 that ignores case, with negation pushed down."""

    @property
    def denying(self) -> bool:
        """Whether the opposite is asked for: under one NOT, not under NOT of NOT."""
        return self.negated % 2 == 1

    def update_parsed_conditions(self, condition: Any, negated: bool = False) -> Any:
        """0.15.1: every text becomes an expression of its own, in which `\\?` is any character."""
        return condition

    def partition_rule(self, condition: Any, partitions: int) -> list[Any]:
        """0.15.1: a text of over 4,096 characters becomes several, which lose the last values."""
        return [condition]

    def joined(self, token: str, parts: list[str]) -> str:
        """Parts with an operator between them: under a NOT the other one (De Morgan)."""
        opposite = {self.and_token: self.or_token, self.or_token: self.and_token}
        return super().joined(opposite[token] if self.denying else token, parts)

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        """0.15.1 has no NOT once the tree stays as it is read (`update_parsed_conditions`)."""
        text = self.denied(cond, state)
        return f"({text})" if isinstance(cond.args[0], ConditionAND | ConditionOR) else text

    def convert_condition_field_eq_val(self, cond: Any, state: ConversionState) -> str:
        """0.15.1 takes the opposite from a mark, which only its change of the tree sets."""
        cond.negated = self.denying
        return super().convert_condition_field_eq_val(cond, state)

    def terms(self, field: str, values: list[Any]) -> list[str]:
        """One alternation for all texts; numbers as text.

        Compared as a number, a label that is none (`-`) passes every filter. Where it must be,
        `queries` drops the lines that passed so.
        """
        self.set_expression_templates(self.denying)
        name = self.escape_and_quote_field(field)
        texts, numbers = texts_and_numbers(values)
        found = []
        if texts:
            found.append(self.re_expression.format(field=name, regex=_anchored(field, texts)))
        found += [f'{name}{self.eq_token}"{number}"' for number in numbers]
        return [self.grouped(found)]

    def convert_value_re(self, r: Any, state: ConversionState) -> str:
        """0.15.1: Loki wants the whole value, Sigma a part of it."""
        if addresses(str(r.regexp)):
            return quoted(f"(?s){r.regexp}")
        flags = "(?is)" if "IGNORECASE" in {flag.name for flag in r.flags} else "(?s)"
        return quoted(f"{flags}^.*(?:{known_to_re2(str(r.regexp))}).*$")

    def convert_condition_field_compare_op_val(self, cond: Any, state: ConversionState) -> str:
        """0.15.1: a missing label passes neither a comparison nor its opposite."""
        text = str(super().convert_condition_field_compare_op_val(cond, state))
        return f'({text} or {self.escape_and_quote_field(cond.field)}="")' if self.denying else text

    def convert_condition_field_eq_val_null(self, cond: Any, state: ConversionState) -> str:
        """0.15.1 writes the empty label in backticks here, in quotes where it `exists`."""
        return str(self.convert_condition_field_not_exists(cond, state))

    def convert_condition_field_eq_val_cidr(self, cond: Any, state: ConversionState) -> str:
        """0.15.1: the field is no label's name; a missing label passes neither `=ip` nor `!=ip`."""
        raise Refused(f"{cond.field} cannot be compared with a network")

    def convert_condition_field_eq_val_timestamp_part(
        self, cond: Any, state: ConversionState
    ) -> str:
        """0.15.1: the test leaves the condition, so that OR becomes AND."""
        raise Refused(f"parts of the time in {cond.field} cannot be compared")

    def convert_condition_field_eq_query_expr(self, cond: Any, state: ConversionState) -> str:
        """0.15.1 drops a NOT before an expression."""
        raise Refused(f"an expression for {cond.field} could not be negated")


def _anchored(field: str, values: list[SigmaString]) -> str:
    """One alternation, with anchors that Loki should not need.

    Loki (3.7) turns `a|ab` and `a.*` in a label filter into "contains a" and forgets that the
    expression is anchored (`simplifyConcat` in pkg/logql/log/filter.go); anchors prevent that.
    """
    body = alternation(values, r"\.^$*+?()[]{}|")
    if field in ARRAYS:
        # a quote inside an element is escaped, so that only a real one follows a comma
        body = rf'.*[\[,]\s*"{body}"\s*[,\]].*'
    return quoted(f"(?is)^{body}$")
