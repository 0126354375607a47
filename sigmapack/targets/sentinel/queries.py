"""Microsoft Sentinel: KQL on the ASIM parsers, watchlists for the lookups.

An analytics rule looks back at most 14 days and holds 10,000 characters
(https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview); it sets the time range, so
that queries have none. Image loads, pipes, antivirus verdicts and macOS have no ASIM schema or no
parser: they are read from the tables of the Defender XDR connector.
"""

from __future__ import annotations

from collections.abc import Mapping

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import comments, conversion
from sigmapack.compiling.product import Language, Part
from sigmapack.content.correlation import Correlation, read_correlation
from sigmapack.content.model import Refused, Rule, Sources
from sigmapack.targets.kql import tables as kql_tables
from sigmapack.targets.kql.backend import Backend
from sigmapack.targets.kql.correlation import Member, correlate
from sigmapack.targets.kql.tables import Table
from sigmapack.targets.sentinel.fields import CONNECTOR, TABLES, shown
from sigmapack.targets.sentinel.once import ARRIVED, room
from sigmapack.targets.sentinel.watchlists import NATIVE
from sigmapack.targets.sentinel.web import hosts

TIME = "TimeGenerated"


LOOKBACK = 14 * 86400


REASONS = {
    "zeek/ssl": "ASIM has no schema for TLS handshakes, and no parser for Zeek's ssl log",
    # Azure/Azure-Sentinel, .script/tests/KqlvalidationsTests/CustomTables/Corelight_v2_files_CL
    "zeek/files": "ASIM has no schema for files on the network; the table of Corelight's connector "
    "has neither MD5 nor the originator of a connection",
}


def table(rule: Rule) -> Table:
    """The table of a rule's log source.

    Raises:
        Refused: there is none.
    """
    key = rule.logsource.key
    if key not in TABLES:
        raise Refused(REASONS.get(key, f"Microsoft Sentinel has no table for {key}"))
    return TABLES[key]


def _prepare(rule: Rule) -> Rule:
    """The rule in the table's terms, a host in a URL in those of the host.

    A list of hosts in URLs would stand beside a watchlist with the same.
    """
    if {"c-uri", "cs-uri"} & set(conversion.fields(rule)) and "|expand" in str(rule.document):
        raise Refused("a watchlist cannot be matched in URLs")
    return kql_tables.prepared(conversion.with_alternatives(rule, hosts), table(rule))


def _pipeline(rule: Rule) -> ProcessingPipeline:
    return kql_tables.pipeline("sentinel", rule, table(rule))


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    source = kql_tables.source(sources, "sentinel", rule, REASONS)
    return kql_tables.frame(source, condition, table(rule), TIME, shown(rule.logsource.key))


def _degraded(rule: Rule, sources: Sources) -> str | None:
    if rule.is_correlation:
        if read_correlation(rule).seconds > LOOKBACK:
            return "an analytics rule looks back 14 days at most; run it as a hunting query"
        return None
    used = set(conversion.fields(rule))
    reasons = []
    if rule.logsource.key in CONNECTOR:
        reasons.append("sees only devices of the Defender XDR connector; ASIM has no such parser")
    if used & {"Signed", "SignatureStatus"}:
        reasons.append("signatures are known only of files in DeviceFileCertificateInfo")
    if used & {"cs-cookie", "cookie_vars"}:
        reasons.append("few parsers fill HttpCookie")
    return "; ".join(reasons) or None


def _member(part: Part) -> Member:
    of = table(part.rule)
    context = ["Device"] if "Computer" in of.fields else []
    if "SrcIpAddr" in of.fields.values():
        context.append("SrcIpAddr")
    account = "User" if "User" in of.fields else ""
    return Member(part, of, tuple(context), "Device", of.column(account) if account else "")


def _correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    members = {name: _member(part) for name, part in parts.items()}
    return correlate(correlation, members, TIME, ARRIVED)


def _longest(rule: Rule) -> int:
    """Characters of a query that an analytics rule takes with the frame around it.

    https://learn.microsoft.com/azure/sentinel/create-analytics-rules: 1 to 10,000.
    """
    return 10_000 - room(rule)


KQL = Language(
    name="kql",
    suffix=".kql",
    comment=comments.after("//"),
    backend=Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    prepare=_prepare,
    degraded=_degraded,
    native=NATIVE,
    longest=_longest,
)
