"""pySigma's conversion of one rule: its condition in a language, without what frames it."""

from __future__ import annotations

from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import QueryExpressionPlaceholderTransformation
from sigma.rule import SigmaRule

from sigmapack.compiling.memory import Converted
from sigmapack.compiling.product import Language
from sigmapack.content.kinds import KINDS
from sigmapack.content.model import Content, Refused, Rule


def converted(content: Content, language: Language, rule: Rule, native: bool) -> Converted:
    """A rule's detection and log source as a language has them, and pySigma's condition of both.

    Args:
        content: what was read.
        language: one that has a backend.
        rule: without placeholders, or with those that the product's lookups fill.
        native: whether these fill them.
    """
    prepared = without_fields(language.prepare(rule))
    pipeline = language.pipeline(prepared)
    if native:
        pipeline = pipeline + _lookup_pipeline(language, content)
    backend = language.backend(pipeline) if language.backend else None
    assert backend is not None
    found = backend.convert_rule(SigmaRule.from_dict(prepared.copy()))
    if len(found) != 1:
        raise Refused(f"{len(found)} conditions give {len(found)} queries, not one")
    own = prepared.document
    return Converted(own["detection"], own["logsource"], str(found[0]))


def without_fields(rule: Rule) -> Rule:
    """Backends end a query with them as they are: a command of Splunk's among them would run."""
    return rule.with_document({k: v for k, v in rule.document.items() if k != "fields"})


def _lookup_pipeline(language: Language, content: Content) -> ProcessingPipeline:
    items = []
    for kind, expression in language.native.items():
        tables = [name for name, t in content.lookups.items() if KINDS.get(t.key) == kind]
        if tables:
            placed = QueryExpressionPlaceholderTransformation(include=tables, expression=expression)
            items.append(ProcessingItem(placed))
    return ProcessingPipeline(name="lookups", items=items)
