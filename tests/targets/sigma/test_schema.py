"""Every document against a closed schema of what the Sigma specification allows.

In our words, by version 2.1.0 of github.com/SigmaHQ/sigma-specification (commit ba9251a, June
2026): the text of `specification/sigma-rules-specification.md` and
`specification/sigma-correlation-rules-specification.md`, and the two files of `json-schema/` that
belong to them. Those are in no package registry. They take any key, so they find less than this
one; all 125 documents passed them, too, when this was written. Where text and schema differ:

* `condition` of a temporal correlation: "Use: mandatory" says the text of the attribute; the type's
  own list ("Requires: rules, group-by, timespan"), its example and the schema leave it out. We
  write it.
* `group-by`: "Use: mandatory", and "optionally defines one or multiple fields". The schema requires
  it, and takes an empty list. We write that where all is one group.
* `field` of a value count: "mandatory" says the text. The schema means that, but has it where no
  validator looks (`then` > `condition`, which is no keyword). We write it.
* `aliases`: "can then be defined in `group-by`". That `field` may be one, neither says; one
  correlation of ours needs it (docs/import/sigma.md).
* `generate`: beside `correlation` in both. pySigma 1.5 reads it inside; we write it twice.
* `name`, `tags`, `license`: the text wants a `name` for references; the schema of correlations
  lists none of them, and forbids none.
* `references`: the text of correlations calls the attribute `reference` once, the schema does not.
* Attributes of one's own: "[arbitrary custom fields]" for rules. Ours is `response`.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.targets.closed import Schema, each, faults, opened, record, text
from tests.targets.sigma.shipped import documents

UUID = text(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
DATE = text(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
TITLE = text(256)
SCALAR: Schema = {"type": ["string", "integer"]}


def one_of(*values: str) -> Schema:
    return {"enum": list(values)}


def named(keys: str, value: Schema) -> Schema:
    """An object with any keys of a form."""
    return {
        "type": "object",
        "minProperties": 1,
        "patternProperties": {keys: value},
        "additionalProperties": False,
    }


#: Of rules and correlations alike.
HEAD = {
    "title": TITLE,
    "id": UUID,
    "name": TITLE,
    "status": one_of("stable", "test", "experimental", "deprecated", "unsupported"),
    "description": text(65_535),
    "license": text(),
    "references": each(text(pattern="^https://"), 1),
    "author": text(),
    "date": DATE,
    "tags": each(text(pattern=r"^[a-z0-9_-]+\.[a-z0-9._-]+$"), 1),
    "falsepositives": each(text(least=2), 1),
    "level": one_of("informational", "low", "medium", "high", "critical"),
    "response": text(),
}
RELATED = record(
    {"id": UUID, "type": one_of("derived", "obsolete", "merged", "renamed", "similar")}
)
#: A field, with modifiers that the appendix of modifiers has.
FIELD = r"^[A-Za-z][\w.-]*(\|(contains|startswith|endswith|all|cidr|re|i|exists|gte?|lte?))*$"
MAP = named(FIELD, {"anyOf": [SCALAR, {"type": "null"}, each(SCALAR, 1)]})
SEARCH: Schema = {"anyOf": [MAP, each({"anyOf": [SCALAR, MAP]}, 1)]}
RULE = record(
    {
        **HEAD,
        "logsource": record(
            {}, {"product": text(), "category": text(), "service": text(), "definition": text()}
        ),
        "detection": {
            "type": "object",
            "properties": {"condition": text()},
            "required": ["condition"],
            "patternProperties": {r"^(?!condition$)[a-z0-9_]+$": SEARCH},
            "additionalProperties": False,
            "minProperties": 2,
        },
    },
    {"modified": DATE, "related": each(RELATED, 1), "fields": each(text(), 1)},
)

COUNT = {name: {"type": "integer"} for name in ("gt", "gte", "lt", "lte", "eq", "neq")}


def correlation(kind: str, condition: Schema) -> Schema:
    """The `correlation` of one type."""
    return record(
        {
            "type": {"const": kind},
            "rules": each(text(least=2), 1),
            "group-by": each(text()),
            "timespan": text(10, pattern=r"^[1-9]\d*[smhd]$"),
            "condition": {"minProperties": 1, **condition},
        },
        {"aliases": named(r"^\w+$", named(r"^\w+$", text())), "generate": {"type": "boolean"}},
    )


META = record(
    {
        **HEAD,
        "correlation": {
            "oneOf": [
                correlation("event_count", record({}, COUNT)),
                correlation("temporal", record({}, COUNT)),
                correlation("temporal_ordered", record({}, COUNT)),
                correlation("value_count", record({"field": text(256)}, COUNT)),
            ]
        },
    },
    {"modified": DATE, "generate": {"type": "boolean"}},
)


def against(document: Any) -> list[str]:
    """What is wrong with a document of either kind."""
    return faults(META if "correlation" in document else RULE, document)


def test_every_document_is_what_the_specification_says() -> None:
    wrong = {path: found for path, document in documents().items() if (found := against(document))}
    assert wrong == {}


def free(document: Any) -> Any:
    """Where the author of a rule names things: fields and aliases."""
    return document.get("detection"), document.get("correlation", {}).get("aliases")


def test_the_schema_is_closed() -> None:
    """A key too many is found wherever it stands, but among names that are free."""
    samples = {
        document.get("correlation", {}).get("type"): document for document in documents().values()
    }
    assert len(samples) == 5
    for document in samples.values():
        wrong = [each for each in opened(document) if free(each) == free(document)]
        assert wrong and all(map(against, wrong))


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ("rules", "level", "urgent"),
        ("rules", "date", "2026/11/23"),
        ("rules", "id", "1"),
        ("rules", "tags", ["Attack T1071"]),
        ("rules", "title", "x" * 257),
        ("rules", "detection", {"selection": {"Image|ends": "a"}, "condition": "selection"}),
        ("rules", "detection", {"selection": {"Image": "a"}}),
        ("findings", "correlation", {"type": "event_count"}),
        ("correlations", "generate", "yes"),
    ],
)
def test_a_wrong_value_shows(path: str, key: str, value: Any) -> None:
    sample = next(each for at, each in documents().items() if at.startswith(f"sigma/{path}/"))
    assert against(sample) == []
    assert against({**sample, key: value})
