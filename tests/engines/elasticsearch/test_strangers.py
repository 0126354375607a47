"""To Elasticsearch's parser of ES|QL and to Lucene's, too, a stranger's text is a literal.

Elasticsearch derives its own parser of query strings from Lucene's classic one, whose lexer it has
(server/src/main/java/org/elasticsearch/index/search/QueryStringQueryParser.java).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.engines import java
from tests.targets.strangers.queries import Lexed, hostile, lexed_by, live, live_code, numbered

pytestmark = pytest.mark.engines("elasticsearch")

SOURCE = Path(__file__).parent / "lexers" / "Tokens.java"
MAIN = "org.elasticsearch.xpack.esql.parser.Tokens"


def lex(language: str, texts: Mapping[str, str]) -> dict[str, Lexed]:
    """What of queries is code to the parser of a language."""
    return lexed_by(java.ask("elasticsearch", SOURCE, MAIN, {language: dict(texts)}))


@pytest.mark.parametrize("language", ["esql", "lucene"])
def test_no_text_is_code(language: str) -> None:
    queries = hostile(language)
    assert live(queries, lex(language, numbered(queries))) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("esql", 'FROM x | WHERE a == "b" | KEEP zqxmark'),
        ("esql", 'FROM x | WHERE a == "b" // c\n AND zqxmark'),
        ("esql", "FROM x | WHERE"),
        ("lucene", 'a:"b" OR zqxmark'),
        ("lucene", r'a:"b\\" OR zqxmark:"c"'),
        ("lucene", 'a:"b'),
    ],
)
def test_code_is_noticed(language: str, text: str) -> None:
    assert live_code(text, lambda texts: lex(language, texts))
