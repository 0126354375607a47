"""Microsoft Sentinel: KQL on ASIM's unifying parsers, or on the tables of Windows events.

ASIM: https://learn.microsoft.com/azure/sentinel/normalization-about-schemas (schemas Process, Dns,
NetworkSession, WebSession, FileEvent, RegistryEvent, AlertEvent). Windows channels without a schema
are read from `Event` (XML) and `WindowsEvent` (dynamic), whichever the site's agent fills.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack import conversion
from sigmapack.correlation import read_correlation
from sigmapack.model import (
    Artifact,
    Content,
    Correlation,
    Language,
    Part,
    Query,
    Refused,
    Rule,
    Sources,
    Target,
)
from sigmapack.targets import kql
from sigmapack.targets.sentinel_fields import HASHES, MADE, channel_table, field_map

LONGEST = 14 * 86400
DNS_CODES = {"9002": "SERVFAIL", "9003": "NXDOMAIN", "9005": "REFUSED"}


def _prepare(rule: Rule) -> Rule:
    hashes = HASHES.get(rule.logsource.category or "")
    return _dns_codes(conversion.split_hashes(rule, hashes) if hashes else rule)


def _dns_codes(rule: Rule) -> Rule:
    """ASIM names DNS responses, the events of Windows number them."""
    if rule.logsource.category != "dns_query":
        return rule
    document = rule.copy()
    for selection in document["detection"].values():
        if isinstance(selection, dict) and "QueryStatus" in selection:
            given = selection["QueryStatus"]
            codes = [str(code) for code in (given if isinstance(given, list) else [given])]
            if not set(codes) <= DNS_CODES.keys():
                raise Refused("no ASIM response name for a QueryStatus of the rule")
            selection["QueryStatus"] = [DNS_CODES[code] for code in codes]
    return rule.with_document(document)


def _pipeline(rule: Rule, sources: Sources) -> ProcessingPipeline:
    table = conversion.named(sources, "sentinel", rule.logsource)
    return conversion.pipeline("sentinel", rule, field_map(rule, table))


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    table = conversion.named(sources, "sentinel", rule.logsource)
    mapping = field_map(rule, table)
    used = [mapping[name] for name in conversion.fields(rule)]
    if table.startswith("channel:"):
        return kql.framed(channel_table(rule, sources), condition)
    made = dict.fromkeys(MADE[column] for column in used if column in MADE)
    return kql.framed("\n| ".join([kql.table(table), *made]), condition)


def _degraded(rule: Rule, sources: Sources) -> str | None:
    if rule.is_correlation and read_correlation(rule).seconds > LONGEST:
        return (
            "an analytics rule looks back 14 days at most: scheduled, it misses longer gaps; "
            "run as a hunting query it does not"
        )
    return None


def _correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    names = {}
    for name, part in parts.items():
        table = conversion.named(sources, "sentinel", part.rule.logsource)
        names[name] = field_map(part.rule, table)
    return kql.correlate(correlation, parts, names, kql.Shown("TimeGenerated"))


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    """Watchlists as CSV, and `watchlists.json` with the alias and search key of each."""
    files = []
    index = []
    for name, table in sorted(content.lookups.items()):
        out = io.StringIO()
        writer = csv.DictWriter(out, table.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.values for row in table.rows)
        files.append(Artifact(f"watchlists/{name}.csv", out.getvalue().encode()))
        index.append({"watchlistAlias": name, "itemsSearchKey": table.key, "file": f"{name}.csv"})
    text = json.dumps({"watchlists": index}, indent=1) + "\n"
    return [*files, Artifact("watchlists/watchlists.json", text.encode())] if index else []


KQL = Language(
    name="kql",
    suffix=".kql",
    comment=kql.comment,
    backend=kql.Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    prepare=_prepare,
    degraded=_degraded,
)

TARGET = Target("sentinel", "Microsoft Sentinel", (KQL,), _package)
