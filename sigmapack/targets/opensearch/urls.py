"""Security Analytics: hosts in URLs, for which it has no expressions.

The Beats take the host out of a URL that has a scheme, and leave the port out, so the field of the
host is asked. They leave a tunnel of Squid whole (`host:443`), so the URL is asked for that. A
query may have 1,024 clauses (indices.query.bool.max_clause_count): a long list has less forms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sigmapack.compiling import conversion
from sigmapack.content.kinds import forms
from sigmapack.content.model import Rule
from sigmapack.content.urls import addresses

#: How many hosts are looked for with a final dot, too: a longer list is one of exceptions.
MOST = 50
#: Ports of tunnels: that of TLS, and that of the vendor's telephone systems
#: (https://www.3cx.com/docs/ports/).
PORTS = (443, 5001)


def plain(rule: Rule) -> Rule:
    """The rule without the expressions of `content.urls`."""
    document = conversion.with_alternatives(rule, _alternatives).copy()
    document["detection"] = {
        name: _once(part) if isinstance(part, list) and name != "condition" else part
        for name, part in document["detection"].items()
    }
    return rule.with_document(document)


def _once(parts: list[Any]) -> Any:
    """Alternatives without those that stand there twice."""
    kept = [part for number, part in enumerate(parts) if part not in parts[:number]]
    return kept if len(kept) > 1 else kept[0]


def _alternatives(selection: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    wanted = addresses(str(selection.get("c-uri|re", "")))
    if not wanted:
        yield selection
        return
    rest = {key: value for key, value in selection.items() if key != "c-uri|re"}
    if any(one.path for one in wanted):
        urls = [f"https://{one.host}{one.path}" for one in wanted]
        yield {**rest, "c-uri": [form for url in urls for form in forms("url", "", {"url": url})]}
        return
    names = [f"{start}{one.host}" for one in wanted for start in ("", "*.")]
    dots = ("", ".") if len(wanted) <= MOST else ("",)
    yield {**rest, "cs-host": [f"{name}{dot}" for name in names for dot in dots]}
    yield {**rest, "c-uri": [f"{name}:{port}" for name in names for port in PORTS]}
