"""A fault of a published backend: a small rule, and what that backend and ours write of it.

The test of a fault fails once upstream has mended it. Then the override that it names can go.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml
from sigma.conversion.base import TextQueryBackend
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import QueryExpressionPlaceholderTransformation
from sigma.rule import SigmaRule

HEAD = {
    "title": "Small",
    "id": "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01",
    "logsource": {"category": "test"},
}
#: What pySigma itself sets on a class, and what Python does.
SET = {"explicit_not_exists_expression", "_abc_impl"}


class Fault(NamedTuple):
    """What the backend from which `ours` derives writes of a detection, and what ours writes."""

    override: str
    ours: type[TextQueryBackend]
    detection: str
    text: str
    mended: str


def converted(backend: type[TextQueryBackend], detection: str) -> list[str]:
    """The queries that a backend makes of a detection, or why it makes none."""
    lookup = QueryExpressionPlaceholderTransformation(
        include=["table"], expression="lookup({field}, {id})"
    )
    pipeline = ProcessingPipeline(items=[ProcessingItem(lookup)])
    document: dict[str, Any] = yaml.safe_load(detection)
    document.setdefault("condition", "s")
    try:
        found = backend(pipeline).convert_rule(SigmaRule.from_dict({**HEAD, "detection": document}))
    except Exception as error:
        return [f"{type(error).__name__}: {str(error).partition(' (while')[0]}"]
    return [str(query) for query in found]


def published(backend: type[TextQueryBackend]) -> type[TextQueryBackend]:
    """The published backend from which one of ours derives."""
    return next(cls for cls in backend.__mro__ if cls.__module__.startswith("sigma.backends."))


def overrides(cls: type, backend: type[TextQueryBackend]) -> set[str]:
    """What a class of ours replaces of the published backend."""
    names = {name for name in vars(cls) if not name.startswith("__")} - SET
    return {name for name in names if hasattr(published(backend), name)}
