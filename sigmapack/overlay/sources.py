"""What a client calls its log sources: lines of `logsources.toml`, for one client.

Such a text is a part of queries. It is not trusted: it names where events are, and does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sigmapack.content.model import Problem, Sources
from sigmapack.overlay.client import Client

PLACEHOLDER = re.compile(r"%[^%\s]+%|\{\{|<[A-Za-z][\w ]*>")
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
PAIRS = {")": "(", "]": "[", "}": "{"}
#: What would be another command, or end the text, in a product's language.
REFUSED: Mapping[str, re.Pattern[str]] = {
    "splunk": re.compile(r"[|`\[\]]"),
    "loki": re.compile(r"[|`]"),
    "logscale": re.compile(r"[|`]|//|/\*"),
    "sentinel": re.compile(
        r"[;`]|//|^\s*\.|\b(externaldata|evaluate|invoke|cluster|database|materialize)\b"
    ),
    "defender": re.compile(
        r"[;`]|//|^\s*\.|\b(externaldata|evaluate|invoke|cluster|database|materialize)\b"
    ),
}


def overlaid(sources: Sources, client: Client, problems: list[Problem]) -> Sources:
    """The sources with a client's own lines in place of the pack's, and its id."""
    products = {name: dict(lines) for name, lines in sources.products.items()}
    for product, lines in client.settings.get("sources", {}).items():
        if product not in products:
            message = f"no product {product!r} has log sources (has: {', '.join(sorted(products))})"
            problems.append(client.problem("client", message, "sources", product))
            continue
        for key, value in lines.items():
            for message in _wrong(product, products[product], key, value):
                problems.append(client.problem("client", message, "sources", product, key))
            if key in products[product]:
                products[product][key] = _line(products[product][key], value)
    return replace(sources, products=products, prefix=client.id)


def _line(before: Any, value: Any) -> Any:
    return {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value


def _wrong(product: str, known: Mapping[str, Any], key: str, value: Any) -> Iterator[str]:
    if key not in known:
        yield f"{product} has no log source {key!r} (has: {', '.join(sorted(known))})"
        return
    if isinstance(known[key], dict) is not isinstance(value, dict):
        form = "a table with the key index" if isinstance(known[key], dict) else "a text"
        yield f"{key} of {product} is to be {form}"
        return
    for text in _texts(value):
        if found := PLACEHOLDER.search(text):
            yield f"{found[0]} is a placeholder: write what it stands for"
        if not balanced(text):
            yield f"{text!r} has a quote or a bracket without its other half"
        plain = QUOTED.sub("''", text)
        if product in REFUSED and (found := REFUSED[product].search(plain)):
            yield f"{found[0]!r} is more than the name of a source: {product} would run it"


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    index = value["index"]
    return [index] if isinstance(index, str) else list(index)


def balanced(text: str) -> bool:
    """Whether each quote and bracket of a text has its other half."""
    plain = QUOTED.sub("", text)
    if "'" in plain or '"' in plain:
        return False
    open_: list[str] = []
    for sign in plain:
        if sign in PAIRS.values():
            open_.append(sign)
        elif sign in PAIRS and (not open_ or open_.pop() != PAIRS[sign]):
            return False
    return not open_
