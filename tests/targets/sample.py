"""Small rules for the tests of targets."""

from __future__ import annotations

from collections.abc import Callable

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query, Target
from sigmapack.content.model import Content

MakeContent = Callable[..., Content]

RULE = """\
title: {name}
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a{n:02}
name: {name}
logsource: {logsource}
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
    rules: [{rules}]
    group-by: [Computer]
    timespan: {span}
{condition}
level: high
"""
PROCESS = "{product: windows, category: process_creation}"
LOOKUPS = "{product: windows, category: dns_query}"
DOMAINS = "s: {QueryName|expand: '%ioc_domains%'}\ncondition: s"


def rule(name: str, detection: str, logsource: str = PROCESS, n: int = 1) -> str:
    """A rule's text."""
    lines = "\n".join(f"    {line}" for line in detection.strip("\n").splitlines())
    return RULE.format(name=name, detection=lines, logsource=logsource, n=n)


def compiled(target: Target, content: Content, language: str = "") -> dict[str, Query]:
    """Rule -> its query."""
    assert content.problems == ()
    found = compile_target(content, target)
    return {query.rule.name: query for query in found if language in ("", query.language)}


def one(
    target: Target,
    make_content: MakeContent,
    detection: str,
    logsource: str = PROCESS,
    language: str = "",
) -> Query:
    """The query of one rule."""
    content = make_content(one=rule("one", detection, logsource))
    return compiled(target, content, language)["one"]


def correlated(
    target: Target,
    make_content: MakeContent,
    kind: str,
    condition: str = "",
    span: str = "24h",
    members: int = 2,
) -> Query:
    """The query of a correlation over rules `r1`, `r2`, … on processes, grouped by Computer."""
    names = [f"r{number}" for number in range(1, members + 1)]
    rules = {
        name: rule(name, f"s: {{Image: {name}.exe}}\ncondition: s", n=number)
        for number, name in enumerate(names, 1)
    }
    text = CORRELATION.format(type=kind, rules=", ".join(names), span=span, condition=condition)
    return compiled(target, make_content(**rules, z=text))["correlated"]
