"""What stops a rule before any language writes it: names and values that cannot be quoted.

A field's name comes from whoever wrote the rule. SQL can quote any; the other languages have names
that need no quotes, or no way to escape one inside of them, so they take only what a log has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sigma.types import SigmaString

from sigmapack.compiling import conversion
from sigmapack.content.model import Refused, Rule
from sigmapack.content.text import CONTROL, HIDDEN, named

#: Names of fields as logs have them: `id.orig_h`, `cs(Referer)`, `ModifiedProperties{}.NewValue`,
#: `New Value`. No quote of any language, nor what ends a comment, a template or an expression.
FIELD = re.compile(r"[\w@#](?:[\w .:@#/()\[\]-]|\{\})*(?<! )")
#: How rules are called, which correlations write into their queries as text. A file's name stands
#: for it where a rule has none.
NAME = re.compile(r"[\w .,+@()-]+")
#: Modifiers whose text no event has.
MARKED = frozenset({"utf16", "utf16be"})
#: pySigma takes a UUID with what Python skips in one, such as a line break.
ID = re.compile(r"(?:[0-9A-Fa-f-]{36})?")


#: Where a rule keeps what was found: it never changes, and every language asks.
KEPT = "_refused"


def refuse(rule: Rule, quotes: bool) -> None:
    """Stop a rule that a language could not write safely.

    Args:
        rule: with its placeholders filled in.
        quotes: whether the language can quote any name.

    Raises:
        Refused: a name that needs quotes, or a character that no query can hold.
    """
    kept: dict[bool, str] = rule.__dict__.setdefault(KEPT, {})
    if quotes not in kept:
        try:
            _refuse(rule, quotes)
            kept[quotes] = ""
        except Refused as error:
            kept[quotes] = str(error)
    if kept[quotes]:
        raise Refused(kept[quotes])


def _refuse(rule: Rule, quotes: bool) -> None:
    if not ID.fullmatch(rule.id):
        raise Refused(f"the id {rule.id!a} is not written as a UUID is")
    for name in names(rule):
        if hidden := HIDDEN.search(name):
            raise Refused(f"the field name {name!a} has the character {named(hidden[0])}")
        if "\n" in name or "\t" in name or not (quotes or FIELD.fullmatch(name)):
            raise Refused(f"the field name {name!a} has characters that no log's field has")
    for key, _ in items(rule.document.get("detection")):
        if marked := MARKED.intersection(key.split("|")[1:]):
            raise Refused(
                f"|{min(marked)} of pySigma 1.5.1 gives the byte order mark of UTF-8, which stands "
                "in no such text: use |wide, which has none"
            )
    for name in _rules(rule):
        if not NAME.fullmatch(name):
            raise Refused(f"it refers to {name!a}: a rule's name is of letters, digits, - and _")
    for text in values(rule):
        if control := CONTROL.search(text.replace("\r", "")):
            raise Refused(f"a value has the character {named(control[0])}, which no query can hold")


def names(rule: Rule) -> Iterator[str]:
    """Every name of a field that a rule has: compared, grouped by, counted, or an alias."""
    if not rule.is_correlation:
        yield from conversion.fields(rule)
        for key, value in items(rule.document.get("detection")):
            if "fieldref" in key.split("|")[1:]:
                # As pySigma reads the name of a field that a value is.
                yield from (SigmaString(str(each)).to_plain() for each in _listed(value))
        return
    body = rule.document["correlation"]
    if not isinstance(body, Mapping):
        return
    yield from map(str, _listed(body.get("group-by")))
    condition = body.get("condition")
    counted = condition.get("field") if isinstance(condition, Mapping) else None
    yield from map(str, _listed(counted))
    aliases = body.get("aliases")
    for alias, mapping in aliases.items() if isinstance(aliases, Mapping) else ():
        yield str(alias)
        if isinstance(mapping, Mapping):
            yield from map(str, mapping.values())


def _listed(value: Any) -> list[Any]:
    """What may be written as one or as a list; nothing where it is left out."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _rules(rule: Rule) -> Iterator[str]:
    body = rule.document.get("correlation")
    listed = body.get("rules") if isinstance(body, Mapping) else None
    yield from map(str, listed if isinstance(listed, list) else ())
    if isinstance(body, Mapping):
        yield rule.name


def values(rule: Rule) -> Iterator[str]:
    """Every text that a rule compares with, those of its log source, too."""
    yield from filter(None, map(_text, rule.logsource))
    for _, value in items(rule.document.get("detection")):
        for item in _listed(value):
            if isinstance(item, str):
                yield item


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def items(node: Any) -> Iterator[tuple[str, Any]]:
    """Every (key, value) of the maps of a detection; a list of words has no key."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if isinstance(value, Mapping) or (
                isinstance(value, list) and any(isinstance(item, Mapping) for item in value)
            ):
                yield from items(value)
            else:
                yield str(key), value
    elif isinstance(node, list):
        for item in node:
            yield from items(item)
