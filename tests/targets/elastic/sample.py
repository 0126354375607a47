"""Small rules compiled for Elastic, and what their queries say."""

from __future__ import annotations

import re

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.model import Content
from sigmapack.targets.elastic import TARGET
from tests.targets.sample import CORRELATION, LOOKUPS, MakeContent, rule

PROXY = "{category: proxy}"


def compiled(content: Content) -> dict[tuple[str, str], Query]:
    assert content.problems == ()
    return {(q.rule.name, q.language): q for q in compile_target(content, TARGET)}


def regexes(text: str, field: str) -> list[str]:
    """The regular expressions that a Lucene query compares a field with."""
    return re.findall(rf"{re.escape(field)}:/((?:\\/|[^/])+)/", text)


def matches(text: str, field: str, value: str) -> bool:
    """Whether one of them matches a value whole, as Lucene matches.

    Classes, groups, `.*`, `?` and escapes mean the same in Lucene's and in Python's syntax.
    """
    return any(re.fullmatch(one, value, re.DOTALL) for one in regexes(text, field))


def correlated(make_content: MakeContent, kind: str, condition: str = "") -> dict[str, Query]:
    one = rule("one", "s: {Image: a.exe}\ncondition: s", n=1)
    two = rule("two", "s: {QueryName: b.example}\ncondition: s", LOOKUPS, n=2)
    text = CORRELATION.format(type=kind, rules="one, two", span="30m", condition=condition)
    found = compiled(make_content(one=one, two=two, three=text))
    return {language: q for (name, language), q in found.items() if name == "correlated"}
