"""Portable Sigma: the rules with their placeholders filled in, for tools that read Sigma."""

from __future__ import annotations

from collections.abc import Mapping

import yaml
from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling.product import Artifact, Language, Part, Query, Target
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Content, Rule, Sources

#: The C dumper where PyYAML was built with it: ten times as fast, and the same text.
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _dump(rule: Rule) -> str:
    document = dict(rule.document)
    text = yaml.dump(document, Dumper=DUMPER, sort_keys=False, allow_unicode=True, width=120)
    return str(text).rstrip("\n")


def _pipeline(rule: Rule, sources: Sources) -> ProcessingPipeline:
    return ProcessingPipeline(name="sigma")


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    return _dump(rule)


def _correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    return _dump(correlation.rule)


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
