"""Portable Sigma: the rules with their placeholders filled in, for tools that read Sigma."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling.product import Artifact, Language, Part, Query, Target
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Content, Rule, Sources

#: The C dumper where PyYAML was built with it: ten times as fast, and the same text.
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


#: Types whose condition says how many of the rules have to be seen.
TEMPORAL = ("temporal", "temporal_ordered")


def written_out(rule: Rule) -> dict[str, Any]:
    """A correlation with what Sigma leaves to the reader, where readers differ.

    The specification calls `condition` mandatory, and leaves it out of its temporal examples: all
    rules have to be seen (pySigma, `SigmaCorrelationRule.from_dict`), or any (rsigma 0.23.0). It
    has `generate` beside `correlation`, where rsigma reads it; pySigma 1.5 reads it inside. Its
    JSON schema wants a `group-by`, which may be empty; pySigma converts that like none.
    """
    document = rule.copy()
    correlation = document["correlation"]
    correlation.setdefault("group-by", [])
    if correlation["type"] in TEMPORAL:
        correlation.setdefault("condition", {"gte": len(correlation["rules"])})
    if "generate" in correlation:
        document["generate"] = correlation["generate"]
    return document


def _dump(document: Mapping[str, Any]) -> str:
    text = yaml.dump(document, Dumper=DUMPER, sort_keys=False, allow_unicode=True, width=120)
    return str(text).rstrip("\n")


def _pipeline(rule: Rule, sources: Sources) -> ProcessingPipeline:
    return ProcessingPipeline(name="sigma")


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    return _dump(dict(rule.document))


def _correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    return _dump(written_out(correlation.rule))


def _folder(rule: Rule) -> str:
    """Apart, since a tool that knows no correlations stops at the first in a folder.

    pySigma (1.5) converts correlations in the order in which it reads them, but for those that
    refer to one another directly: each folder refers to those before it only.
    """
    if not rule.is_correlation:
        return "rules"
    if not rule.is_finding:
        return "correlations"
    return "bases" if rule.findings else "findings"


def _comment(text: list[str]) -> str:
    return "".join(f"# {line}\n" for line in text)


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    return []


YAML = Language(
    name="sigma",
    suffix=".yml",
    comment=_comment,
    backend=None,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    folder=_folder,
    bases=True,
)

TARGET = Target("sigma", "Sigma (portable)", (YAML,), _package)
