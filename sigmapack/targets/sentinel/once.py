"""Microsoft Sentinel: what makes an analytics rule raise a finding once, around its query.

Runs look back further than their interval, since events arrive late; without a frame one event is
in several runs. The remedy is Microsoft's (https://learn.microsoft.com/azure/sentinel/
ingestion-delay): a run takes what was ingested since the run before. `now()` is the moment that a
run is for, some minutes before it takes place, so that the other end has to be said as well.

`ingestion_time()` is null where a parser loses it (https://learn.microsoft.com/kusto/query/
ingestion-time-function): such an event counts as new, and is rather raised twice than never.
"""

from __future__ import annotations

import re

from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Rule
from sigmapack.targets.kql.windows import EVIDENCE, site_wide

#: The column that says when an event arrived.
INGESTED = "SigmaIngested = coalesce(ingestion_time(), now())"
#: The same where tables are united: only a table's own rows have a time of arrival.
ARRIVED = "SigmaIngested = ingestion_time()", "SigmaIngested = coalesce(SigmaIngested, now())"
HITS = "let Hits = materialize("
BOUND = "SigmaIngested <= now()"


def room(rule: Rule) -> int:
    """Characters that the frame needs at most: that of a correlation says its condition twice."""
    if not rule.is_correlation or rule.is_finding:
        return 500
    return 900 if site_wide(read_correlation(rule)) else 750


def framed(text: str, every: str) -> str:
    """The query of an analytics rule that runs at an interval.

    Args:
        text: the plain query, with its comment.
        every: the interval, such as `15m`.
    """
    if HITS in text:
        return _correlation(text, every)
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("| "))
    new = [f"| extend {INGESTED}", f"| where SigmaIngested > ago({every}) and {BOUND}"]
    return "\n".join([*lines[:at], *new, *lines[at:]]) + "\n"


def _correlation(text: str, every: str) -> str:
    """What is found now and was not yet when the run before looked.

    All that the condition rests on is weighed, not its last event alone: that may have been there
    before one that came late.
    """
    head, rest = text.split("\n);\n", 1)
    found, mark, evidence = rest.partition(f"\n{EVIDENCE}")
    *lets, last = re.sub(r"\b(Hits|Keys)\b", r"Earlier\1", found).split(";\n")
    key = "SigmaValue" if "by SigmaKey, SigmaValue" in found else "SigmaKey"
    return "\n".join(
        [
            head,
            f"| where {BOUND}",
            ");",
            f"let EarlierHits = Hits | where SigmaIngested <= ago({every});",
            *(f"{text};" for text in lets),
            f"let Raised = {last}",
            f"| project {key};",
            found,
            f"| where {key} !in (Raised){mark}{evidence}",
        ]
    )
