"""Splunk: SPL on the fields of the vendor's add-ons, one macro per source of logs.

pySigma's `splunk_windows` adds neither source nor EventCode (2.0), hence our own framing.
"""

from __future__ import annotations

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import conversion
from sigmapack.compiling.product import Language
from sigmapack.content.model import Content, Rule, Sources
from sigmapack.content.text import one_line
from sigmapack.targets.splunk import entities
from sigmapack.targets.splunk.backend import Backend
from sigmapack.targets.splunk.correlation import correlate
from sigmapack.targets.splunk.fields import field_map
from sigmapack.targets.splunk.prepare import prepared
from sigmapack.targets.splunk.tables import macro
from sigmapack.targets.splunk.timing import timing


def _pipeline(rule: Rule) -> ProcessingPipeline:
    return conversion.pipeline("splunk", rule, field_map(rule.logsource), keep=True)


def _comment(text: list[str]) -> str:
    """Lines as a comment, which nothing in them can end."""
    return "``` " + "\n    ".join(one_line(line).replace("`", "'") for line in text) + " ```\n"


def _written(content: Content, rule: Rule, lines: list[str], text: str) -> str:
    """A query and its comment; a correlation says over which time it is to run.

    Splunk puts `search` before what does not begin with a bar and leaves comments out only then
    (docs: "Add comments to searches"), so `multisearch`, which has to come first, has its comment
    behind it, as the examples there have theirs.
    """
    if rule.is_correlation:
        lines = [*lines, f"time range: earliest={timing(content, rule).earliest} latest=now"]
    if text.startswith("|"):
        return f"{text}\n{_comment(lines)}"
    return f"{_comment(lines)}{text}\n"


def _source(rule: Rule, sources: Sources) -> str:
    if rule.logsource.key in sources.products["splunk"]:
        return f"`{macro(sources, rule.logsource.key)}`"
    terms = []
    for source, ids, _ in conversion.names(sources, "splunk", rule.logsource):
        codes = f" EventCode={ids[0]}" if len(ids) == 1 else ""
        if len(ids) > 1:
            codes = f" EventCode IN ({', '.join(map(str, ids))})"
        terms.append(f"`{macro(sources, source)}`{codes}")
    return terms[0] if len(terms) == 1 else f"({' OR '.join(f'({term})' for term in terms)})"


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    search, pipe, rest = condition.partition("\n| ")
    if search and " OR " in search:
        search = f"({search})"
    found = f"{_source(rule, sources)} {search}".rstrip() + pipe + rest
    return f"{found}\n{entities.line(rule.logsource)}"


SPL = Language(
    name="spl",
    suffix=".spl",
    comment=_comment,
    backend=Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=correlate,
    prepare=prepared,
    written=_written,
    native={
        kind: "[| inputlookup {id} | rename pattern AS {field} | fields {field}]"
        for kind in ("domain", "hash", "version")
    },
)
