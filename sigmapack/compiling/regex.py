"""Sigma's texts with wildcards as RE2 expressions, many of them as one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sigma.types import SigmaString, SpecialChars

from sigmapack.content.model import Refused

#: What Python's expressions have, by which pySigma judges a rule's, and RE2's have not
#: (https://github.com/google/re2/wiki/Syntax). `{,3}` is a repetition to the one, text to the
#: other. Escapes are so in a class of characters, too; the rest is not.
ESCAPES = re.compile(r"\\[ZuUN1-9]")
BEYOND = re.compile(r"\(\?(?!:|P<|[ims]+[:)])[^\w\s]?\w?|[*+?}]\+|\{,\d+\}")
CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
REPEATED = re.compile(r"\{(\d+)(?:,(\d*))?\}")
#: Repetitions that RE2 allows: more would be too large an automaton.
MOST_REPEATED = 1_000

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


#: The forms of a name by what may follow it: nothing but a final dot, or a port as well.
ENDS: Mapping[str, tuple[str, ...]] = {
    r"(?:\.|:.*)?": ("{}", "*.{}", "{}.", "*.{}.", "{}:*", "*.{}:*"),
    r"\.?": ("{}", "*.{}", "{}.", "*.{}."),
}


def domains(values: Sequence[SigmaString]) -> tuple[dict[str, list[str]], list[SigmaString]]:
    """The names of which all forms are there, by what may follow them, and the rest."""
    plain = [str(value) for value in values]
    left = dict.fromkeys(plain)
    found: dict[str, list[str]] = {}
    for end, forms in ENDS.items():
        for name in [text for text in left if "*" not in text]:
            mine = [form.format(name) for form in forms]
            if all(form in left for form in mine):
                found.setdefault(end, []).append(name)
                for form in mine:
                    del left[form]
    return found, [value for value, text in zip(values, plain, strict=True) if text in left]


def alternation(values: Sequence[SigmaString], escape: str = r"\.^$*+?()[]{}|/") -> str:
    """One RE2 expression, to be anchored at both ends, that is any of the values."""
    found, rest = domains(values)
    parts = [regex_body(tokens(value), escape) for value in rest]
    for end, names in found.items():
        listed = "|".join(regex_body((name,), escape) for name in names)
        parts.insert(0, f"(?:.*\\.)?(?:{listed}){end}")
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def known_to_re2(pattern: str, also: str = "") -> str:
    """A rule's expression, which Python takes, for a product whose expressions are RE2's.

    Args:
        pattern: the expression.
        also: letters of escapes that the product knows as Python does.

    Raises:
        Refused: it has what RE2 does not know.
    """
    shown = re.sub(
        r"\\(.)", lambda f: f[0] if f[1] in "ZuUNb123456789" else "_", pattern, flags=re.S
    )
    plain = CLASS.sub("_", shown)
    large = [
        f[0]
        for f in REPEATED.finditer(plain)
        if max(map(int, filter(None, f.groups()))) > MOST_REPEATED
    ]
    blank = [r"[\b]" for each in CLASS.findall(shown) if r"\b" in each]
    escapes = [each for each in ESCAPES.findall(shown) if each[1] not in also]
    found = [*escapes, *BEYOND.findall(plain), *large, *blank]
    if found:
        raise Refused(f"its regular expressions (RE2) do not know {found[0]}")
    return pattern
