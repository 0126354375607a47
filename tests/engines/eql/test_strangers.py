"""To python-eql's parser, too, a stranger's text is a literal, a comment or a quoted name."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.engines.eql.engine import answer
from tests.targets.strangers.queries import Lexed, hostile, lexed_by, live, live_code, numbered

pytestmark = pytest.mark.engines("eql")


def lex(texts: Mapping[str, str]) -> dict[str, Lexed]:
    """What of queries is code."""
    return lexed_by(answer({"groups": [], "texts": dict(texts)})["texts"])


def test_no_text_is_code() -> None:
    queries = hostile("eql")
    assert live(queries, lex(numbered(queries))) == []


@pytest.mark.parametrize(
    "text",
    [
        'any where a == "b" or zqxmark',
        'any where a == "b" // c\nor zqxmark == "d"',
        'any where a == "b" or `c`.zqxmark == "d"',
        'any where a == "b',
    ],
)
def test_code_is_noticed(text: str) -> None:
    assert live_code(text, lex)
