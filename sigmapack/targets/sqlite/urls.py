"""SQLite: a field with a URL, and whose it is, without a function that SQLite has not built in.

SQLite has no REGEXP of its own (https://www.sqlite.org/lang_expr.html), and its shell's knows no
`(?i)`: host and path are cut out of the URL by `instr` and `substr`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sigmapack.content.urls import Address


def in_url(field: str, wanted: Sequence[Address], like: Callable[[str], str]) -> str:
    """The condition that a column holds a URL of one of some addresses.

    Args:
        field: the column, as it is written in a query.
        wanted: hosts, or hosts with paths.
        like: makes a pattern of LIKE of a text with `*`, for `ESCAPE '\\'`.
    """
    if any(one.path for one in wanted):
        tests = [f"({_host([one.host], like)} AND p={_literal(one.path)})" for one in wanted]
        condition = " OR ".join(tests)
    else:
        condition = _host([one.host for one in wanted], like)
    return of_parts(field, condition)


def of_parts(field: str, condition: str) -> str:
    """That a condition holds for a URL's host `h` and path `p`, both in lower case.

    Args:
        field: the column, as it is written in a query.
        condition: of SQL.
    """
    scheme = "u LIKE '_%://%' AND substr(u, 1, instr(u, '://') - 1) NOT GLOB '*[^a-z0-9+.-]*'"
    bare = f"CASE WHEN {scheme} THEN substr(u, instr(u, '://') + 3) ELSE u END"
    parts = f"SELECT {bare} AS r FROM (SELECT lower({field}) AS u)"
    authority = _before(_before(_before("r", "/"), "?"), "#")
    parts = f"SELECT r, {authority} AS a FROM ({parts})"
    host = _before("substr(a, instr(a, '@') + 1)", ":")
    path = _before("substr(r, length(a) + 1)", "?")
    parts = f"SELECT {host} AS h, {path} AS p FROM ({parts})"
    return f"EXISTS (SELECT 1 FROM ({parts}) WHERE {condition})"


def _before(text: str, sign: str) -> str:
    """What of a text stands before a sign: all of it where there is none."""
    return f"substr({text}, 1, instr({text} || '{sign}', '{sign}') - 1)"


def _host(names: Sequence[str], like: Callable[[str], str]) -> str:
    """That a host is one of some names, or below one, with or without a final dot."""
    whole = ", ".join(_literal(f"{name}{dot}") for name in names for dot in ("", "."))
    below = [_literal(like(f"*.{name}{dot}")) for name in names for dot in ("", ".")]
    found = " OR ".join(f"h LIKE {pattern} ESCAPE '\\'" for pattern in below)
    return f"(h IN ({whole}) OR {found})"


def _literal(text: str) -> str:
    return "'" + text.lower().replace("'", "''") + "'"
