"""EQL for ECS: conditions, and sequences for correlations.

`:` ignores case and knows the wildcards `*` and `?`, but no escape for them: a value with such a
character becomes `regex~`. Under NOT every term says first that its field is there, because the
comparison of an absent field is null and NOT null is not true. Every field of a condition is
optional (`?field`): EQL ends in "Unknown column" at a name that no index has, a site runs few of
the integrations, and most of their fields are mapped with the first event that has them. A key of
a sequence is not, since an absent one would be equal to any other. An address is asked for by
`cidrMatch`: a field of type ip takes no list of texts, and no two comparisons in an OR
(https://github.com/elastic/elasticsearch/issues/118621).
Syntax: https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax (8.14 and later; `with
runs` since 8.4).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sigma.backends.elasticsearch.elasticsearch_eql import EqlBackend
from sigma.conversion.state import ConversionState

from sigmapack.compiling.product import Part
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Refused
from sigmapack.content.urls import Address
from sigmapack.targets.ecs.backend import EcsMends, Pieces, quoted
from sigmapack.targets.ecs.lucene import expressions, in_url

MAX_RUNS = 100


def text(value: str) -> str:
    """A string literal."""
    return quoted(value)


def field_name(field: str) -> str:
    """A field's name in a condition, where it may be unknown to all indices."""
    return f"?{field}"


def equals(field: str, values: Iterable[str], kind: str = "exact") -> str:
    """A field that has one of some values, literally."""
    if kind == "ip":
        return f"cidrMatch({field_name(field)}, {', '.join(map(_network, values))})"
    listed = [value if kind in ("number", "boolean") else text(value) for value in values]
    if len(listed) == 1:
        return f"{field_name(field)} == {listed[0]}"
    return f"{field_name(field)} in ({', '.join(listed)})"


def _network(address: str) -> str:
    return text(str(ipaddress.ip_network(address)))


def wildcard(value: Pieces) -> str | None:
    """A value as `:` takes it; None where it has `*` or `?` as characters of its text."""
    if any(isinstance(piece, str) and re.search(r"[*?]", piece) for piece in value):
        return None
    return text("".join(str(piece) if isinstance(piece, str) else _mark(piece) for piece in value))


def _mark(piece: Any) -> str:
    return "*" if piece.name == "WILDCARD_MULTI" else "?"


class Backend(EcsMends, EqlBackend):
    """Bare EQL conditions."""

    # 2.1.1: none, so that `exists` is refused.
    field_exists_expression: ClassVar[str] = "?{field} != null"
    field_not_exists_expression: ClassVar[str] = "?{field} == null"
    # 2.1.1: a field that no index has ends the query.
    compare_op_expression: ClassVar[str] = "?{field} {operator} {value}"
    cidr_expression: ClassVar[str] = 'cidrMatch(?{field}, "{network}/{prefixlen}")'

    def match(self, field: str, values: list[Pieces]) -> list[str]:
        """Terms of which one holds when a keyword field has one of the values, in any case."""
        name = field_name(field)
        if values == [()]:
            return [f'{name} == ""']
        written = {value: wildcard(value) for value in values}
        listed = [found for found in written.values() if found is not None]
        terms = []
        if listed:
            body = listed[0] if len(listed) == 1 else f"({', '.join(listed)})"
            terms.append(f"{name} : {body}")
        others = [value for value, found in written.items() if found is None]
        patterns = [text(pattern) for pattern in expressions(others, fold=False)]
        if patterns:
            body = patterns[0] if len(patterns) == 1 else f"({', '.join(patterns)})"
            terms.append(f"{name} regex~ {body}")
        return terms

    def match_text(self, field: str, values: list[Pieces]) -> list[str]:
        """EQL does not search analysed text ("EQL syntax reference", Limitations)."""
        raise Refused(f"EQL does not search {field}, which is analysed text; ES|QL does")

    def match_in_url(self, field: str, wanted: Sequence[Address]) -> list[str]:
        """Terms of which one holds when a keyword field is a URL of one of some addresses."""
        patterns = [text(pattern) for pattern in in_url(wanted, fold=False)]
        body = patterns[0] if len(patterns) == 1 else f"({', '.join(patterns)})"
        return [self._guarded(field, f"{field_name(field)} regex~ {body}")]

    def match_exact(self, field: str, values: list[str], kind: str) -> str:
        """A term that holds when a field of an exact kind has one of the values."""
        return equals(field, values, kind)

    def terms(self, field: str, values: list[Any]) -> list[str]:
        """The terms, which under NOT say that the field is there."""
        return [self._guarded(field, term) for term in super().terms(field, values)]

    def convert_condition_field_compare_op_val(self, cond: Any, state: ConversionState) -> str:
        """2.1.1: NOT of a comparison is never true where the field is absent."""
        term = super().convert_condition_field_compare_op_val(cond, state)
        return self._guarded(cond.field, term)

    def convert_condition_field_eq_val_cidr(self, cond: Any, state: ConversionState) -> str:
        """2.1.1: NOT of a network is never true where the field is absent."""
        return self._guarded(cond.field, super().convert_condition_field_eq_val_cidr(cond, state))

    def _guarded(self, field: str, term: str) -> str:
        return f"({field_name(field)} != null and {term})" if self.negated else term


def restriction(wheres: Iterable[Mapping[str, tuple[str, ...]]]) -> str:
    """What an event says that comes from one of the sources."""
    parts = [" and ".join(equals(f, values) for f, values in where.items()) for where in wheres]
    return parts[0] if len(parts) == 1 else f"({' or '.join(f'({part})' for part in parts)})"


def either(conditions: Iterable[str]) -> str:
    """A finding as a query on single events: one of any of its rules."""
    return "any where " + "\n  or ".join(f"({condition})" for condition in conditions)


def sequence(correlation: Correlation, parts: Mapping[str, Part], keys: list[list[str]]) -> str:
    """A correlation as a sequence; `keys` are the group-by fields of each step.

    Raises:
        Refused: a correlation that no sequence says.
    """
    conditions = [
        " or ".join(f"({parts[name].condition})" for name in step) for step in correlation.steps
    ]
    if correlation.type == "event_count":
        count = correlation.count + (correlation.operator == "gt")
        if correlation.operator not in ("gte", "gt") or not 2 <= count <= MAX_RUNS:
            raise Refused(f"EQL says at least 2 to {MAX_RUNS} events, not fewer or exactly")
        steps = [f"  [any where {conditions[0]}] with runs={count}"]
    elif correlation.type == "temporal_ordered":
        steps = [f"  [any where {condition}]" for condition in conditions]
    else:
        reason = {
            "temporal": "EQL's sequences want their steps in order",
            "value_count": "EQL counts events, not distinct values",
        }
        raise Refused(f"{reason.get(correlation.type, correlation.type)}; ES|QL says it")
    same = all(key == keys[0] for key in keys)
    by = f" by {', '.join(keys[0])}" if same and keys[0] else ""
    if not same:
        steps = [f"{step} by {', '.join(key)}" for step, key in zip(steps, keys, strict=True)]
    return "\n".join([f"sequence{by} with maxspan={correlation.span}", *steps])
