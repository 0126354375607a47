"""Small rules for the tests of the KQL targets."""

from __future__ import annotations

from collections.abc import Callable

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query, Target
from sigmapack.content.model import Content

MakeContent = Callable[..., Content]

RULE = """\
title: {name}
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a{number:02}
name: {name}
logsource: {{{logsource}}}
detection:
{detection}
level: high
"""
CORRELATION = """\
title: Correlated
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a99
name: correlated
correlation:
    type: {type}
    rules: [one, two]
    group-by: [Computer]
    timespan: {span}
{condition}
level: high
"""
PROCESS = "product: windows, category: process_creation"


def rule(name: str, detection: str, logsource: str = PROCESS, number: int = 1) -> str:
    """A rule's text."""
    lines = "\n".join(f"    {line}" for line in detection.strip("\n").splitlines())
    return RULE.format(name=name, logsource=logsource, detection=lines, number=number)


def compiled(content: Content, target: Target) -> dict[str, Query]:
    """What a target makes of each rule, by name."""
    assert content.problems == ()
    return {query.rule.name: query for query in compile_target(content, target)}


def one(make_content: MakeContent, target: Target, detection: str, logsource: str) -> Query:
    """What a target makes of one rule."""
    return compiled(make_content(one=rule("one", detection, logsource)), target)["one"]


def correlated(
    make_content: MakeContent,
    target: Target,
    kind: str,
    condition: str = "",
    span: str = "24h",
    logsource: str = PROCESS,
) -> Query:
    """What a target makes of a correlation of two rules, of processes if nothing else is said."""
    first = rule("one", "s: {Image: a.exe}\ncondition: s", logsource, number=1)
    second = rule("two", "s: {Image: b.exe}\ncondition: s", logsource, number=2)
    text = CORRELATION.format(type=kind, span=span, condition=condition)
    content = make_content(one=first, two=second, three=text)
    return compiled(content, target)["correlated"]
