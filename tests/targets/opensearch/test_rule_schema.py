"""A rule for Security Analytics, judged by a closed schema: unknown keys fail.

In our words, from opensearch-project/security-analytics at de5fef5 (`rules/objects/SigmaRule.java`:
a UUID as id, a known status and level, author and description; `SigmaModifierFacade.java`) and the
form of its dashboard (security-analytics-dashboards-plugin, `public/utils/validation.ts`).
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.targets.opensearch.shipped import files

TEXT = {"type": "string", "minLength": 1}
VALUE = {"type": ["string", "integer", "boolean", "null"]}
MODIFIERS = (
    "contains|startswith|endswith|base64|base64offset|wide|windash|re|cidr|all|lt|lte|gt|gte"
)
MAP = {
    "type": "object",
    "minProperties": 1,
    "patternProperties": {
        rf"^[\w.@-]+(\|({MODIFIERS}))*$": {
            "anyOf": [VALUE, {"type": "array", "items": VALUE, "minItems": 1}]
        }
    },
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": [
        "title",
        "id",
        "description",
        "status",
        "author",
        "level",
        "logsource",
        "detection",
    ],
    "additionalProperties": False,
    "properties": {
        "title": {**TEXT, "maxLength": 256},
        "id": {"type": "string", "pattern": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
        "status": {"enum": ["stable", "test", "experimental", "deprecated", "unsupported"]},
        "level": {"enum": ["informational", "low", "medium", "high", "critical"]},
        "description": {**TEXT, "maxLength": 65_535},
        "author": {**TEXT, "maxLength": 256},
        "date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "tags": {"type": "array", "items": {"type": "string", "pattern": r"^[\w-]+\..+$"}},
        "references": {"type": "array", "items": TEXT},
        "falsepositives": {"type": "array", "items": TEXT},
        "logsource": {
            "type": "object",
            "minProperties": 1,
            "properties": {"product": TEXT, "category": TEXT, "service": TEXT},
            "additionalProperties": False,
        },
        "detection": {
            "type": "object",
            "required": ["condition"],
            "properties": {"condition": TEXT},
            "patternProperties": {
                r"^(?!condition$)\w+$": {
                    "anyOf": [MAP, {"type": "array", "items": MAP, "minItems": 1}]
                }
            },
            "additionalProperties": False,
        },
    },
}
RULES = {
    path: yaml.safe_load(data)
    for path, data in files().items()
    if path.startswith("security_analytics/") and path.endswith(".yml")
}


@pytest.mark.parametrize("path", RULES)
def test_a_rule_has_what_is_known_and_nothing_else(path: str) -> None:
    found = Draft202012Validator(SCHEMA).iter_errors(RULES[path])
    assert [f"{error.json_path}: {error.message}" for error in found] == []


@pytest.mark.parametrize(
    "change",
    [
        {"custom": 1},
        {"status": "new"},
        {"title": "x" * 257},
        {"tags": ["attack"]},
        {"detection": {"s": {"a|exists": True}, "condition": "s"}},
        {"detection": {"s": {"a": 1.5}, "condition": "s"}},
    ],
)
def test_the_schema_refuses_what_is_not_taken(change: dict[str, Any]) -> None:
    rule = {**next(iter(RULES.values())), **change}
    assert not Draft202012Validator(SCHEMA).is_valid(rule)
