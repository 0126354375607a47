"""Kusto Query Language: what Sentinel and Defender XDR share when a condition is converted.

pySigma's kusto backend (1.0.1) turns a wildcard inside a listed value into `contains` of its parts
in any order, a list that must hold as a whole into `has_all` (terms, not substrings), `null` into
`isnull`, which is never true of a KQL string, and any name but a word into a quoted text. Hence
the overrides below. Operators: https://learn.microsoft.com/kusto/query/datatypes-string-operators
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sigma.backends.kusto.kusto import KustoBackend
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.conversion.state import ConversionState
from sigma.processing.pipeline import ProcessingPipeline
from sigma.types import (
    SigmaCasedString,
    SigmaExpansion,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaType,
    SpecialChars,
)

from sigmapack.compiling.regex import known_to_re2
from sigmapack.content.model import Refused
from sigmapack.targets.kql.factor import ANY, ONE, anywhere, factor, is_part, literal, regex

#: Columns that hold numbers in every table that has them.
NUMBERS = frozenset({"EventID", "DnsResponseCode", "DstPortNumber", "RemotePort", "SrcPortNumber"})
#: Columns that hold true or false.
BOOLEANS = frozenset({"IsSigned", "IsTrusted"})
#: How many characters of alternatives fit on one line.
WIDTH = 100
#: From how many on the endings of a value, or parts of it, are one regular expression.
MANY = 8


class Backend(KustoBackend):
    """pySigma's backend, yielding the bare condition, with the faults named above corrected."""

    convert_or_as_in = False
    convert_and_as_in = False
    field_null_expression = "isempty({field})"
    # Columns hold text; `>` compares text letter by letter.
    compare_op_expression = "todouble({field}) {operator} {value}"

    def __init__(self, pipeline: ProcessingPipeline | None = None) -> None:
        super().__init__(pipeline)
        #: Groups that became one expression, which needs no parentheses.
        self.single: list[Any] = []

    def escape_and_quote_field(self, field_name: str) -> str:
        """A name that is no identifier is written `["name"]`, not as a text (1.0.1)."""
        if re.fullmatch(r"[A-Za-z_]\w*", field_name, re.ASCII):
            return field_name
        return f"[{literal(field_name)}]"

    def finalize_query_default(self, rule: Any, query: Any, index: int, state: Any) -> Any:
        """The bare condition; targets write the table before it."""
        return str(query)

    def convert_condition_or(self, cond: ConditionOR, state: ConversionState) -> str:
        """Alternatives: the values of one field together, factored where that is exact."""
        texts: dict[str, list[SigmaType]] = {}
        found: list[str] = []
        for arg in _flat(cond, ConditionOR):
            if _is_text(arg):
                texts.setdefault(arg.field, []).append(arg.value)
            else:
                found.append(self._part(arg, state))
        listed = [
            alternative
            for field, values in texts.items()
            for alternative in self.any_of(self.escape_and_quote_field(field), values)
        ]
        if len(listed) + len(found) == 1:
            self.single.append(cond)
        return joined("or", [*listed, *found])

    def convert_condition_and(self, cond: ConditionAND, state: ConversionState) -> str:
        """All that must hold, each part that is not alone in parentheses."""
        return joined("and", [self._part(arg, state) for arg in _flat(cond, ConditionAND)])

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        """`not()` is a function: its group is never lost."""
        text = str(self.convert_condition(cond.args[0], state))
        return f"not({text})" if "\n" not in text else f"not(\n{indented(text)}\n)"

    def convert_condition_group(self, cond: Any, state: ConversionState) -> str:
        """A part in parentheses."""
        return grouped(str(self.convert_condition(cond, state)))

    def _part(self, arg: Any, state: ConversionState) -> str:
        text = str(self.convert_condition(arg, state))
        several = isinstance(getattr(arg, "value", None), SigmaExpansion)
        joins = isinstance(arg, ConditionAND | ConditionOR) and arg not in self.single
        return grouped(text) if several or joins else text

    def any_of(self, field: str, values: Sequence[SigmaType]) -> list[str]:
        """The expressions of which one must hold for a field to equal one of the values."""
        if field in NUMBERS | BOOLEANS:
            listed = [number(field, value) for value in values]
            return [f"{field} == {listed[0]}" if not listed[1:] else f"{field} in ({_row(listed)})"]
        patterns, rest = factor([pattern(value) for value in values])
        found = []
        for hosts, expression in patterns:
            test = f"{field} matches regex {literal(expression)}"
            listed = [literal(host) for host in hosts]
            # `has_any` uses the index of terms, which a regular expression cannot.
            found.append(
                f"({field} has_any ({_row(listed)})\n    and {test})" if listed[3:] else test
            )
        plain = [text for text in rest if text and ANY not in text and ONE not in text]
        if len(plain) > 1:
            found.append(f"{field} in~ ({_row([literal(text) for text in plain])})")
            rest = [text for text in rest if text not in plain]
        for end in ("", ANY):
            alike = [text for text in rest if is_part(text, end)]
            if len(alike) >= MANY:
                found.append(f"{field} matches regex {literal(anywhere(alike, end))}")
                rest = [text for text in rest if text not in alike]
        return found + [matching(field, text) for text in rest]

    def convert_condition_field_eq_val_str(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """One text, case-insensitive."""
        return self.any_of(self.escape_and_quote_field(cond.field), [cond.value])[0]

    def convert_condition_field_eq_val_str_case_sensitive(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """One text with the modifier `cased`."""
        field = self.escape_and_quote_field(cond.field)
        return matching(field, pattern(cond.value), cased=True)

    def convert_condition_field_eq_val_num(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """A number; most columns hold text, also of numbers."""
        field = self.escape_and_quote_field(cond.field)
        return self.any_of(field, [SigmaString(str(cond.value))])[0]

    def convert_condition_field_eq_val_re(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """A regular expression, as a verbatim literal.

        Kusto knows characters by their number, and neither looks around nor back
        (https://learn.microsoft.com/kusto/query/regex).
        """
        value = cond.value
        assert isinstance(value, SigmaRegularExpression)
        flags = "".join(sorted(flag.name[0].lower() for flag in value.flags))
        text = (f"(?{flags})" if flags else "") + known_to_re2(str(value.regexp), also="uU")
        return f"{self.escape_and_quote_field(cond.field)} matches regex {literal(text)}"

    def convert_condition_val(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """Keywords have no field to be looked for in.

        Raises:
            Refused: always.
        """
        raise Refused("a search for a word in any field is not possible in these tables")


def pattern(value: SigmaType) -> str:
    """A Sigma value as text, with `ANY` and `ONE` for its wildcards."""
    if not isinstance(value, SigmaString):
        return str(value)
    marks = {SpecialChars.WILDCARD_MULTI: ANY, SpecialChars.WILDCARD_SINGLE: ONE}
    return "".join(marks[p] if isinstance(p, SpecialChars) else str(p) for p in value.s)


def matching(field: str, text: str, cased: bool = False) -> str:
    """A field against one value with wildcards, by the plainest operator that is exact."""
    inner = text.strip(ANY)
    end = "_cs" if cased else ""
    if not text:
        return f"isempty({field})"
    if not inner:
        return f"isnotempty({field})"
    if ANY in inner or ONE in inner:
        return f"{field} matches regex {literal(regex(text, cased))}"
    value = literal(inner)
    starts, ends = text.startswith(ANY), text.endswith(ANY)
    if starts and ends:
        return f"{field} contains{end} {value}"
    if starts or ends:
        return f"{field} {'endswith' if starts else 'startswith'}{end} {value}"
    return f"{field} {'==' if cased else '=~'} {value}"


def number(field: str, value: SigmaType) -> str:
    """A value of a column of numbers, or of true and false."""
    text = pattern(value).lower()
    good = text in ("true", "false") if field in BOOLEANS else re.fullmatch(r"-?\d+", text)
    if not good:
        raise Refused(f"{field} holds no value such as {text}")
    return text


def joined(word: str, parts: list[str]) -> str:
    """Parts with `and` or `or` between them: on one line, or each on its own."""
    if sum(map(len, parts)) < WIDTH and not any("\n" in part for part in parts):
        return f" {word} ".join(parts)
    return f"\n{word} ".join(parts)


def grouped(text: str) -> str:
    """A text in parentheses, which stand alone around several lines."""
    return f"({text})" if "\n" not in text else f"(\n{indented(text)}\n)"


def indented(text: str) -> str:
    """Four spaces before every line."""
    return "    " + text.replace("\n", "\n    ")


def _row(items: Iterable[str]) -> str:
    return ", ".join(items)


def _flat(cond: Any, kind: type) -> list[Any]:
    """The parts of a condition, those of a part of the same kind among them."""
    parts = []
    for arg in cond.args:
        parts += _flat(arg, kind) if isinstance(arg, kind) else [arg]
    return parts


def _is_text(arg: Any) -> bool:
    return isinstance(arg, ConditionFieldEqualsValueExpression) and (
        isinstance(arg.value, SigmaNumber)
        or (isinstance(arg.value, SigmaString) and not isinstance(arg.value, SigmaCasedString))
    )
