"""Lucene query strings for ECS, for Elasticsearch and OpenSearch.

Most ECS fields are of type `keyword` or `wildcard`, which Lucene compares with regard to case, and
`.caseless` fields are there with Elastic Defend only. So every comparison of text is a regular
expression with both cases of each letter. Lucene's expressions match the whole value, know `.*`
and need no more states than the values have letters; `index.max_regex_length` allows 1000
characters, so that lists become several expressions. A query string has no comments.
Syntax: https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from sigma.exceptions import SigmaFeatureNotSupportedByBackendError as Unsupported

from sigmapack.compiling.product import Part
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Refused
from sigmapack.content.urls import Address
from sigmapack.targets.ecs.backend import (
    MULTI,
    EcsMends,
    Pieces,
    is_literal,
    literal,
    shape,
)

#: `index.max_regex_length` of Elasticsearch and OpenSearch by default.
MAX_REGEX = 1000
#: How many names may be the only one with their last label; more of them are listed whole.
MOST_LONE = 8
#: What stands around a domain whose four forms (itself, below it, each with a final dot) are there.
DOMAIN = (r"(.*\.)?", r"\.?")
#: The same where both may have a port, too.
HOST = (DOMAIN[0], r"(\.|:.*)?")
#: Words that are no terms.
OPERATORS = ("AND", "OR", "NOT", "TO")
#: Letters, digits and what means nothing to Lucene's regular expressions or its query parser.
SAFE = re.compile(r"[\w\s,;:=!%'_-]")


def character(char: str, fold: bool = True) -> str:
    """A character of a value as a regular expression that ignores its case, or for lower case."""
    lower, upper = char.lower(), char.upper()
    if not fold:
        return lower if SAFE.match(lower) or lower == "/" or not lower.isascii() else f"\\{lower}"
    if lower != upper and len(lower) == len(upper) == 1:
        return f"[{lower}{upper}]"
    return char if SAFE.match(char) or not char.isascii() else f"\\{char}"


def expression(value: Pieces, fold: bool = True) -> str:
    """A value as a regular expression, without its slashes."""
    parts = []
    for piece in value:
        if isinstance(piece, str):
            parts.append("".join(character(char, fold) for char in piece))
        else:
            parts.append(".*" if piece is MULTI else ".")
    return "".join(parts)


def expressions(values: Iterable[Pieces], fold: bool = True) -> Iterator[str]:
    """Regular expressions of at most `MAX_REGEX` characters that together match the values."""
    groups: dict[tuple[str, str], list[Pieces]] = {}
    for start, body, end in shapes(list(values)):
        groups.setdefault((start, end), []).append(body)
    for (start, end), bodies in groups.items():
        tails: dict[str, list[str]] = {}
        for body in bodies:
            head, tail = _split(body)
            tails.setdefault(expression(tail, fold) + end, []).append(expression(head, fold))
        lone = [tail for tail, heads in tails.items() if tail != end and not heads[1:]]
        if len(lone) > MOST_LONE:
            whole = [tails.pop(tail)[0] + tail.removesuffix(end) for tail in lone]
            tails[end] = [*tails.get(end, []), *whole]
        for tail_text, heads in tails.items():
            yield from _chunks(start, heads, tail_text)


def shapes(values: list[Pieces]) -> Iterator[tuple[str, Pieces, str]]:
    """What stands before a value, the value, what follows; forms of one text are put together.

    `d` and `*.d` become `(.*\\.)?d`, `d` and `d.` become `d\\.?`, `p` and `p?*` become `p(\\?.*)?`.
    """
    known = set(values)
    together: dict[Pieces, tuple[str, str]] = {}
    done: set[Pieces] = set()
    for value in sorted(values, key=lambda value: len(str(value))):
        if is_literal(value) and value and value not in done:
            start, end, forms = _together(value[0], known)
            if len(forms) > 1:
                together[value] = start, end
                done |= forms
    for value in values:
        if value in together:
            start, end = together[value]
            yield start, value, end
        elif value not in done:
            front, body, tail = shape(value)
            yield ".*" if front else "", body, ".*" if tail else ""


def _together(text: str, known: set[Pieces]) -> tuple[str, str, set[Pieces]]:
    """What may stand around a text according to the other values, and these values."""
    plain: Pieces = (text,)
    below = (MULTI, f".{text}") in known
    forms = {plain, (MULTI, f".{text}")} if below else {plain}
    start = DOMAIN[0] if below else ""
    if domain_forms(plain) | port_forms(plain) <= known:
        return *HOST, domain_forms(plain) | port_forms(plain)
    if domain_forms(plain) <= known or (not below and (f"{text}.",) in known):
        dotted: set[Pieces] = {(f"{text}.",), (MULTI, f".{text}.")} & known
        return start, DOMAIN[1], forms | dotted
    ends = "" if below else [char for char in "./:?;" if (text + char, MULTI) in known]
    if not ends:
        return start, "", forms
    listed = "".join(map(character, ends))
    listed = f"[{listed}]" if len(ends) > 1 else listed
    return start, f"({listed}.*)?", forms | {(text + char, MULTI) for char in ends}


def domain_forms(value: Pieces) -> set[Pieces]:
    """A name, the names below it, and both with a final dot."""
    text = "".join(map(str, value))
    return {(text,), (MULTI, f".{text}"), (f"{text}.",), (MULTI, f".{text}.")}


def port_forms(value: Pieces) -> set[Pieces]:
    """A name and the names below it, both with a port."""
    text = "".join(map(str, value))
    return {(f"{text}:", MULTI), (MULTI, f".{text}:", MULTI)}


def in_url(wanted: Sequence[Address], fold: bool = True) -> Iterator[str]:
    """What `content.urls` says of a field that holds a URL, in Lucene's syntax.

    Its parser of queries takes a slash for the end of an expression: where letters are not folded,
    there is none.
    """
    letters, slash = ("a-zA-Z", r"\/") if fold else ("a-z", "/")
    start = rf"([{letters}][{letters}0-9+.\-]*:{slash * 2})?([^{slash}?#@]*\@)?([^{slash}?#:@]*\.)?"
    port = rf"\.?(:[^{slash}?#@]*)?"
    end = r"(\?.*)?" if any(one.path for one in wanted) else rf"{port}([{slash}?#].*)?"
    heads = [
        expression((one.host,), fold) + (port + expression((one.path,), fold) if one.path else "")
        for one in wanted
    ]
    yield from _chunks(start, heads, end)


def _split(body: Pieces) -> tuple[Pieces, Pieces]:
    """A name without its last label, and that label, so that a list names `.com` once."""
    if len(body) == 1 and isinstance(body[0], str):
        match = re.fullmatch(r"(.+)(\.[A-Za-z]{2,6})", body[0])
        if match:
            return (match[1],), (match[2],)
    return body, ()


def _chunks(start: str, heads: list[str], tail: str) -> Iterator[str]:
    room = MAX_REGEX - len(start) - len(tail) - 2
    chunk: list[str] = []
    for head in heads:
        if chunk and len("|".join([*chunk, head])) > room:
            yield _joined(start, chunk, tail)
            chunk = []
        chunk.append(head)
    if chunk:
        yield _joined(start, chunk, tail)


def _joined(start: str, heads: list[str], tail: str) -> str:
    body = f"({'|'.join(heads)})" if len(heads) > 1 else heads[0]
    text = f"{start}{body}{tail}"
    # The parser takes a backslash before the closing slash for an escape of the slash.
    return f"{text[:-2]}[\\\\]" if text.endswith("\\\\") else text


def quoted(value: str) -> str:
    """A phrase of a query string."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def equals(field: str, values: Iterable[str]) -> str:
    """A field that has one of some values, literally."""
    listed = [v if v.isalnum() and v not in OPERATORS else quoted(v) for v in values]
    body = listed[0] if len(listed) == 1 else f"({' OR '.join(listed)})"
    return f"{field}:{body}"


