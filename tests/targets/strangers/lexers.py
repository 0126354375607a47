"""What of a query is code: its text without comments, literals and quoted names.

Written from the languages' own grammars, not from what writes the queries; a literal that does not
end, or that has a line break where the language allows none, is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: What stands for a literal or a quoted name.
LITERAL = "\N{BULLET}"

#: Language -> the forms of its comments (left out), and of its literals and quoted names.
FORMS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # https://www.sqlite.org/lang_comment.html, lang_keywords.html
    "sql": ((r"--[^\n]*", r"/\*.*?\*/"), (r"'(?:[^']|'')*'", r"`(?:[^`]|``)*`", r'"(?:[^"]|"")*"')),
    # https://learn.microsoft.com/kusto/query/scalar-data-types/string
    "kql": (
        (r"//[^\r\n]*",),
        (
            r'@"(?:[^"\r\n]|"")*"',
            r"@'(?:[^'\r\n]|'')*'",
            r'"(?:[^"\\\r\n]|\\[^\r\n])*"',
            r"'(?:[^'\\\r\n]|\\[^\r\n])*'",
        ),
    ),
    # elastic/elasticsearch, x-pack/plugin/eql/src/main/antlr/EqlBase.g4
    "eql": (
        (r"//[^\r\n]*", r"/\*.*?\*/"),
        (
            r'"""[^\r\n]*?"{3,5}',
            r'"(?:\\[btnfr"\\]|\\u\{[0-9a-fA-F]{2,8}\}|[^\r\n"\\])*"',
            r"`(?:[^`]|``)*`",
        ),
    ),
    # elastic/elasticsearch, x-pack/plugin/esql/src/main/antlr/lexer/Expression.g4
    "esql": (
        (r"//[^\r\n]*", r"/\*.*?\*/"),
        (r'"""[^\r\n]*?"""', r'"(?:\\[tnr"\\]|[^\r\n"\\])*"', r"`(?:[^`]|``)*`"),
    ),
    # apache/lucene, queryparser/classic/QueryParser.jj
    "lucene": ((), (r'"(?:\\.|[^"\\])*"', r"(?<=:)/(?:\\.|[^/\\])*/", r"\\.")),
    # grafana/loki, pkg/logql/syntax/lex.go: Go's strings
    "logql": (
        (r"\#[^\n]*",),
        (r"`[^`]*`", r'"(?:\\(?:[abfnrtv\\"]|x[0-9a-f]{2}|u[0-9a-f]{4})|[^"\\\n])*"'),
    ),
    # Splunk, Search Manual: "Add comments to searches", "Quotes and escape characters"
    "spl": ((r"```.*?```",), (r'"(?:\\.|[^"\\])*"', r"'(?:[^'\\\n]|\\.)*'")),
    # https://library.humio.com/data-analysis/syntax-comments.html, syntax-regex.html
    "cql": (
        (r"(?<!=)//[^\n]*", r"(?<!=)/\*.*?\*/"),
        (r'"(?:\\.|[^"\\\n])*"', r"(?<==)/(?:\\.|[^/\\\r\n])*/[a-z]*"),
    ),
}
#: What begins a literal, and must not be left in the code.
STARTS = {
    "sql": "'`\"",
    "kql": "'\"",
    "eql": '`"',
    "esql": '`"',
    "lucene": '"/',
    "logql": '`"',
    "spl": "\"'",
    "cql": '"',
}


def code(language: str, text: str) -> str:
    """The code of a query, in which each literal is a bullet.

    Raises:
        AssertionError: a literal that does not end, or groups that do not.
    """
    comments, literals = FORMS[language]
    whole = "|".join(f"(?P<c{n}>{form})" for n, form in enumerate(comments))
    whole += "|" * bool(comments) + "|".join(literals)
    found = re.sub(
        whole,
        lambda match: " " if any(v is not None for v in match.groups()) else LITERAL,
        text.replace(LITERAL, "x"),
        flags=re.DOTALL,
    )
    for start in STARTS[language]:
        assert start not in found, f"{language}: a literal does not end: {found[-300:]!r}"
    for begin, end in ("()", "[]", "{}"):
        assert found.count(begin) == found.count(end), f"{language}: {begin}: {found[-300:]!r}"
    return found
