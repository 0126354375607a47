"""SQLite: a rule's condition, by pySigma's backend less its faults (2.0.0)."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv6Network
from typing import Any, ClassVar

from sigma.backends.sqlite.sqlite import sqliteBackend
from sigma.conditions import ConditionFieldEqualsValueExpression as Comparison
from sigma.types import SigmaNumber, SigmaRegularExpression, SigmaString, SpecialChars

from sigmapack.compiling.functions import search_of
from sigmapack.compiling.regex import regex_body, tokens
from sigmapack.content.model import Refused
from sigmapack.content.urls import addresses
from sigmapack.events.rows import EVENT_TEXT
from sigmapack.targets.sqlite.urls import in_url

#: Longest expression: the pack's longest of URLs are not written as one, SigmaHQ's has 1,300.
MOST_EXPRESSION = 20_000


class Backend(sqliteBackend):
    """pySigma's backend with our event ids, and what it lacks or says wrongly."""

    #: 2.0.0 compares texts, of which `9` is more than `10`. A text that is no number is neither
    #: more nor less than one, while a CAST alone makes 0 of it.
    compare_op_expression = (
        "({field} GLOB '*[0-9]' AND {field} NOT GLOB '*[^0-9.-]*' AND {field} NOT GLOB '?*-*' "
        "AND {field} NOT GLOB '*.*.*' AND CAST({field} AS NUMERIC) {operator} {value})"
    )
    #: 2.0.0 takes seconds since 1970 for the number of a day, which has no hour; `auto` tells them.
    field_timestamp_part_expression = (
        "CAST(strftime('{timestamp_part}', {field}, 'auto') AS INTEGER)"
    )
    event_id_field = "event_id"
    #: (field, type, value) -> SQL: correlations convert the same long lists again and again.
    converted: ClassVar[dict[tuple[Any, ...], Any]] = {}
    #: The conditions of rules that correlations refer to, by their names.
    known: Mapping[str, str] = {}

    def convert_condition_field_eq_val_str(self, cond: Any, state: Any) -> Any:
        """2.0.0 compiles an expression of each value, and uses none: half of a conversion's time.

        Each comparison is converted once in the life of the process.
        """
        key = (cond.field, type(cond.value), tuple(cond.value.s))
        if key not in self.converted:
            column = self.escape_and_quote_field(cond.field)  # type: ignore[no-untyped-call]
            self.converted[key] = self._compared(column, cond.value, state)
        return self.converted[key]

    def _compared(self, column: str, value: Any, state: Any) -> str:
        """2.0.0: LIKE and NOCASE know the case of ASCII only: other letters are as written.

        Raises:
            Refused: a value that no field of a log has.
        """
        parts = tokens(value)
        if any(isinstance(part, str) and "\0" in part for part in parts):
            raise Refused("a text with NULs, as |wide makes them: use it before |base64offset")
        if any(isinstance(part, str) and has_other_case(part) for part in parts):
            expression = f"(?is)\\A{regex_body(parts)}\\z".replace("'", "''")
            return f"{column} REGEXP '{expression}'"
        if value.contains_special() or any(sign in value for sign in "%_\\"):
            pattern = self.convert_value_str(value, state, no_quote=True)
            return f"{column} LIKE '{pattern}' ESCAPE '\\'"
        return f"{column}={self.convert_value_str(value, state)}"

    def convert_condition_field_eq_val_re(self, cond: Any, state: Any) -> Any:
        """2.0.0: REGEXP, which is no function of SQLite's own; of URLs, what it would match.

        Raises:
            Refused: our REGEXP cannot do it.
        """
        if wanted := addresses(str(cond.value.regexp)):
            column = self.escape_and_quote_field(cond.field)  # type: ignore[no-untyped-call]
            return in_url(column, wanted, like)
        pattern = cond.value.escape((), "", False, True)
        if len(pattern) > MOST_EXPRESSION:
            raise Refused(f"an expression of more than {MOST_EXPRESSION:,} characters: split it")
        search_of(pattern)
        return super().convert_condition_field_eq_val_re(cond, state)

    def convert_condition_field_eq_val_cidr(self, cond: Any, state: Any) -> Any:
        """2.0.0: a name such as `10.example.com` is in 10.0.0.0/8; IPv6 in one spelling only."""
        column = self.escape_and_quote_field(cond.field)  # type: ignore[no-untyped-call]
        if isinstance(cond.value.network, IPv6Network):
            return f"in_network('{cond.value.network}', {column})"
        found = super().convert_condition_field_eq_val_cidr(cond, state)
        shape = f"{column} GLOB '*.*.*.*' AND {column} NOT GLOB '*[^0-9.]*'"
        return f"({shape} AND ({found}))"

    def convert_condition_val(self, cond: Any, state: Any) -> Any:
        """2.0.0: words without a field are no condition. They may stand anywhere in an event.

        Raises:
            Refused: the value is neither a text, a number nor an expression.
        """
        value = cond.value
        if isinstance(value, SigmaNumber):
            value = SigmaString(str(value))
        if isinstance(value, SigmaString):
            any_text = SpecialChars.WILDCARD_MULTI
            value = value if value.startswith(any_text) else any_text + value
            value = value if value.endswith(any_text) else value + any_text
        elif not isinstance(value, SigmaRegularExpression):
            raise Refused("a value without a field that is no text, number or expression")
        return self.convert_condition_field_eq_val(Comparison(EVENT_TEXT, value), state)

    def finalize_query_default(self, rule: Any, query: Any, index: int, state: Any) -> Any:
        """The bare condition: correlations are made of it too."""
        return query

    def convert_rule(self, rule: Any, *arguments: Any) -> Any:
        """A rule; for a correlation, a condition that stops at the first part that is false.

        Where a condition is a column, as correlations have it, SQLite works out all of its parts:
        every list of indicators on every row, whatever its log source. In a CASE it does not.
        """
        queries = super().convert_rule(rule, *arguments)  # type: ignore[no-untyped-call]
        if rule._backreferences:
            known = self.known[rule.name]
            rule.set_conversion_result([f"CASE WHEN {known} THEN 1 ELSE 0 END"])
        return queries


def has_other_case(text: str) -> bool:
    """Whether a text has letters beyond ASCII that have a case."""
    return not text.isascii() and any(not c.isascii() and c.lower() != c.upper() for c in text)


def like(form: str) -> str:
    """A Sigma value with wildcards as a LIKE pattern, for `ESCAPE '\\'`."""
    return form.replace("%", "\\%").replace("_", "\\_").replace("*", "%")
