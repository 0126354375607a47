"""Microsoft Defender XDR: KQL on the tables of advanced hunting.

Columns: https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables. What a table
keeps in another form is brought into shape by `extend` before the condition. A custom detection
needs Timestamp, DeviceId and ReportId in the result; whole rows have them, correlations carry
them along.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack import conversion
from sigmapack.model import (
    Artifact,
    Content,
    Correlation,
    Language,
    LogSource,
    Part,
    Query,
    Refused,
    Rule,
    Sources,
    Target,
)
from sigmapack.targets import kql

HASHES = {"MD5": "MD5", "SHA1": "SHA1", "SHA256": "SHA256"}
COMMON = {
    **{column: column for column in HASHES.values()},
    "Image": "InitiatingProcessFolderPath",
    "CommandLine": "InitiatingProcessCommandLine",
    "User": "InitiatingProcessAccountName",
    "Computer": "DeviceName",
}
PROCESS = {
    **COMMON,
    "Image": "FolderPath",
    "CommandLine": "ProcessCommandLine",
    "User": "AccountName",
    "OriginalFileName": "ProcessVersionInfoOriginalFileName",
    "Product": "ProcessVersionInfoProductName",
    "Company": "ProcessVersionInfoCompanyName",
    "Description": "ProcessVersionInfoFileDescription",
    "FileVersion": "ProcessVersionInfoProductVersion",
    "IntegrityLevel": "ProcessIntegrityLevel",
    "ParentImage": "InitiatingProcessFolderPath",
    "ParentCommandLine": "InitiatingProcessCommandLine",
}
NETWORK = {
    **COMMON,
    "DestinationHostname": "RemoteHost",
    "DestinationIp": "RemoteIP",
    "DestinationPort": "RemotePort",
    "SourceIp": "LocalIP",
    "Initiated": "Initiated",
}
FILE = {**COMMON, "TargetFilename": "FolderPath"}
FIELDS: Mapping[str, Mapping[str, str]] = {
    "process_creation": PROCESS,
    "dns_query": {**COMMON, "QueryName": "QueryName"},
    "network_connection": NETWORK,
    "image_load": {
        **COMMON,
        "ImageLoaded": "FolderPath",
        "Signed": "Signed",
        "Signature": "Signer",
        "SignatureStatus": "SignatureStatus",
    },
    "file_event": FILE,
    "file_delete": FILE,
    "file_executable_detected": FILE,
    "registry_set": {**COMMON, "TargetObject": "TargetObject", "Details": "RegistryValueData"},
    "pipe_created": {**COMMON, "PipeName": "PipeName"},
    "antivirus": {**COMMON, "Signature": "ThreatName", "Filename": "FolderPath"},
}
#: Columns that are made for a condition, by the column's name.
MADE = {
    # RemoteUrl holds a host or a whole URL; inspected TLS and HTTP name it in AdditionalFields.
    "RemoteHost": (
        "extend RemoteName = iff(isnotempty(RemoteUrl), RemoteUrl, tostring(coalesce("
        "parse_json(AdditionalFields).server_name, parse_json(AdditionalFields).host)))\n"
        '| extend RemoteHost = extract(@"^(?:[A-Za-z][A-Za-z0-9+.-]*://)?([^/:?#]+)", 1, '
        "RemoteName)"
    ),
    "Initiated": (
        'extend Initiated = iff(ActionType in ("InboundConnectionAccepted", '
        '"ListeningConnectionCreated", "InboundInternetScanInspected"), "false", "true")'
    ),
    "TargetObject": (
        'extend TargetObject = strcat(replace_regex(RegistryKey, @"^HKEY_LOCAL_MACHINE", "HKLM"), '
        '@"\\", RegistryValueName)'
    ),
    "PipeName": (
        "extend PipeName = replace_string(tostring(parse_json(AdditionalFields).PipeName), "
        '@"\\Device\\NamedPipe", "")'
    ),
    "ThreatName": "extend ThreatName = tostring(parse_json(AdditionalFields).ThreatName)",
    "Signed": (
        "join kind=leftouter (DeviceFileCertificateInfo | summarize arg_max(Timestamp, IsSigned, "
        "IsTrusted, Signer) by SHA1 | project-away Timestamp) on SHA1\n"
        '| extend Signed = case(isnull(IsSigned), "", IsSigned, "true", "false"), '
        'SignatureStatus = case(isnull(IsTrusted), "", IsTrusted, "Valid", "Invalid")'
    ),
}
MADE["SignatureStatus"] = MADE["Signer"] = MADE["Signed"]

NO_VERSION = (
    "the table has the product's version and not the file's; for the 3CX client both are equal"
)


def field_map(logsource: LogSource) -> Mapping[str, str]:
    """Sigma field -> column of a log source's table."""
    return FIELDS.get(logsource.category or "", {})


def _prepare(rule: Rule) -> Rule:
    return conversion.split_hashes(rule, HASHES)


def _pipeline(rule: Rule, sources: Sources) -> ProcessingPipeline:
    conversion.named(sources, "defender", rule.logsource)
    return conversion.pipeline("defender", rule, field_map(rule.logsource))


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    table = conversion.named(sources, "defender", rule.logsource)
    mapping = field_map(rule.logsource)
    used = [mapping[name] for name in conversion.fields(rule)]
    made = dict.fromkeys(MADE[column] for column in used if column in MADE)
    return kql.framed("\n| ".join([kql.table(table), *made]), condition)


def _degraded(rule: Rule, sources: Sources) -> str | None:
    if rule.logsource.category == "process_creation" and "FileVersion" in conversion.fields(rule):
        return NO_VERSION
    return None


def _correlate(correlation: Correlation, parts: Mapping[str, Part], sources: Sources) -> str:
    names = {name: field_map(part.rule.logsource) for name, part in parts.items()}
    if correlation.seconds > 30 * 86400:
        raise Refused("advanced hunting keeps 30 days")
    return kql.correlate(
        correlation, parts, names, kql.Shown("Timestamp", ("DeviceId", "ReportId"))
    )


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    """The tables as they are, for `externaldata` or for reading beside the queries."""
    files = []
    for name, table in content.lookups.items():
        out = io.StringIO()
        writer = csv.DictWriter(out, table.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.values for row in table.rows)
        files.append(Artifact(f"lookups/{name}.csv", out.getvalue().encode()))
    return files


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

TARGET = Target("defender", "Microsoft Defender XDR", (KQL,), _package)
