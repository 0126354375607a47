"""Grafana Loki: label filters.

LogQL has no NOT for a group (https://grafana.com/docs/loki/latest/query/): negation is pushed down
to the comparisons. pySigma's loki backend (0.15.1) drops a NOT before an expression and takes
seconds for long lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.types import SigmaNumber, SigmaString

from sigmapack.compiling.backend import ConditionBackend, alternation
from sigmapack.content.model import Refused
from sigmapack.targets.loki.correlation import quoted
from sigmapack.targets.loki.fields import ARRAYS

OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}


class Backend(ConditionBackend):
    """Label filters: anchored RE2 that ignores case, with negation pushed down."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inside_not = False

    def convert_condition(self, cond: Any, state: Any) -> Any:
        """One node; below a NOT by De Morgan's laws: opposite comparisons, AND and OR changed."""
        if isinstance(cond, ConditionNOT):
            self.inside_not = not self.inside_not
            inner = cond.args[0]
            text = str(self.convert_condition(inner, state))
            self.inside_not = not self.inside_not
            return f"({text})" if isinstance(inner, ConditionAND | ConditionOR) else text
        return super().convert_condition(cond, state)

    def _joined(self, token: str, parts: list[str]) -> str:
        if self.inside_not:
            token = {"and": "or", "or": "and"}[token]
        return super()._joined(token, parts)

    def _values(self, field: str, values: list[Any]) -> str:
        numbers = [[value] for value in values if isinstance(value, SigmaNumber)]
        texts = [value for value in values if not isinstance(value, SigmaNumber)]
        groups = [texts, *numbers] if texts else numbers
        parts = [ConditionBackend._values(self, field, group) for group in groups]
        return parts[0] if len(parts) == 1 else f"({self._joined(self.or_token, parts)})"

    def negated(self, expression: str) -> str:
        """Never reached: `convert_condition` pushes NOT down."""
        raise Refused("LogQL cannot negate an expression")

    def strings(self, field: str, values: Sequence[SigmaString]) -> str:
        """One alternation, with anchors that Loki should not need.

        Loki (3.7) turns `a|ab` and `a.*` in a label filter into "contains a" and forgets that the
        expression is anchored (`simplifyConcat` in pkg/logql/log/filter.go); anchors prevent that.
        """
        body = alternation(values, r"\.^$*+?()[]{}|")
        if field in ARRAYS:
            # a quote inside an element is escaped, so that only a real one follows a comma
            body = rf'.*[\[,]\s*"{body}"\s*[,\]].*'
        operator = "!~" if self.inside_not else "=~"
        return f"{field}{operator}{quoted(f'(?is)^{body}$')}"

    def number(self, field: str, operator: str, value: int | float) -> str:
        """Equality as text: compared as a number, a label that is none (`-`) passes every filter.

        Where a number must be compared, `_frame` drops the lines that Loki passed by such an error;
        below a NOT a missing label holds, which Loki's own comparison does not see.
        """
        if operator == "=":
            return f'{field}{"!=" if self.inside_not else "="}"{value}"'
        if self.inside_not:
            return f'({field}{OPPOSITE[operator]}{value} or {field}="")'
        return f"{field}{operator}{value}"

    def absent(self, field: str) -> str:
        """A label that is missing is an empty string."""
        return f'{field}{"!=" if self.inside_not else "="}""'

    def exists(self, field: str) -> str:
        """A label that is missing is an empty string."""
        return f'{field}{"=" if self.inside_not else "!="}""'

    def regex(self, field: str, pattern: str, insensitive: bool) -> str:
        """Unanchored, as Sigma's are."""
        flags = "(?is)" if insensitive else "(?s)"
        operator = "!~" if self.inside_not else "=~"
        return f"{field}{operator}{quoted(f'{flags}^.*(?:{pattern}).*$')}"
