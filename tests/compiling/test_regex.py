"""Lists of a name's forms as one expression: it says what they say."""

from __future__ import annotations

import itertools
import re

import pytest
from sigma.types import SigmaString

from sigmapack.compiling.regex import alternation, domains, known_to_re2
from sigmapack.content.kinds import forms
from sigmapack.content.model import Refused

NAMES = ("officeaddons.com", "sbmsa.wiki")
HOSTS = [
    f"{before}{name}{after}"
    for name in NAMES
    for before in ("", "www.", "a.b.", "my", "x-")
    for after in ("", ".", ":443", ":5001", ".evil.test", ".evil.test:443", "/x", "x")
]


def values(column: str, *names: str) -> list[SigmaString]:
    return [SigmaString(f) for name in names for f in forms(column, "cs-host", {column: name})]


@pytest.mark.parametrize("column", ["zone", "domain"])
def test_the_expression_of_all_forms_matches_what_they_match(column: str) -> None:
    whole = re.compile(f"(?is){alternation(values(column, *NAMES))}")
    each = [re.compile(f"(?is){alternation([value])}") for value in values(column, *NAMES)]
    for host in HOSTS:
        assert bool(whole.fullmatch(host)) == any(one.fullmatch(host) for one in each), host


def test_names_are_grouped_by_what_may_follow_them() -> None:
    listed = values("zone", "3cx.us") + [SigmaString(f) for f in ("a.example", "*.a.example")]
    listed += [SigmaString(f) for f in ("b.example", "*.b.example", "b.example.", "*.b.example.")]
    found, rest = domains(listed)
    assert list(itertools.chain(*found.values())) == ["3cx.us", "b.example"]
    assert [str(value) for value in rest] == ["a.example", "*.a.example"]


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"a\u0022b", r"a\U00000022", r"a\Z", r"(a)\1", "(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b"),
        *(
            "(?P<n>a)(?P=n)",
            "(?>a)",
            "(a)(?(1)b|c)",
            "(?#a)",
            "(?x)a",
            "a++",
            "a*+",
            "a?+",
            "a{2}+",
        ),
        *("a{,3}", "a{1001}", "a{2,1001}", "a{1001,}", r"[\u0022]", r"\\\u0022", r"[\b]"),
    ],
)
def test_an_expression_that_re2_does_not_know_is_refused(pattern: str) -> None:
    re.compile(pattern)
    with pytest.raises(Refused):
        known_to_re2(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *("a+b*c?", "(?i)a", "(?is:a)", "(?:a)", "(?P<n>a)", "a{2,1000}", "a{3,}", "a+?", "a*?"),
        *(
            r"\\u0022",
            r"\x22",
            r"\d\b",
            "[*+]",
            "[?+]a",
            r"\*+",
            r"\(?=a",
            r"[(?=]",
            r"a\{,3",
            "[]+]+",
        ),
        *(r"[\]*+]", "[^]*+]", r"\[*\]+", r"\x{22}"),
    ],
)
def test_an_expression_that_re2_knows_is_taken(pattern: str) -> None:
    known_to_re2(pattern)
