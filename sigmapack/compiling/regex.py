"""Sigma's texts with wildcards as RE2 expressions, many of them as one."""

from __future__ import annotations

from collections.abc import Sequence

from sigma.types import SigmaString, SpecialChars

Token = str | SpecialChars


def tokens(value: SigmaString) -> tuple[Token, ...]:
    """A value's text and wildcards."""
    return tuple(part for part in value.s if part != "")  # type: ignore[misc]


def regex_body(parts: Sequence[Token], escape: str = r"\.^$*+?()[]{}|/") -> str:
    """A value as an RE2 expression without anchors; the characters of `escape` are literal."""
    written = []
    for part in parts:
        if part is SpecialChars.WILDCARD_MULTI:
            written.append(".*")
        elif part is SpecialChars.WILDCARD_SINGLE:
            written.append(".")
        else:
            written.append("".join(f"\\{c}" if c in escape else c for c in str(part)))
    return "".join(written)


def domains(values: Sequence[SigmaString]) -> tuple[list[str], list[SigmaString]]:
    """The names of which all four forms are there (`d`, `*.d`, `d.`, `*.d.`), and the rest."""
    plain = [str(value) for value in values]
    known = set(plain)
    names = [
        text
        for text in plain
        if {f"*.{text}", f"{text}.", f"*.{text}."} <= known and "*" not in text
    ]
    taken = {form.format(name) for name in names for form in ("{}", "*.{}", "{}.", "*.{}.")}
    return names, [value for value, text in zip(values, plain, strict=True) if text not in taken]


def alternation(values: Sequence[SigmaString], escape: str = r"\.^$*+?()[]{}|/") -> str:
    """One RE2 expression, to be anchored at both ends, that is any of the values."""
    names, rest = domains(values)
    parts = [regex_body(tokens(value), escape) for value in rest]
    if names:
        listed = "|".join(regex_body((name,), escape) for name in names)
        parts.insert(0, f"(?:.*\\.)?(?:{listed})\\.?")
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
