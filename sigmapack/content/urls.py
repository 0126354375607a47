"""Hosts inside of URLs, and URLs: the one expression that matches them, and what it is of.

Sigma's wildcards cannot say where a host ends: `*.bad.example/*` is also in the path of another
server. So a field that holds a URL is matched by an expression (Sigma's modifier `re`). It takes a
URL with and without scheme, user, port and query, and what a proxy logs for CONNECT (`host:443`);
a name below a host counts as the host does. Products that have no such expressions, or fields that
hold the host, read from it what it matches (`addresses`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class Address(NamedTuple):
    """A host, with a path if only that is meant."""

    host: str
    path: str = ""


#: What stands before the host, piece by piece: a scheme, a user, names below.
SCHEME, USER, BELOW = r"([a-z][a-z0-9+.-]*://)?", r"([^/?#@]*@)?", r"([^/?#:@]*\.)?"
#: What may stand between host and path, and after each of them.
PORT, REST, QUERY = r"\.?(:[^/?#@]*)?", r"([/?#].*)?", r"(\?.*)?"
START = f"(?i)^{SCHEME}{USER}{BELOW}("


def expression(wanted: Iterable[Address]) -> str:
    """The expression that matches URLs of any of some hosts, or any of some URLs."""
    listed = list(dict.fromkeys(wanted))
    if not any(address.path for address in listed):
        return f"{START}{'|'.join(re.escape(host) for host, _ in listed)}){PORT}{REST}$"
    names = (f"{re.escape(host)}{PORT}{re.escape(path)}" for host, path in listed)
    return f"{START}{'|'.join(names)}){QUERY}$"


def addresses(text: str) -> tuple[Address, ...]:
    """What an expression of `expression` matches; nothing of any other."""
    if not text.startswith(START):
        return ()
    for end in (f"){PORT}{REST}$", f"){QUERY}$"):
        if text.endswith(end):
            listed = text[len(START) : -len(end)].split("|")
            parts = [re.sub(r"\\(.)", r"\1", one.replace(PORT, "\0")) for one in listed]
            return tuple(Address(*part.split("\0")) for part in parts)
    return ()
