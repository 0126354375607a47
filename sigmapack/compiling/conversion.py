"""Small pieces that the targets share when they set up pySigma."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation

from sigmapack.content.kinds import HASH_LIST_FIELDS
from sigmapack.content.model import LogSource, Refused, Rule, Sources

FieldMap = Mapping[str, str | list[str]]

#: One hash among several, as Sysmon writes them.
HASH = re.compile(r"\*?(MD5|SHA1|SHA256|IMPHASH)=([0-9A-Fa-f]+)\*?", re.IGNORECASE)


def fields(rule: Rule) -> tuple[str, ...]:
    """The Sigma fields that a rule's detection uses, in order, each once."""

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, Mapping):
            for key in node:
                yield str(key).partition("|")[0]
        elif isinstance(node, list):
            for item in node:
                yield from walk(item)

    detection = rule.document.get("detection") or {}
    selections = [value for key, value in detection.items() if key != "condition"]
    return tuple(dict.fromkeys(name for s in selections for name in walk(s) if name))


def mapped(name: str, mapping: FieldMap, rule: Rule) -> str:
    """The one product field of a Sigma field; the first where there are several.

    Raises:
        Refused: the log source has no such field in the product.
    """
    if name not in mapping:
        raise Refused(f"{rule.logsource.key} has no field for {name}")
    target = mapping[name]
    return target if isinstance(target, str) else target[0]


def pipeline(name: str, rule: Rule, mapping: FieldMap, keep: bool = False) -> ProcessingPipeline:
    """A pySigma pipeline that maps a rule's fields; a field without a mapping is refused.

    With `keep`, fields that are not in the mapping stay as they are.

    Raises:
        Refused: a field has no name in the product.
    """
    missing = [field for field in fields(rule) if field not in mapping]
    if missing and not keep:
        raise Refused(f"no field for {', '.join(missing)} of {rule.logsource.key}")
    used: dict[str | None, str | list[str]] = {
        field: mapping[field] for field in fields(rule) if field in mapping
    }
    transformation = FieldMappingTransformation(used)
    return ProcessingPipeline(name=name, items=[ProcessingItem(transformation)])


def names(sources: Sources, product: str, logsource: LogSource) -> Iterator[tuple[str, Any, Any]]:
    """For each source of a log source: its name, its event ids, and its entry for a product.

    Raises:
        Refused: `logsources.toml` does not describe the log source, or not for this product.
    """
    events = sources.events(logsource)
    if events is None:
        raise Refused(f"logsources.toml does not describe the log source {logsource.key}")
    known = sources.products.get(product, {})
    found = [(source, ids, known[source]) for source, ids in events if source in known]
    if not found:
        raise Refused(f"logsources.toml has no [product.{product}] line for {logsource.key}")
    yield from found


def with_condition(rule: Rule, selection: Mapping[str, Any]) -> Rule:
    """The rule with one more selection that must hold too (on every condition it has)."""
    document = rule.copy()
    detection = document["detection"]
    conditions = detection["condition"]
    listed = conditions if isinstance(conditions, list) else [conditions]
    added = [f"_logsource and ({condition})" for condition in listed]
    detection["_logsource"] = dict(selection)
    detection["condition"] = added if isinstance(conditions, list) else added[0]
    return rule.with_document(document)


def with_values(rule: Rule, change: Callable[[str, str], str]) -> Rule:
    """The rule with every text value of its selections changed: `change(field, value)`."""

    def walk(node: Any, field: str) -> Any:
        if isinstance(node, Mapping):
            return {key: walk(value, str(key).partition("|")[0]) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(item, field) for item in node]
        return change(field, node) if isinstance(node, str) else node

    document = rule.copy()
    document["detection"] = {
        key: value if key == "condition" else walk(value, "")
        for key, value in document["detection"].items()
    }
    return rule.with_document(document)


def with_alternatives(
    rule: Rule, alternatives: Callable[[Mapping[str, Any]], Iterator[Mapping[str, Any]]]
) -> Rule:
    """The rule with each mapping of its selections turned into alternatives."""

    def walk(selection: Any) -> Any:
        if isinstance(selection, list):
            found = [walk(item) for item in selection]
            return [m for item in found for m in (item if isinstance(item, list) else [item])]
        if not isinstance(selection, Mapping):
            return selection
        made = list(alternatives(selection))
        return made if len(made) > 1 else made[0]

    document = rule.copy()
    document["detection"] = {
        key: value if key == "condition" else walk(value)
        for key, value in document["detection"].items()
    }
    return rule.with_document(document)


def split_hashes(rule: Rule, columns: Mapping[str, str]) -> Rule:
    """The rule with each selection on a list of hashes turned into one on a field per algorithm.

    Args:
        rule: a resolved rule; its hashes look like `*SHA256=<value>*`, as Sysmon writes them.
        columns: algorithm in capitals -> the field of that algorithm.

    Raises:
        Refused: an algorithm has no field, or a value is no hash with its algorithm.
    """

    def maps(selection: Any) -> Any:
        if isinstance(selection, list):
            found = [maps(item) for item in selection]
            return [m for item in found for m in (item if isinstance(item, list) else [item])]
        if not isinstance(selection, Mapping):
            return selection
        keys = [key for key in selection if str(key).partition("|")[0] in HASH_LIST_FIELDS]
        if not keys:
            return selection
        rest = {key: value for key, value in selection.items() if key not in keys}
        split = _by_algorithm(selection[keys[0]], columns)
        alternatives = [{**rest, field: values} for field, values in split.items()]
        return alternatives if len(alternatives) > 1 else alternatives[0]

    if HASH_LIST_FIELDS.isdisjoint(fields(rule)):
        return rule
    document = rule.copy()
    document["detection"] = {
        key: value if key == "condition" else maps(value)
        for key, value in document["detection"].items()
    }
    return rule.with_document(document)


def _by_algorithm(values: Any, columns: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for value in values if isinstance(values, list) else [values]:
        match = HASH.fullmatch(str(value))
        if match is None:
            raise Refused(f"{value!r} on hashes is no ALGORITHM=value")
        if match[1].upper() not in columns:
            raise Refused(f"no field for {match[1].upper()} hashes")
        found.setdefault(columns[match[1].upper()], []).append(match[2].lower())
    return found
