"""How a rule is called in files that others read as code: nothing in a name may end a comment."""

from __future__ import annotations

import re

from sigmapack.content.model import Rule

UNSAFE = re.compile(r"[^\w.-]|-(?=-)", re.ASCII)
UNSAFE_KEY = re.compile(r"[^\w./-]|-(?=-)", re.ASCII)


def name(rule: Rule) -> str:
    """A rule's name, of letters, digits, dots, hyphens and underscores only."""
    return UNSAFE.sub("_", rule.name)


def key(rule: Rule) -> str:
    """The log source of a rule, such as `windows/dns_query`, likewise."""
    return UNSAFE_KEY.sub("_", rule.logsource.key)
