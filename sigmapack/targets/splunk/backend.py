"""pySigma's Splunk backend, with every group written out."""

from __future__ import annotations

import re
from typing import Any

from sigma.backends.splunk.splunk import SplunkBackend
from sigma.conditions import ConditionAND, ConditionOR
from sigma.conversion.state import ConversionState


class Backend(SplunkBackend):
    """pySigma's backend with every group written out.

    `search` binds OR before AND, `where` and `eval` do not, and pySigma (its backend 2.1.0) leaves
    out the parentheses that `search` can do without: right, but misread by people and engines.
    """

    # Braces of JSON arrays need no quotes in `search`.
    field_quote_pattern = re.compile(r"^[\w.{}]+$")

    def compare_precedence(self, outer: Any, inner: Any) -> bool:
        """Whether `inner` stands without parentheses in `outer`."""
        if isinstance(inner, ConditionAND | ConditionOR) and type(inner) is not type(outer):
            return isinstance(
                inner, ConditionOR
            ) and self.decide_convert_condition_as_in_expression(inner, ConversionState())
        return bool(super().compare_precedence(outer, inner))
