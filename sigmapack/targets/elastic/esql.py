"""ES|QL for ECS: conditions.

ES|QL compares with regard to case: fields are put through TO_LOWER, values are in lower case. The
comparison of an absent field is null: every NOT is NOT COALESCE(..., FALSE). Most functions take a
field with several values for null: such a field is joined to one text first. ES|QL fails on a field
that no index of the pattern has: each query reads the pack's indicator index too, which maps them
all (`lists`), and uses one field of its own log source, not the alternatives of other
agents, so that it still runs on a site that has all of its indices and not that one. Written for
8.14 (LIKE and RLIKE without lists).
Syntax: https://www.elastic.co/docs/reference/query-languages/esql
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from sigma.backends.elasticsearch.elasticsearch_esql import ESQLBackend
from sigma.conditions import ConditionNOT
from sigma.conversion.state import ConversionState

from sigmapack.content.urls import Address
from sigmapack.targets.ecs.backend import EcsMends, Pieces, is_literal, literal, quoted, shape
from sigmapack.targets.ecs.fields import MULTIPLE, kind
from sigmapack.targets.ecs.lucene import (
    DOMAIN,
    HOST,
    domain_forms,
    expression,
    expressions,
    in_url,
    port_forms,
    shapes,
)

#: What separates the values of a field that is joined to one text.
BAR = "|"
#: How many values with wildcards are terms of their own; more of them are one expression.
MAX_TERMS = 3


def text(value: str) -> str:
    """A string literal: with three quotes where that spares doubled backslashes."""
    if "\\" in value and not re.search(r'["\n\r]', value):
        return f'"""{value}"""'
    return quoted(value)


def field_name(field: str) -> str:
    """A field's name, in backticks where it needs them."""
    plain = all(re.fullmatch(r"[A-Za-z_@]\w*", part) for part in field.split("."))
    return field if plain else "`" + field.replace("`", "``") + "`"


def like(value: Pieces) -> str:
    """A value as a pattern of LIKE, in quotes."""
    return text(pattern(value))


def pattern(value: Pieces) -> str:
    """A value as a pattern of LIKE."""
    parts = []
    for piece in value:
        if isinstance(piece, str):
            parts.append(re.sub(r"([\\*?])", r"\\\1", piece.lower()))
        else:
            parts.append("*" if piece.name == "WILDCARD_MULTI" else "?")
    return "".join(parts)


def joined(field: str) -> str:
    """All values of a field as one text in lower case, a bar before, between and after them."""
    values = f'TO_LOWER(MV_CONCAT(TO_STRING({field_name(field)}), "{BAR}"))'
    return f'CONCAT("{BAR}", {values}, "{BAR}")'


def among(field: str, values: list[Pieces]) -> str:
    """Whether one of a field's several values is one of those that are asked for."""
    if len(values) > 1 and all(map(is_literal, values)):
        listed = "|".join(expression(value, fold=False) for value in values)
        return f"{joined(field)} RLIKE {text(f'.*[{BAR}]({listed})[{BAR}].*')}"
    terms = [_one_among(field, value) for value in values]
    return terms[0] if len(terms) == 1 else f"({' OR '.join(terms)})"


def _one_among(field: str, value: Pieces) -> str:
    front, body, end = shape(value)
    start: Pieces = () if front else (BAR,)
    stop: Pieces = () if end else (BAR,)
    inner = pattern((*start, *body, *stop))
    return f"{joined(field)} LIKE {text(f'*{inner}*')}"


def equals(field: str, values: Iterable[str], kind: str = "exact") -> str:
    """A field that has one of some values, literally."""
    listed = list(values)
    if field in MULTIPLE:
        return among(field, [(value,) for value in listed])
    bare = kind in ("number", "boolean")
    written = [value if bare else text(value) for value in listed]
    if kind == "ip":
        written = [f"TO_IP({value})" for value in written]
    if len(written) == 1:
        return f"{field_name(field)} == {written[0]}"
    return f"{field_name(field)} IN ({', '.join(written)})"


class Backend(EcsMends, ESQLBackend):
    """Bare ES|QL conditions."""

    # 2.1.1 writes words small and operators without blanks; Elastic's documentation does neither.
    or_token: ClassVar[str] = "OR"
    and_token: ClassVar[str] = "AND"
    compare_op_expression: ClassVar[str] = "{field} {operator} {value}"
    cidr_expression: ClassVar[str] = 'CIDR_MATCH({field}, "{value}")'
    field_null_expression: ClassVar[str] = "{field} IS NULL"
    field_exists_expression: ClassVar[str] = "{field} IS NOT NULL"
    field_not_exists_expression: ClassVar[str] = "{field} IS NULL"

    def match(self, field: str, values: list[Pieces]) -> list[str]:
        """Terms of which one holds when a keyword field has one of the values, in any case."""
        if field in MULTIPLE:
            return [among(field, values)]
        name = f"TO_LOWER({field_name(field)})"
        patterns = _patterns(values)
        terms = [f"{name} RLIKE {text(one)}" for one in expressions(patterns, fold=False)]
        values = [value for value in values if value not in patterns]
        whole = [text(literal(value).lower()) for value in values if is_literal(value)]
        if whole:
            one = f"{name} == {whole[0]}"
            terms.append(one if len(whole) == 1 else f"{name} IN ({', '.join(whole)})")
        for value in values:
            if is_literal(value):
                continue
            front, body, end = shape(value)
            if is_literal(body) and body and front != end:
                function = "ENDS_WITH" if front else "STARTS_WITH"
                terms.append(f"{function}({name}, {text(literal(body).lower())})")
            else:
                terms.append(f"{name} LIKE {like(value)}")
        return terms

    def match_in_url(self, field: str, wanted: Sequence[Address]) -> list[str]:
        """Terms of which one holds when a keyword field is a URL of one of some addresses."""
        name = f"TO_LOWER({field_name(field)})"
        return [f"{name} RLIKE {text(one)}" for one in in_url(wanted, fold=False)]

    def match_exact(self, field: str, values: list[str], kind: str) -> str:
        """A term that holds when a field of an exact kind has one of the values."""
        return equals(field, values, kind)

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        """2.1.1: NOT of a comparison is null, hence not true, where the field is absent."""
        return f"NOT COALESCE(({self.denied(cond, state)}), FALSE)"


def _patterns(values: list[Pieces]) -> list[Pieces]:
    """The values to be matched by regular expressions: names as domains, and long lists."""
    found = [(body, (start, end)) for start, body, end in shapes(values)]
    forms = {
        form for body, around in found if around in (DOMAIN, HOST) for form in domain_forms(body)
    }
    forms |= {form for body, around in found if around == HOST for form in port_forms(body)}
    others = [value for value in values if value not in forms and not is_literal(value)]
    return [v for v in values if v in forms or (len(others) > MAX_TERMS and v in others)]


def restriction(wheres: Iterable[Mapping[str, tuple[str, ...]]]) -> str:
    """What an event says that comes from one of the sources."""
    parts = [
        " AND ".join(equals(f, values, kind(f)) for f, values in where.items()) for where in wheres
    ]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(f'({part})' for part in parts)})"
