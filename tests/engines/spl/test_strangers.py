"""To teragrep's parser of SPL, too, a stranger's text is a literal or a quoted name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.engines import java
from tests.engines.spl.content import known
from tests.engines.spl.text import readable
from tests.targets.strangers.queries import Lexed, hostile, lexed_by, live, live_code, numbered

pytestmark = pytest.mark.engines("teragrep")

SOURCE = Path(__file__).parent / "lexers" / "Tokens.java"


def lex(texts: Mapping[str, str]) -> dict[str, Lexed]:
    """What of searches is code."""
    read = {name: readable(text, known()) for name, text in texts.items()}
    return lexed_by(java.ask("teragrep", SOURCE, "Tokens", read))


def test_no_text_is_code() -> None:
    queries = hostile("spl")
    assert live(queries, lex(numbered(queries))) == []


@pytest.mark.parametrize(
    "text", ['a="b" OR zqxmark="c"', 'a="b" | fields zqxmark', 'a="b\\\\" OR zqxmark="c"', '(a="b"']
)
def test_code_is_noticed(text: str) -> None:
    assert live_code(text, lex)
