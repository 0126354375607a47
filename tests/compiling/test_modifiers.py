"""Every modifier on odd names of fields: a query, or a refusal that says why, never a fault.

Modifiers: https://sigmahq.io/sigma-specification/specification/sigma-appendix-modifiers.html (2.1).
"""

from __future__ import annotations

import pytest
import yaml

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.targets import discover
from tests.conftest import MakeContent

FIELDS = ("cookie_vars", "cs-cookie", "a.b", "a b", "a-b", "0", "", "Image", "c-uri", "EventID")
#: Names that a product may have in its own words, and values that fit the modifier.
SOURCES = (
    {"product": "windows", "category": "process_creation"},
    {"product": "windows", "service": "system"},
    {"category": "proxy"},
    {"product": "zeek", "service": "http"},
)
MODIFIERS: dict[str, object] = {
    "": "a*b",
    "contains": "a",
    "startswith": "a",
    "endswith": "a",
    "all": ["a", "b"],
    "contains|all": ["a", "b"],
    "contains|windash": " -a",
    "windash": " -a",
    "windash|contains|all": [" -a", " -b"],
    "cased": "aB",
    "cased|contains": "aB",
    "base64": "abc",
    "base64offset|contains": "abc",
    "wide|base64offset|contains": "abc",
    "utf16|base64offset|contains": "abc",
    "utf16be|base64offset|contains": "abc",
    "re": "a.*b",
    "re|i": "a.*b",
    "re|m": "^a.*b$",
    "re|s": "a.*b",
    "re|i|m|s": "a.*b",
    "cidr": "192.0.2.0/24",
    "exists": True,
    "lt": 5,
    "lte": 5,
    "gt": 5,
    "gte": 5,
    "neq": "a",
    "neq|contains": "a",
    "minute": 5,
    "hour": 5,
    "day": 5,
    "week": 5,
    "month": 5,
    "year": 2023,
    "fieldref": "User",
    "fieldref|startswith": "a b",
    "fieldref|endswith": "cs-cookie",
    "fieldref|contains": "",
    "expand": "%ioc_domains%",
    "expand|contains": "%ioc_domains%",
}


def rules(modifiers: str, value: object) -> dict[str, str]:
    """A rule a field and log source: on the field alone, and denied."""
    found = {}
    for number, (field, source) in enumerate((f, s) for f in FIELDS for s in SOURCES):
        key = f"{field}|{modifiers}" if modifiers else field
        document = {
            "title": f"Rule {number}",
            "id": f"6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b{number:04}",
            "name": f"rule_{number}",
            "logsource": source,
            "detection": {"s": {key: value}, "condition": "s" if number % 2 else "not s"},
            "level": "low",
        }
        found[f"rule_{number}"] = yaml.safe_dump(document)
    return found


def at_fault(query: Query) -> bool:
    """Whether a reason tells of a fault that nobody foresaw, or of nothing."""
    if query.outcome != "refused":
        return False
    reason = query.reason
    return (
        not reason.strip()
        or "the rule cannot be compiled (" in reason
        or reason.endswith("while compiling")
    )


@pytest.mark.parametrize("modifiers", MODIFIERS)
def test_a_modifier_ends_in_a_query_or_a_reason(modifiers: str, make_content: MakeContent) -> None:
    content = make_content(**rules(modifiers, MODIFIERS[modifiers]))
    assert len(content.detections) == len(FIELDS) * len(SOURCES)
    for target in discover().values():
        for query in compile_target(content, target):
            assert not at_fault(query), (query.language, query.rule.document, query.reason)
