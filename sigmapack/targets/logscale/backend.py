"""CrowdStrike LogScale: comparisons of fields, by pySigma's backend (crowdstrike 3.0.0), mended.

Syntax: https://library.humio.com/data-analysis/syntax.html. Whole values are compared in their case
there, so every text is a regular expression with the flag `i`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from sigma.backends.crowdstrike.logscale import LogScaleBackend
from sigma.conversion.state import ConversionState
from sigma.types import SigmaString, SpecialChars

from sigmapack.compiling.mends import Mends, texts_and_numbers
from sigmapack.compiling.regex import domains, regex_body, tokens
from sigmapack.content.model import Refused
from sigmapack.targets.logscale.fields import ALGORITHMS, PLAIN, name


class Backend(Mends, LogScaleBackend):
    """Field comparisons with regular expressions that ignore case."""

    # 3.0.0 writes AND as a blank, `or` and `not` small: hard to tell apart in a long condition.
    and_token: ClassVar[str] = "AND"
    or_token: ClassVar[str] = "OR"
    not_token: ClassVar[str] = "NOT"
    # 3.0.0: the name of an array's element gets quotes, which it has nowhere else in a query.
    field_quote_pattern: ClassVar[re.Pattern[str]] = PLAIN

    def escape_and_quote_field(self, field_name: str) -> str:
        """3.0.0: a backslash before the closing quote takes it away."""
        return name(field_name)

    def terms(self, field: str, values: list[Any]) -> list[str]:
        """One expression for all texts, and each number as a number."""
        texts, numbers = texts_and_numbers(values)
        found = [self._text(field, texts)] if texts else []
        name = self.escape_and_quote_field(field)
        return [self.grouped(found + [f"{name}{self.eq_token}{number}" for number in numbers])]

    def _text(self, field: str, values: Sequence[SigmaString]) -> str:
        """One expression for all values, with anchors where a value has no wildcard."""
        if any(set(tokens(value)) == {SpecialChars.WILDCARD_MULTI} for value in values):
            return self._exists(field)
        pattern = expression(values)
        if field in ALGORITHMS:  # alone, or among others as Sysmon writes them
            listed = "|".join(regex_body(tokens(value)) for value in values)
            pattern = f"(?:^|{field}=)(?:{listed})(?:,|$)"
        pattern = literal(pattern)
        flags = "id" if ".*" in pattern else "i"
        if not field.endswith("[]"):
            return f"{self.escape_and_quote_field(field)}=/{pattern}/{flags}"
        text = pattern.replace("\\/", "/").replace("\\", "\\\\").replace('"', '\\"')
        return f'array:regex("{field}", regex="{text}", flags="{flags}")'

    def _exists(self, field: str) -> str:
        """`*` is any value; a list is there if its first element is."""
        return f"{self.escape_and_quote_field(field.replace('[]', '[0]'))}=*"

    def convert_condition_field_exists(self, cond: Any, state: ConversionState) -> str:
        """3.0.0 has no template, so that `exists` is refused."""
        return self._exists(cond.field)

    def convert_condition_field_eq_val_null(self, cond: Any, state: ConversionState) -> str:
        """3.0.0 asks for a field with the name of a list, which no event has."""
        if cond.field.endswith("[]"):
            return f"{self.not_token} ({self._exists(cond.field)})"
        return str(super().convert_condition_field_eq_val_null(cond, state))

    def convert_condition_field_eq_val_re(self, cond: Any, state: ConversionState) -> str:
        """3.0.0: a slash ends the expression, and a quote gets a backslash."""
        if cond.field.endswith("[]"):
            raise Refused(f"a regular expression on the list {cond.field} has no template")
        escaped = literal(str(cond.value.regexp))
        plain = escaped.removeprefix("(?i)")
        fold = plain != escaped or "IGNORECASE" in {flag.name for flag in cond.value.flags}
        name = self.escape_and_quote_field(cond.field)
        return f"{name}=/{plain}/{'i' if fold else ''}"

    def convert_condition_field_eq_val_cidr(self, cond: Any, state: ConversionState) -> Any:
        """3.0.0: the network stands behind the condition, so that an OR is refused."""
        raise Refused(f"{cond.field} cannot be compared with a network")


def literal(pattern: str) -> str:
    """An expression between slashes: none of its own is bare, and it has one line."""
    named = {"/": r"\/", "\n": r"\n", "\r": r"\r"}
    return re.sub(
        r"\\(?P<escaped>.)|(?P<bare>.)",
        lambda found: named.get(found["escaped"] or found["bare"], found[0]),
        pattern,
        flags=re.DOTALL,
    )


def expression(values: Sequence[SigmaString]) -> str:
    """One regular expression that finds any of the values."""
    found, rest = domains(values)
    groups = {
        ("(?:^|\\.)", f"{end}$"): [regex_body((n,)) for n in names] for end, names in found.items()
    }
    for value in rest:
        parts = list(tokens(value))
        start = end = ""
        if parts and parts[0] is SpecialChars.WILDCARD_MULTI:
            parts.pop(0)
        else:
            start = "^"
        if parts and parts[-1] is SpecialChars.WILDCARD_MULTI:
            parts.pop()
        else:
            end = "$"
        groups.setdefault((start, end), []).append(regex_body(parts))
    return "|".join(
        f"{start}{listed[0] if len(listed) == 1 else f'(?:{chr(124).join(listed)})'}{end}"
        for (start, end), listed in groups.items()
    )