class LuceneMends(EcsMends):
    """Lucene with fields of ECS, for Elasticsearch and OpenSearch."""

    # 2.1.1 escapes a network's colons and slash; addresses stand in quotes everywhere else.
    cidr_expression: ClassVar[str] = '{field}:"{value}"'
    # 2.1.1: NOT stands bare, and `a OR NOT b` is to Lucene's parser "a, and not b".
    field_null_expression: ClassVar[str] = "(NOT _exists_:{field})"
    field_not_exists_expression: ClassVar[str] = "(NOT _exists_:{field})"

    def match(self, field: str, values: list[Pieces]) -> list[str]:
        """Terms of which one holds when a keyword field has one of the values, in any case."""
        terms = [f"{field}:/{text}/" for text in expressions(filter(None, values))]
        return terms if all(values) else [*terms, equals(field, [""])]

    def match_text(self, field: str, values: list[Pieces]) -> list[str]:
        """Parts of analysed text: of one word an expression, of several words whole words in a row.

        Raises:
            Unsupported: anything but a part, since the beginning and end of a text are not known.
        """
        found = []
        for value in values:
            front, body, end = shape(value)
            if not (front and end and is_literal(body) and body):
                raise Unsupported(f"{field} is analysed: only parts of it can be looked for")
            words = re.findall(r"[\w-]+", literal(body).lower(), re.ASCII)
            one = words == [literal(body).lower()]
            found.append(
                f"{field}:/.*{expression(body)}.*/" if one else f"{field}:{quoted(' '.join(words))}"
            )
        return found

    def match_in_url(self, field: str, wanted: Sequence[Address]) -> list[str]:
        """Terms of which one holds when a keyword field is a URL of one of some addresses."""
        return [f"{field}:/{text}/" for text in in_url(wanted)]

    def match_exact(self, field: str, values: list[str], kind: str) -> str:
        """A term that holds when a field of an exact kind has one of the values."""
        return equals(field, values)


def either(correlation: Correlation, parts: Mapping[str, Part]) -> str:
    """A finding as one query: an event of any of its rules.

    Raises:
        Refused: a correlation that is no finding.
    """
    if not correlation.rule.is_finding:
        raise Refused("Lucene selects single events, and correlates none")
    return "\nOR ".join(f"({parts[name].query})" for name in correlation.members if name in parts)


def restriction(wheres: Iterable[Mapping[str, tuple[str, ...]]]) -> str:
    """What an event says that comes from one of the sources."""
    parts = [" AND ".join(equals(f, values) for f, values in where.items()) for where in wheres]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(f'({part})' for part in parts)})"
