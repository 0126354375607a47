"""The configuration file: options, and a group of filters an event, with the rules that need it.

Form: https://learn.microsoft.com/sysinternals/downloads/sysmon, "Configuration files".
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from xml.sax.saxutils import escape

from sigmapack.collection.sysmon.filters import SEPARATOR, Filter, filters
from sigmapack.collection.sysmon.needs import Need, needs, options
from sigmapack.collection.sysmon.schema import Product
from sigmapack.collection.terms import CONTAINS, Asked
from sigmapack.compiling.product import Artifact
from sigmapack.content.model import Content

#: Sysmon writes it into the field RuleName of what the filters of a group let pass.
GROUP = "threecx"
WIDTH = 118
HEAD = (
    "{name}: what the rules of this pack need, and nothing else. Schema {schema}.",
    "It is made of the rules: edit those, not this. docs/collection.md says how to merge it.",
    'Beware of an event for which your configuration has only onmatch="exclude": it logs all but '
    "that. Leave our group of that event out, or you would log our part only.",
)


def artifact(content: Content, product: Product, asked: Asked) -> Artifact | None:
    """A product's configuration; None where no rule needs it."""
    found = needs(content, product, asked)
    if not found:
        return None
    head = [line.format(name=product.name, schema=product.schema) for line in HEAD]
    lines = [*_comment(head, "")]
    lines += [f'<Sysmon schemaversion="{product.schema}">']
    for option in options(content, found, product):
        lines += _needed(option.rules, "  ", option.why)
        lines += [f"  <{option.name}>{option.value}</{option.name}>"]
    lines += ["  <EventFiltering>"]
    for need in found:
        lines += _group(need)
    lines += _silent(product, {need.event.tag for need in found})
    lines += ["  </EventFiltering>", "</Sysmon>"]
    text = "".join(f"{line}\n" for line in lines)
    return Artifact(product.path, text.encode("ascii", "xmlcharrefreplace"))


def _comment(lines: list[str], indent: str) -> Iterator[str]:
    if len(lines) == 1 and len(lines[0]) <= WIDTH:
        yield f"{indent}<!-- {lines[0]} -->"
        return
    yield f"{indent}<!--"
    for line in lines:
        yield from textwrap.wrap(
            line, WIDTH, initial_indent=f"{indent}  ", subsequent_indent=f"{indent}  "
        )
    yield f"{indent}-->"


def _needed(rules: Iterable[str], indent: str, why: str = "") -> Iterator[str]:
    said = f"needed by {', '.join(rules)}"
    yield from _comment([f"{why}; {said}" if why else said], indent)


def _group(need: Need) -> Iterator[str]:
    tag = need.event.tag
    found = filters(need.pairs(), need.event)
    numbers = ", ".join(map(str, sorted(need.ids)))
    yield ""
    yield from _comment([f"Event {numbers}. {need.event.note}".rstrip()], "    ")
    yield f'    <RuleGroup name="{GROUP}" groupRelation="or">'
    if () in found:  # a rule asks for nothing that could be filtered by
        yield from _needed(found[()], "      ", "all of them")
        yield f'      <{tag} onmatch="exclude"/>'
    else:
        yield f'      <{tag} onmatch="include">'
        yield from _filter_lines(found)
        yield f"      </{tag}>"
    yield "    </RuleGroup>"


def _filter_lines(found: Mapping[Filter, tuple[str, ...]]) -> Iterator[str]:
    """The filters, those on hashes last: they cost most, and are the first to be dropped."""
    blocks: dict[tuple[bool, tuple[str, ...]], list[Filter]] = {}
    for one, rules in found.items():
        hashed = any(condition.field.startswith("Hash") for condition in one)
        blocks.setdefault((hashed, rules), []).append(one)
    for (_, rules), mine in sorted(blocks.items()):
        yield from _needed(rules, "        ")
        for one in mine:
            elements = list(_elements(one))
            if len(elements) == 1:
                yield f"        {elements[0]}"
            else:
                yield '        <Rule groupRelation="and">'
                yield from (f"          {element}" for element in elements)
                yield "        </Rule>"


def _elements(one: Filter) -> Iterator[str]:
    """A filter's elements. What a field must contain stands in one of them: Sysmon's page says
    that two elements of one field are alternatives."""
    together: dict[str, list[str]] = {}
    for condition in one:
        if condition.how == CONTAINS and len(condition.values) == 1:
            together.setdefault(condition.field, []).append(condition.text)
    merged = {
        name: texts
        for name, texts in together.items()
        if len(texts) > 1 and not any(SEPARATOR in text for text in texts)
    }
    for name, texts in merged.items():
        yield _element(name, "contains all", SEPARATOR.join(texts))
    for condition in one:
        if condition.field not in merged or condition.text not in merged[condition.field]:
            yield _element(condition.field, condition.name, condition.text)


def _element(name: str, condition: str, text: str) -> str:
    return f'<{name} condition="{condition}">{escape(text)}</{name}>'


def _silent(product: Product, tags: Iterable[str]) -> Iterator[str]:
    """Events that Sysmon logs unless told otherwise, and that no rule needs."""
    for tag in product.silent:
        if tag not in tags:
            yield ""
            yield "    <!-- No rule needs it; Sysmon logs it unless told otherwise. -->"
            yield f'    <RuleGroup name="{GROUP}" groupRelation="or">'
            yield f'      <{tag} onmatch="include"/>'
            yield "    </RuleGroup>"
