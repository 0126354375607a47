"""Schemas that take nothing but what they name, so that a key which a vendor lacks is found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

Schema = dict[str, Any]


def record(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> Schema:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": sorted(required),
        "additionalProperties": False,
    }


def text(most: int = 0, least: int = 1, pattern: str = "") -> Schema:
    """A text of so many characters."""
    found: Schema = {"type": "string", "minLength": least}
    return found | ({"maxLength": most} if most else {}) | ({"pattern": pattern} if pattern else {})


def each(item: Schema, least: int = 0, most: int = 0) -> Schema:
    """A list of so many different items."""
    found: Schema = {"type": "array", "items": item, "minItems": least, "uniqueItems": True}
    return found | ({"maxItems": most} if most else {})


def faults(schema: Schema, document: Any) -> list[str]:
    """What is wrong with a document, with its place."""
    found = _validator(json.dumps(schema)).iter_errors(document)
    return sorted(f"{error.json_path}: {error.message[:200]}" for error in found)


@cache
def _validator(schema: str) -> Draft202012Validator:
    """A schema that is one itself: to know that takes longer than to judge a document by it."""
    read = json.loads(schema)
    Draft202012Validator.check_schema(read)
    return Draft202012Validator(read)


def opened(document: Any) -> Iterator[Any]:
    """The document again and again, each time with a key too many in another object of it."""
    if isinstance(document, dict):
        yield {**document, "unknownKey": "x"}
        for key, value in document.items():
            yield from ({**document, key: changed} for changed in opened(value))
    elif isinstance(document, list):
        for place, value in enumerate(document):
            for changed in opened(value):
                yield [*document[:place], changed, *document[place + 1 :]]
