"""Microsoft Defender XDR: KQL for advanced hunting and custom detections.

A custom detection wants Timestamp, DeviceId and ReportId in its rows, which whole rows and our
correlations have (https://learn.microsoft.com/defender-xdr/custom-detection-rules).
"""

from __future__ import annotations

from collections.abc import Mapping

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import comments, conversion
from sigmapack.compiling.product import Language, Part
from sigmapack.content.correlation import Correlation
from sigmapack.content.model import Refused, Rule, Sources
from sigmapack.targets.kql import tables as kql_tables
from sigmapack.targets.kql.backend import Backend
from sigmapack.targets.kql.correlation import Member, correlate
from sigmapack.targets.kql.devices import TABLES
from sigmapack.targets.kql.tables import Table

TIME = "Timestamp"


CONTEXT = ("DeviceId", "DeviceName", "ReportId")
#: A table's account by name -> by what Graph takes alone of an account.
SIDS = {
    "AccountName": "AccountSid",
    "InitiatingProcessAccountName": "InitiatingProcessAccountSid",
}


REASONS = {
    "windows/application": "Defender XDR keeps no events of the Application log",
    "windows/dns-client": "Defender XDR keeps no events of the DNS client's log",
    "windows/dns-server-analytic": "Defender XDR keeps no logs of DNS servers",
    "windows/file_access": "Defender XDR records no reading of files",
    "windows/system": "Defender XDR keeps no events of the System log",
    "windows/ps_script": "Defender XDR keeps no text of scripts",
    "windows/security": "Defender XDR keeps no events of the Security log",
    "windows/create_stream_hash": "Defender XDR records no data streams of files",
    "any/dns": "Defender XDR keeps no logs of DNS resolvers",
    "any/proxy": "Defender XDR keeps no logs of proxies",
    "any/firewall": "Defender XDR keeps no logs of network firewalls",
    "zeek/dns": "Defender XDR keeps no logs of Zeek sensors",
    "zeek/http": "Defender XDR keeps no logs of Zeek sensors",
    "zeek/ssl": "Defender XDR keeps no logs of Zeek sensors",
    "zeek/files": "Defender XDR keeps no logs of Zeek sensors",
}


def table(rule: Rule) -> Table:
    """The table of a rule's log source.

    Raises:
        Refused: there is none.
    """
    key = rule.logsource.key
    if key not in TABLES:
        raise Refused(REASONS.get(key, f"Defender XDR has no table for {key}"))
    return TABLES[key]


def _prepare(rule: Rule) -> Rule:
    of = table(rule)
    if rule.logsource.service == "windefend" and "NewValue" in conversion.fields(rule):
        raise Refused("Defender XDR keeps no event 5007; a registry rule sees the same change")
    return kql_tables.prepared(rule, of)


def _pipeline(rule: Rule) -> ProcessingPipeline:
    return kql_tables.pipeline("defender", rule, table(rule))


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    source = kql_tables.source(sources, "defender", rule, REASONS)
    return kql_tables.frame(source, condition, table(rule), TIME)


def _degraded(rule: Rule, sources: Sources) -> str | None:
    used = set(conversion.fields(rule))
    reasons = []
    if "FileVersion" in used:
        reasons.append("the file's version has no column; the product's version is matched")
    if "QueryStatus" in used:
        reasons.append("of DNS statuses only response codes are known, and only where inspected")
    if rule.logsource.key == "windows/applocker":
        reasons.append("what AppLocker allowed (8002) is not reported, only 8003 and 8004")
    if rule.logsource.key == "windows/dns_query" and "Image" in used and _leaves_out(rule):
        reasons.append("the network's inspection shows a lookup again, without its process")
    if used & {"Signed", "SignatureStatus"}:
        reasons.append("signatures are known only of files in DeviceFileCertificateInfo")
    return "; ".join(reasons) or None


def _leaves_out(rule: Rule) -> bool:
    """Whether a rule's condition excludes anything."""
    return " not " in f" {rule.document['detection']['condition']} "


def _correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    members = {name: _member(part) for name, part in parts.items()}
    return correlate(correlation, members, TIME)


def _member(part: Part) -> Member:
    of = table(part.rule)
    account = SIDS[of.column("User")] if "User" in of.fields else ""
    return Member(part, of, CONTEXT, "DeviceId", account)


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
)
