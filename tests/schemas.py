"""JSON Schema, as the tests ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def faults(schema: Mapping[str, Any], document: Any) -> list[str]:
    """What a schema has against a document: the place and why."""
    # Its import takes seconds, for the grammars of formats: only who asks is to wait.
    from jsonschema import Draft202012Validator

    found = Draft202012Validator(schema).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in found]
