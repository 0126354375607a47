"""Many queries of strangers' rules at once, for a vendor's own parser to say what is code."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sigmapack.compiling.compile import compile_target
from sigmapack.content.model import Content
from sigmapack.targets import discover
from tests.examples import tried
from tests.targets.strangers.hostile import (
    CORRELATED,
    MARK,
    MODIFIERS,
    PLACES,
    SOURCES,
    TEXTS,
    Document,
    changed,
    content,
    correlation,
    document,
)

#: Names of the members of a correlation, which it may write: those of these tests are harmless.
KINDS = ("event_count", "value_count", "temporal", "temporal_ordered")
#: Places of a correlation that name a field.
NAMING = ("group-by", "alias", "aliased", "value field")
Draw = Callable[[st.SearchStrategy[Any]], Any]
#: Rules, the name of a field among them that is hostile, and where else they are.
Made = tuple[Content, str, str]


@dataclass(frozen=True)
class Lexed:
    """A query as a vendor's parser has it.

    Attributes:
        error: why it is no query, or nothing.
        code: its tokens but comments, literals and quoted names.
    """

    error: str
    code: tuple[str, ...]


@dataclass(frozen=True)
class Hostile:
    """A query of a rule with a hostile text.

    Attributes:
        text: of the query.
        name: the hostile text where it is a field's name, which may be code as one word.
        where: the product and the place of the rule, to be told when it fails.
    """

    text: str
    name: str
    where: str


def word(name: str) -> re.Pattern[str]:
    """A field's name where it is code: one word, or the name itself if it is harmless."""
    words = {re.sub("[^A-Za-z0-9_]", "_", name), re.sub("[^a-z0-9_]", "_", name.lower())}
    words |= {name} if re.fullmatch(r"[A-Za-z0-9_.]+", name) else set()
    return re.compile(rf"(?<![^\W_])({'|'.join(map(re.escape, words))})(?!\w)")


def two(source: int = 0) -> list[Document]:
    """Two harmless rules for a correlation."""
    where, field = SOURCES[source]
    found = [document(where, field, f"{name}.exe", name) for name in ("one", "two")]
    found[1]["id"] = found[1]["id"][:-1] + "2"
    return found


def _value(draw: Draw, text: str) -> Made:
    where, field = draw(st.sampled_from(SOURCES))
    modifiers = draw(st.sampled_from(MODIFIERS))
    value = draw(st.sampled_from([text, [text, "x", f"*{text}"]]))
    rule = document(where, f"{field}{modifiers}", value)
    if draw(st.booleans()):
        rule["detection"] |= {"t": {field: "y"}, "condition": "t and not s"}
    name = text if modifiers == "|fieldref" else ""
    return content(rule), name, f"value{modifiers}"


def _place(draw: Draw, text: str) -> Made:
    place = draw(st.sampled_from(sorted(PLACES)))
    where, field = draw(st.sampled_from(SOURCES[:3]))
    rule = changed(document(where, field, "x"), PLACES[place], text)
    return content(rule), text if place == "field" else "", place


def _correlated(draw: Draw, text: str) -> Made:
    place = draw(st.sampled_from(sorted(CORRELATED)))
    both = correlation(draw(st.sampled_from(KINDS)), ["one", "two"])
    rules = two(draw(st.integers(0, len(SOURCES) - 1)))
    found = content(*rules, changed(both, CORRELATED[place], text))
    return found, text if place in NAMING else "", f"correlation's {place}"


def _member(draw: Draw, text: str) -> Made:
    one, other = two()
    one["detection"]["s"]["CommandLine"] = [text, f"*{text}*"]
    both = correlation(draw(st.sampled_from(KINDS)), ["one", "two"])
    return content(one, other, both), "", "member's value"


def _lookup(draw: Draw, text: str) -> Made:
    where, field = draw(st.sampled_from((SOURCES[1], SOURCES[5], SOURCES[6])))
    rule = document(where, f"{field}|expand", "%ioc_domains%")
    return content(rule, lookup=text), "", "lookup"


WAYS = (_value, _value, _place, _place, _correlated, _member, _lookup)


@st.composite
def contents(draw: Draw) -> Made:
    """Rules with a hostile text somewhere."""
    make: Callable[[Draw, str], Made] = draw(st.sampled_from(WAYS))
    return make(draw, draw(TEXTS))


def hostile(language: str, products: Collection[str] = (), usual: int = 400) -> list[Hostile]:
    """Queries in a language of rules with hostile texts, the shortest first.

    Args:
        language: of queries.
        products: that are asked for them; all where none is named.
        usual: rules in an ordinary run.
    """
    found: dict[str, Hostile] = {}
    targets = [each for name, each in discover().items() if not products or name in products]

    @tried(usual, costs=10)
    @given(contents())
    def collect(made: Made) -> None:
        of, name, place = made
        for target in targets:
            for query in compile_target(of, target):
                texts = (query.text, query.native_text) if query.language == language else ()
                for text in filter(None, texts if query.path else ()):
                    found.setdefault(text, Hostile(text, name, f"{target.name}: {place}"))

    collect()
    assert len(found) >= usual / 4, f"only {len(found)} queries"
    return sorted(found.values(), key=lambda each: len(each.text))


def lexed_by(answer: Mapping[str, Mapping[str, Any]]) -> dict[str, Lexed]:
    """The queries as a vendor's parser answered."""
    return {name: Lexed(found["error"], tuple(found["code"])) for name, found in answer.items()}


def live(queries: Sequence[Hostile], lexed: Mapping[str, Lexed]) -> list[str]:
    """What is wrong with queries by a vendor's parser: no query, or a text that became code."""
    found = []
    for number, query in enumerate(queries):
        by_parser = lexed[str(number)]
        code = " ".join(by_parser.code)
        left = word(query.name).sub("x", code) if query.name else code
        if by_parser.error:
            found.append(f"{query.where}: {by_parser.error}: {query.text!r}")
        elif MARK in left:
            found.append(f"{query.where}: {left!r} is code of {query.text!r}")
    return found


def numbered(queries: Sequence[Hostile]) -> dict[str, str]:
    """The texts of queries, by the names that `live` knows them by."""
    return {str(number): query.text for number, query in enumerate(queries)}


def live_code(text: str, lex: Callable[[Mapping[str, str]], Mapping[str, Lexed]]) -> list[str]:
    """What a parser has against a query of no rule, to see that it notices."""
    queries = [Hostile(text, "", "made up")]
    return live(queries, lex(numbered(queries)))
