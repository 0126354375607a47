"""The shape of a Sigma document: what is a text, what a list, what a mapping.

Specification: https://sigmahq.io/sigma-specification/specification/sigma-rules-specification.html
and sigma-correlation-rules-specification.html. What the values mean is checked later, by pySigma.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from sigmapack.content import limits
from sigmapack.content.model import Place

Wrong = Iterator[tuple[Place, str]]

#: Attributes that are one text, where they are given.
TEXTS = (
    "title", "id", "name", "status", "description", "license", "author", "level", "taxonomy",
    "response",
)  # fmt: skip
#: Attributes that are lists of texts.
LISTS = ("tags", "references", "falsepositives", "fields", "scope")
DATES = ("date", "modified")
#: A rule's name: the second document of a file is built as `<file>.<name>`.
NAME = re.compile(r"[^/\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]*")


def wrong(document: Mapping[str, Any]) -> Wrong:
    """Where a document is not of the shape that Sigma gives it, and what to write."""
    for key in TEXTS:
        if key in document and not isinstance(document[key], str):
            yield (key,), f"{key} is to be a text: put it in quotes, or leave the key out"
    name = document.get("name")
    if isinstance(name, str) and (len(name) > limits.LONGEST_NAME or not NAME.fullmatch(name)):
        yield (
            ("name",),
            f"name is to have {limits.LONGEST_NAME} characters at most, and no / or \\: files may "
            "be called like it",
        )
    for key in DATES:
        if key in document and not isinstance(document[key], str | date):
            yield (key,), f"{key} is to be a date of the form YYYY-MM-DD"
    for key in LISTS:
        if document.get(key) is not None and not _texts(document[key]):
            yield (key,), f"{key} is to be a list of texts"
    related = document.get("related", [])
    if not isinstance(related, list) or not all(isinstance(one, dict) for one in related):
        yield ("related",), "related is to be a list of mappings with id and type"
    for key, inner in (
        ("logsource", _logsource),
        ("detection", _detection),
        ("correlation", _correlation),
    ):
        if key in document:
            yield from _mapping(document[key], key, inner)
    if not {"detection", "correlation"} & document.keys():
        yield (), "a rule needs a detection, or is a correlation"
    if {"detection", "correlation"} <= document.keys():
        yield ("correlation",), "a rule has a detection or is a correlation: make two of it"


def filter_wrong(document: Mapping[str, Any]) -> Wrong:
    """Where a Sigma filter is not of its shape: a rule's, with `filter` in place of a detection.

    Specification: https://sigmahq.io/docs/meta/filters.html
    """
    body = document.get("filter")
    if not isinstance(body, dict):
        yield ("filter",), "a filter has a mapping `filter`: rules, selections, a condition"
        return
    if not isinstance(document.get("logsource"), dict):
        yield (), "a filter has a logsource: that of the rules that it is for"
    names = body.get("rules")
    if not names or not (isinstance(names, str) or _texts(names)):
        yield ("filter", "rules"), "rules is to be a list of ids or names of rules, or `any`"
    if not isinstance(body.get("condition"), str):
        yield ("filter", "condition"), "a filter has one condition, as a text"
        return
    detection = {key: value for key, value in body.items() if key != "rules"}
    plain = {key: value for key, value in document.items() if key != "filter"}
    for place, text in wrong({**plain, "detection": detection}):
        yield ("filter", *place[1:]) if place[:1] == ("detection",) else place, text


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _mapping(value: object, key: str, inner: Callable[[dict[str, Any]], Wrong]) -> Wrong:
    if not isinstance(value, dict):
        yield (key,), f"{key} is to be a mapping of keys"
        return
    for place, text in inner(value):
        yield (key, *place), text


def _logsource(source: dict[str, Any]) -> Wrong:
    for key in ("product", "category", "service"):
        if source.get(key) is not None and not isinstance(source[key], str):
            yield (key,), f"{key} is to be a text"


def _detection(detection: dict[str, Any]) -> Wrong:
    if "timeframe" in detection:
        yield ("timeframe",), "timeframe is of the old aggregations: write a correlation rule"
    listed = detection.get("condition")
    conditions = listed if isinstance(listed, list) else [listed]
    if not listed or not all(isinstance(one, str) for one in conditions):
        yield ("condition",), "the condition is to be a text, or a list of texts"
    for one in conditions:
        if isinstance(one, str):
            for text in condition(one):
                yield ("condition",), text
    for name, selection in detection.items():
        if name not in ("condition", "timeframe"):
            yield from _selection(selection, (name,))


def _selection(selection: object, place: Place) -> Wrong:
    """A mapping of fields, a list of such, or words to search for."""
    listed = selection if isinstance(selection, list) else [selection]
    if not listed or selection is None or selection == {}:
        yield place, f"{place[0]} selects nothing: give it fields with values"
    for number, one in enumerate(listed):
        here = (*place, number) if listed is selection else place
        if not isinstance(one, dict):
            yield from _value(one, here)
            continue
        for key, value in one.items():
            for item in value if isinstance(value, list) else [value]:
                yield from _value(item, (*here, key))


def _value(value: object, place: Place) -> Wrong:
    plain = value is None or isinstance(value, str | int | float | date)
    if not plain or value != value:
        yield place, f"{place[-1]}: a value is to be a text or a number, or a list of them"
    elif isinstance(value, str) and value.count("*") + value.count("?") > limits.MOST_WILDCARDS:
        yield place, f"{place[-1]}: a value with more than {limits.MOST_WILDCARDS} wildcards"


def condition(text: str) -> Iterator[str]:
    """Why a condition is longer or deeper than any parser of conditions should be asked for."""
    if len(text) > limits.LONGEST_CONDITION:
        yield f"a condition of {len(text):,} characters, {limits.LONGEST_CONDITION:,} are the most"
    depth = deepest = 0
    negations = 0
    for word in text.replace("(", " ( ").replace(")", " ) ").split():
        depth += (word == "(") - (word == ")")
        negations = negations + 1 if word.lower() == "not" else 0
        deepest = max(deepest, depth + negations)
    if deepest > limits.DEEPEST_CONDITION:
        yield f"more than {limits.DEEPEST_CONDITION} parentheses and negations in one another"


def _correlation(correlation: dict[str, Any]) -> Wrong:
    for key in ("type", "timespan"):
        if not isinstance(correlation.get(key), str):
            yield (key,), f"a correlation's {key} is to be a text"
    for key in ("rules", "group-by"):
        found = correlation.get(key)
        if found is not None and not isinstance(found, str) and not _texts(found):
            yield (key,), f"{key} is to be a list of texts"
    aliases = correlation.get("aliases")
    fine = aliases is None or (
        isinstance(aliases, dict)
        and all(isinstance(one, dict) and _texts([*one.values()]) for one in aliases.values())
    )
    if not fine:
        yield ("aliases",), "aliases are to be mappings of rules to fields, one an alias"
    found = correlation.get("condition")
    if isinstance(found, str):
        for text in condition(found):
            yield ("condition",), text
    elif found is not None and not (
        isinstance(found, dict) and all(map(_counts, found.keys(), found.values()))
    ):
        yield ("condition",), "the condition is to be a text, or a mapping such as `gte: 2`"


def _counts(key: str, value: object) -> bool:
    if key == "field":
        return isinstance(value, str) or _texts(value)
    return key == "percentile" or (isinstance(value, int) and not isinstance(value, bool))
