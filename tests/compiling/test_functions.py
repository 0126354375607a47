"""The functions that SQLite has not built in: what they say of a value, and what they refuse."""

from __future__ import annotations

import pytest

from sigmapack.compiling.functions import MOST_MEMORY, in_network, regexp, search_of
from sigmapack.content.model import Refused


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        ("B", "abc", False),
        ("(?i)B", "abc", True),
        ("^1$", 1, True),
        ("x", None, None),
        ("^$", "", True),
        (r"\d{3}$", "a12", False),
        ("日.語", "日x語", True),
        ("^.$", "é", True),
    ],
)
def test_an_expression_is_found_anywhere(
    pattern: str, value: object, expected: bool | None
) -> None:
    assert regexp(pattern, value) is expected


@pytest.mark.parametrize(
    ("network", "value", "expected"),
    [
        ("fe80::/10", "fe80::1", True),
        ("fe80::/10", "FE80:0:0:0:0:0:0:1", True),
        ("fe80::/10", "10.0.0.1", False),
        ("10.0.0.0/8", "10.0.0.1", True),
        ("10.0.0.0/8", "10.0.0.1.example", False),
        ("::1/128", "no address", False),
        ("::1/128", "", False),
        ("::1/128", None, None),
    ],
)
def test_an_address_is_in_a_network(network: str, value: object, expected: bool | None) -> None:
    assert in_network(network, value) is expected


@pytest.mark.parametrize(
    "pattern", ["(", "(?=a)", r"\1", "((a{100}){100}){100}", "a" * MOST_MEMORY]
)
def test_an_expression_that_takes_too_much_is_refused(pattern: str) -> None:
    with pytest.raises(Refused, match="beyond RE2"):
        search_of(pattern)
