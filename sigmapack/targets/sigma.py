"""Portable Sigma: the rules with their placeholders filled in, for tools that read Sigma.

It is laid out as SigmaHQ lays out its rules, and says what tools that read Sigma take otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import comments
from sigmapack.compiling.product import Artifact, Language, Part, Query, Target
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Content, Rule, Sources
from sigmapack.content.text import HIDDEN
from sigmapack.targets.yaml_text import Indented, indented, ours


class Layout(Indented):
    """Four columns a level, and one blank after a hyphen, as SigmaHQ's .yamllint wants it.

    libyaml cannot: it writes the lists of a map without an indent.
    """

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)
        if self.sequence_context and not flow and self.indent is not None:
            self.indent -= 2


DUMPER = ours(Layout)
#: How a value ends that stands for an address with a query.
QUERY = "\\?*"
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


def _beginnings(selection: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The maps that say what a map says without a wildcard right behind an escaped `?`.

    Of such a value Chainsaw 2.16.4 makes a regular expression, cuts `.*` off its end, and panics
    at the backslash that is left (tau-engine 1.16, `optimiser.rs`).
    """
    for field, values in selection.items():
        own = values if isinstance(values, list) else [values]
        begins = [each.removesuffix("*") for each in own if str(each).endswith(QUERY)]
        if begins and "|" not in field:
            others = [each for each in own if not str(each).endswith(QUERY)]
            for name, part in ((field, others), (f"{field}|startswith", begins)):
                value = part[0] if len(part) == 1 else part
                pairs = [
                    (name, value) if key == field else (key, selection[key]) for key in selection
                ]
                yield from _beginnings(dict(pairs)) if part else ()
            return
    yield dict(selection)


def _portable(rule: Rule) -> dict[str, Any]:
    """A rule's document, as every tool reads it."""
    document = rule.copy()
    detection = document["detection"]
    for name, selection in detection.items():
        if isinstance(selection, dict):
            maps = list(_beginnings(selection))
            detection[name] = maps[0] if len(maps) == 1 else maps
        elif isinstance(selection, list):
            detection[name] = [
                each
                for part in selection
                for each in (_beginnings(part) if isinstance(part, dict) else [part])
            ]
    return document


def _texts(node: Any) -> str:
    """All texts of a document, as one."""
    if isinstance(node, Mapping):
        return "".join(_texts(part) for pair in node.items() for part in pair)
    if isinstance(node, list | tuple):
        return "".join(map(_texts, node))
    return str(node)


def _dump(document: Mapping[str, Any]) -> str:
    text = indented(
        document,
        DUMPER,
        # What nobody would see in a file is written by its number there, with all else but ASCII.
        allow_unicode=not HIDDEN.search(_texts(document)),
        width=1_000_000,
        indent=4,
    )
    return text.rstrip("\n")


def _pipeline(rule: Rule) -> ProcessingPipeline:
    return ProcessingPipeline(name="sigma")


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    return _dump(_portable(rule))


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


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    return []


YAML = Language(
    name="sigma",
    suffix=".yml",
    comment=comments.after("#"),
    backend=None,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    folder=_folder,
    quotes=True,
    bases=True,
    worded=True,
)

TARGET = Target("sigma", "Sigma (portable)", (YAML,), _package)
