"""A stranger's text is in no query more than a literal, a comment or a quoted name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.compiling import functions
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.names import names as of_rule
from sigmapack.compiling.product import Query
from sigmapack.content.model import Content
from sigmapack.events.rows import EVENT_TEXT
from sigmapack.targets import discover
from tests.targets.strangers.hostile import (
    CORRELATED,
    EACH,
    MARK,
    MODIFIERS,
    ONCE,
    PLACES,
    SOURCES,
    TEXTS,
    changed,
    content,
    correlation,
    document,
)
from tests.targets.strangers.lexers import code
from tests.targets.strangers.queries import KINDS, NAMING, two, word

TARGETS = tuple(discover().values())


def written(of: Content) -> Iterator[tuple[str, Query]]:
    """Every query of every target, with its language."""
    for target in TARGETS:
        for query in compile_target(of, target):
            assert query.path or query.reason
            if query.path:
                yield query.language, query


def proved(of: Content, name: str = "") -> int:
    """See that no text became code, and say how many queries there are.

    Args:
        of: rules with hostile texts.
        name: a hostile text that is a field's name, which may be code as one word.
    """
    number = 0
    named = word(name)
    for language, query in written(of):
        for text in filter(None, (query.text, query.native_text)):
            number += 1
            if language == "sigma":
                assert isinstance(yaml.safe_load(text), dict)
                lines = text.splitlines()
                assert all(not line.startswith("#") for line in lines[2:]), text
                continue
            left = named.sub("x", code(language, text)) if name else code(language, text)
            assert MARK not in left, f"{query.target}: {left}"
            if language == "spl":
                assert_no_macro(text)
            if language == "sql" and text == query.text:
                explained(query)
    return number


def assert_no_macro(text: str) -> None:
    """Macros are called in literals, too; comments begin and end with three backticks."""
    parts = text.replace("```", "").split("`")
    assert all(name.startswith("logsource_") and name.isidentifier() for name in parts[1::2]), text


def explained(query: Query) -> None:
    """SQLite itself takes the query for one statement on the columns that the rule names."""
    names = [*of_rule(query.rule), *(field for _, field in SOURCES), "CommandLine", "Computer"]
    names += [
        "event_id",
        "timestamp",
        EVENT_TEXT,
        *(f"logsource_{p}" for p in query.rule.logsource._fields),
    ]
    columns = {name.lower(): '"' + name.replace('"', '""') + '"' for name in names}
    with sqlite3.connect(":memory:") as db:
        db.execute(f"CREATE TABLE logs ({', '.join(columns.values())})")
        functions.install(db, lambda: False)
        db.execute(f"EXPLAIN {query.bare}")


def test_without_a_hostile_text_there_are_queries_in_every_language() -> None:
    languages = {
        language
        for language, _ in written(content(*two(), correlation("temporal", ["one", "two"])))
    }
    assert languages == {"sql", "kql", "eql", "esql", "lucene", "logql", "spl", "cql", "sigma"}


@pytest.mark.parametrize("modifiers", MODIFIERS)
@EACH
@given(text=TEXTS, source=st.sampled_from(SOURCES), negated=st.booleans(), listed=st.booleans())
def test_a_value_is_a_literal(
    modifiers: str, text: str, source: tuple[dict[str, str], str], negated: bool, listed: bool
) -> None:
    where, field = source
    rule = document(where, f"{field}{modifiers}", [text, "x", f"*{text}"] if listed else text)
    if negated:
        rule["detection"] |= {"t": {field: "y"}, "condition": "t and not s"}
    proved(content(rule), text if modifiers == "|fieldref" else "")


@pytest.mark.parametrize("place", PLACES)
@EACH
@given(text=TEXTS, source=st.sampled_from(SOURCES[:3]))
def test_no_place_of_a_rule_is_code(
    place: str, text: str, source: tuple[dict[str, str], str]
) -> None:
    where, field = source
    rule = changed(document(where, field, "x"), PLACES[place], text)
    proved(content(rule), text if place == "field" else "")


@pytest.mark.parametrize("place", CORRELATED)
@EACH
@given(text=TEXTS, kind=st.sampled_from(KINDS), source=st.integers(0, len(SOURCES) - 1))
def test_no_place_of_a_correlation_is_code(place: str, text: str, kind: str, source: int) -> None:
    both = correlation(kind, ["one", "two"])
    name = text if place in NAMING else ""
    proved(content(*two(source), changed(both, CORRELATED[place], text)), name)


@ONCE
@given(text=TEXTS, kind=st.sampled_from(KINDS))
def test_a_members_name_is_a_literal_or_refused(text: str, kind: str) -> None:
    one, other = two()
    both = correlation(kind, [text, "two"])
    proved(content({**one, "name": text}, other, both))


@ONCE
@given(text=TEXTS, kind=st.sampled_from(KINDS))
def test_a_value_of_a_member_is_a_literal(text: str, kind: str) -> None:
    one, other = two()
    one["detection"]["s"]["CommandLine"] = [text, f"*{text}*"]
    proved(content(one, other, correlation(kind, ["one", "two"])))


@ONCE
@given(text=TEXTS, source=st.sampled_from((SOURCES[1], SOURCES[5], SOURCES[6])))
def test_a_value_of_a_lookup_is_a_literal(text: str, source: tuple[dict[str, str], str]) -> None:
    where, field = source
    proved(content(document(where, f"{field}|expand", "%ioc_domains%"), lookup=text))


@ONCE
@given(text=TEXTS)
def test_a_files_name_is_no_code(text: str) -> None:
    proved(content(*two(), correlation("temporal", ["one", "two"]), stem=text))
