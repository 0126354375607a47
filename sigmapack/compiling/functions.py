"""SQLite: the two functions that some rules need, and that SQLite has not built in.

`x REGEXP y` calls `regexp(y, x)` (https://www.sqlite.org/lang_expr.html#the_like_glob_regexp_match_and_extract_operators).
A progress handler does not run inside a function, so one that takes for ever would hang a replay:
expressions run on RE2, whose time is linear in the text's length whatever the pattern
(https://github.com/google/re2/wiki/WhyRE2). What RE2 cannot do is refused while a rule is compiled.
"""

from __future__ import annotations

import ipaddress
import sqlite3
from collections.abc import Callable
from functools import lru_cache

import re2

from sigmapack.content.model import Refused

#: Bytes that one expression may take: an eighth of RE2's default. SigmaHQ's need up to 256 KiB.
MOST_MEMORY = 2**20
#: Expressions and networks that are held ready; SigmaHQ's 3,757 rules have 217 expressions in all.
HELD = 500

#: An expression in a text: its place, or nothing.
Search = Callable[[bytes], object]


def search_of(pattern: str) -> Search:
    """What finds an expression in a text (UTF-8), anywhere in it.

    Args:
        pattern: with its flags in front, such as `(?i)`.

    Raises:
        Refused: RE2 cannot do it: it looks around, refers back, or is too large.
    """
    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.log_errors = False
    try:
        search: Search = re2.compile(pattern, options).search
    except re2.error as error:
        said = error.args[0] if error.args else "unknown"
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise Refused(
            f"the expression {pattern[:60]!a} is beyond RE2, which takes linear time ({reason}): "
            "write it without look-around, back-references and repetitions of more than 1,000"
        ) from None
    return search


_held = lru_cache(HELD)(search_of)


def regexp(pattern: str, value: object) -> bool | None:
    """Whether an expression is found in a value; None, which is SQL's NULL, where there is none."""
    if value is None:
        return None
    return _held(pattern)(str(value).encode("utf-8", "replace")) is not None


@lru_cache(HELD)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text)


def in_network(network: str, value: object) -> bool | None:
    """Whether a value is an address of a network, however it is written; None for none."""
    if value is None:
        return None
    try:
        return ipaddress.ip_address(str(value).strip("[]")) in _network(network)
    except ValueError:
        return False


def install(db: sqlite3.Connection, late: Callable[[], bool]) -> None:
    """Let the statements of a connection call both functions.

    Args:
        db: the connection.
        late: whether the statement's time is over. Linear is not short: an expression made for it
            takes ten seconds for a megabyte, and SQLite looks at the clock after many calls only.
    """

    def in_time(pattern: str, value: object) -> bool | None:
        if late():
            raise TimeoutError
        return regexp(pattern, value)

    db.create_function("regexp", 2, in_time, deterministic=True)
    db.create_function("in_network", 2, in_network, deterministic=True)
