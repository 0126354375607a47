"""How SQL writes texts and names (https://www.sqlite.org/lang_expr.html, lang_keywords.html)."""

from __future__ import annotations


def literal(value: str) -> str:
    """A text in quotes."""
    return "'" + value.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name of a table or column in backticks: what is no column is then an error, not a text."""
    return "`" + name.replace("`", "``") + "`"
