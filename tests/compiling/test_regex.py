"""Lists of a name's forms as one expression: it says what they say."""

from __future__ import annotations

import itertools
import re

import pytest
from sigma.types import SigmaString

from sigmapack.compiling.regex import alternation, domains
from sigmapack.content.kinds import forms

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
