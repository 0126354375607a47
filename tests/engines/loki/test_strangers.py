"""To Loki's parser of LogQL, too, a stranger's text is a literal or a comment."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.engines.loki.engine import ask
from tests.targets.strangers.queries import Lexed, hostile, lexed_by, live, live_code, numbered

pytestmark = pytest.mark.engines("loki")


def lex(texts: Mapping[str, str]) -> dict[str, Lexed]:
    """What of queries is code."""
    return lexed_by(ask([{"texts": dict(texts)}])[0]["texts"])


def test_no_text_is_code() -> None:
    queries = hostile("logql")
    assert live(queries, lex(numbered(queries))) == []


@pytest.mark.parametrize(
    "text",
    [
        '{a="b"} | zqxmark="c"',
        '{a="b"} # c\n| zqxmark="c"',
        "{a=`b`} |= `c` | zqxmark=`d`",
        '{a="b\\\\"} | zqxmark="c"',
        '{a="b',
    ],
)
def test_code_is_noticed(text: str) -> None:
    assert live_code(text, lex)
