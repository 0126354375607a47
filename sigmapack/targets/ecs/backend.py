"""What Elastic's and OpenSearch's languages share: how a field of ECS is compared, by its type.

pySigma's backends (elasticsearch 2.1.1, opensearch 2.0.3) know no types: they compare keywords with
regard to case, and write codes, addresses and hashes like any other text.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.conversion.base import TextQueryBackend
from sigma.conversion.state import ConversionState
from sigma.exceptions import SigmaFeatureNotSupportedByBackendError as Unsupported
from sigma.types import SigmaCasedString, SigmaString, SpecialChars

from sigmapack.compiling.mends import Mends
from sigmapack.content.urls import Address, addresses
from sigmapack.targets.ecs.fields import kind

#: A Sigma string as text and wildcards: `*` and `?` as members of SpecialChars.
Pieces = tuple[Any, ...]
MULTI, SINGLE = SpecialChars.WILDCARD_MULTI, SpecialChars.WILDCARD_SINGLE


def pieces(value: Any) -> Pieces:
    """A value's text and wildcards."""
    return tuple(value.s) if isinstance(value, SigmaString) else (str(value).lower(),)


def shape(value: Pieces) -> tuple[bool, Pieces, bool]:
    """Whether a `*` stands in front, what is between, and whether one stands at the end."""
    front = bool(value) and value[0] is MULTI
    value = value[1:] if front else value
    end = bool(value) and value[-1] is MULTI
    return front, value[:-1] if end else value, end


def literal(value: Pieces) -> str:
    """The text of a value that has no wildcard."""
    return "".join(str(piece) for piece in value)


def is_literal(value: Pieces) -> bool:
    """Whether a value has no wildcard."""
    return all(isinstance(piece, str) for piece in value)


def quoted(text: str) -> str:
    """A string of EQL or ES|QL, on one line."""
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(char, escape)
    return f'"{text}"'


class EcsMends(Mends):
    """Each field by its type; an OR has its own parentheses, since a frame puts AND before it."""

    line: str = " "

    def match(self, field: str, values: list[Pieces]) -> list[str]:
        """Terms of which one holds when a keyword field has one of the values, in any case."""
        raise NotImplementedError

    def match_text(self, field: str, values: list[Pieces]) -> list[str]:
        """The same for analysed text, where the language takes it for whole, as ES|QL does."""
        return self.match(field, values)

    def match_in_url(self, field: str, wanted: Sequence[Address]) -> list[str]:
        """Terms of which one holds when a keyword field is a URL of one of some addresses."""
        raise NotImplementedError

    def match_exact(self, field: str, values: list[str], kind: str) -> str:
        """A term that holds when a field of an exact kind has one of the values."""
        raise NotImplementedError

    def terms(self, field: str, values: list[Any]) -> list[str]:
        """One term, or several of which one must hold, for a field and its values."""
        if any(isinstance(value, SigmaCasedString) for value in values):
            raise Unsupported("values with regard to case are not supported")
        how = kind(field)
        if how in ("keyword", "text"):
            match = self.match if how == "keyword" else self.match_text
            return match(field, list(dict.fromkeys(map(pieces, values))))
        texts = []
        for value in map(pieces, values):
            if not is_literal(value):
                raise Unsupported(f"{field} is no text: it cannot be compared with a wildcard")
            texts.append(_checked(literal(value), field, how))
        return [self.match_exact(field, list(dict.fromkeys(texts)), how)]

    def choices(self, cond: ConditionOR) -> list[Any]:
        """The parts of an OR and of those in it; a field's values stand behind the other parts."""
        parts = super().choices(ConditionOR(list(_flat(cond))))
        return sorted(parts, key=lambda part: isinstance(part, tuple))

    def compare_precedence(self, outer: Any, inner: Any) -> bool:
        """2.1.1: ES|QL leaves AND in OR to the reader; Lucene and EQL wrap NOT in AND once more."""
        if isinstance(inner, ConditionNOT):
            return isinstance(outer, ConditionAND)
        return not isinstance(inner, ConditionAND)

    def convert_condition_or(self, cond: ConditionOR, state: ConversionState) -> str:
        """2.1.1: an OR has parentheses only inside another group."""
        return self.grouped(self.alternatives(cond, state))

    def convert_condition_field_compare_op_val(self, cond: Any, state: ConversionState) -> str:
        """2.1.1: codes and other text, which have no order, are compared by size."""
        if kind(cond.field) != "number":
            raise Unsupported(f"{cond.field} is no number: it cannot be compared by size")
        return str(super().convert_condition_field_compare_op_val(cond, state))

    def convert_condition_field_eq_val_re(self, cond: Any, state: ConversionState) -> str:
        """2.1.1: `^`, `$` and flags of PCRE are written, which are characters to Lucene."""
        if wanted := addresses(str(cond.value.regexp)):
            return self.grouped(self.match_in_url(cond.field, wanted))
        raise Unsupported("regular expressions (PCRE) have no equivalent in Lucene's syntax")

    def convert_condition_field_eq_val_cidr(self, cond: Any, state: ConversionState) -> str:
        """2.1.1: text that is no address is compared with a network."""
        if kind(cond.field) != "ip":
            raise Unsupported(f"{cond.field} holds no address")
        return str(TextQueryBackend.convert_condition_field_eq_val_cidr(self, cond, state))


def _flat(cond: ConditionOR) -> Iterator[Any]:
    for arg in cond.args:
        if isinstance(arg, ConditionOR):
            yield from _flat(arg)
        else:
            yield arg


def _checked(text: str, field: str, how: str) -> str:
    if how == "ip":
        try:
            return str(ipaddress.ip_address(text))
        except ValueError:
            raise Unsupported(f"{field} holds addresses, not {text}") from None
    if how == "number" and not text.isdigit():
        raise Unsupported(f"{field} holds numbers, not {text}")
    return text.lower() if how in ("hash", "boolean") else text
