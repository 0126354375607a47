"""CrowdStrike LogScale: comparisons of fields.

Syntax: https://library.humio.com/data-analysis/syntax.html. Whole values are compared in their case
there, so every string is a regular expression with the flag `i`. pySigma's log_scale backend (3.0)
has the precedence of AND and OR reversed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sigma.types import SigmaString, SpecialChars

from sigmapack.compiling.backend import ConditionBackend, domains, regex_body, shape
from sigmapack.content.model import Refused
from sigmapack.targets.logscale.fields import ALGORITHMS


class Backend(ConditionBackend):
    """Field comparisons with regular expressions that ignore case."""

    and_token = "AND"
    or_token = "OR"
    not_token = "NOT"

    def strings(self, field: str, values: Sequence[SigmaString]) -> str:
        """One expression for all values, with anchors where a value has no wildcard."""
        if any(set(shape(value).tokens) == {SpecialChars.WILDCARD_MULTI} for value in values):
            return self.exists(field)
        pattern = expression(values)
        if field in ALGORITHMS:  # alone, or among others as Sysmon writes them
            pattern = f"(?:^|{field}=)(?:{'|'.join(str(value) for value in values)})(?:,|$)"
        flags = "id" if ".*" in pattern else "i"
        if not field.endswith("[]"):
            return f"{field}=/{pattern}/{flags}"
        text = pattern.replace("\\/", "/").replace("\\", "\\\\").replace('"', '\\"')
        return f'array:regex("{field}", regex="{text}", flags="{flags}")'

    def number(self, field: str, operator: str, value: int | float) -> str:
        """Numbers are compared as numbers."""
        return f"{field}{operator}{value}"

    def absent(self, field: str) -> str:
        """`*` is any value."""
        return self.negated(self.exists(field)) if field.endswith("[]") else f"{field}!=*"

    def exists(self, field: str) -> str:
        """`*` is any value."""
        return f"{field.replace('[]', '[0]')}=*"

    def regex(self, field: str, pattern: str, insensitive: bool) -> str:
        """Unanchored, as Sigma's are."""
        if field.endswith("[]"):
            raise Refused(f"a regular expression on the list {field} has no template")
        escaped = re.sub(r"(?<!\\)/", r"\\/", pattern)
        return f"{field}=/{escaped}/{'i' if insensitive else ''}"


def expression(values: Sequence[SigmaString]) -> str:
    """One regular expression that finds any of the values."""
    names, rest = domains(values)
    groups: dict[tuple[str, str], list[str]] = {}
    if names:
        groups["(?:^|\\.)", "\\.?$"] = [regex_body((name,)) for name in names]
    for value in rest:
        tokens = list(shape(value).tokens)
        start = end = ""
        if tokens and tokens[0] is SpecialChars.WILDCARD_MULTI:
            tokens.pop(0)
        else:
            start = "^"
        if tokens and tokens[-1] is SpecialChars.WILDCARD_MULTI:
            tokens.pop()
        else:
            end = "$"
        groups.setdefault((start, end), []).append(regex_body(tokens))
    return "|".join(
        f"{start}{found[0] if len(found) == 1 else f'(?:{chr(124).join(found)})'}{end}"
        for (start, end), found in groups.items()
    )
