"""Microsoft Defender for Endpoint: custom indicators as CSV for Settings > Endpoints > Indicators.

Columns and values: https://learn.microsoft.com/defender-endpoint/indicator-manage. MD5 is no type
of that import, and addresses of 2022 have other owners now: both are left out. The import has no
comments, so that each row says where it comes from.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from sigmapack.compiling.product import Artifact
from sigmapack.content.kinds import KINDS
from sigmapack.content.model import Content, Lookup
from sigmapack.content.words import noted

FOLDER = "indicators"
COLUMNS = (
    "IndicatorType",
    "IndicatorValue",
    "ExpirationTime",
    "Action",
    "Severity",
    "Title",
    "Description",
    "RecommendedActions",
    "RbacGroups",
    "Category",
    "MitreTechniques",
    "GenerateAlert",
)
#: Rows that one file may have.
MOST_ROWS = 500
HASHES = {"sha1": "FileSha1", "sha256": "FileSha256"}
NETWORK = {"domain": "DomainName", "url": "Url"}
SEVERITY = {"high": "High", "medium": "Medium"}
#: Tables of what is only related to the campaign: never blocked, and of low severity.
RELATED = "_low"
#: Part of a table's name -> the playbook of its hashes.
PLAYBOOKS = {
    "_second_stage": "later_stage",
    "_memory": "later_stage",
    "_macos": "macos",
    "_linux": "linux",
    "_library": "live_implant",
    "": "affected_build",
}
Row = Mapping[str, str]


def files(content: Content) -> list[Artifact]:
    """Two sets of CSV files: `indicators_alert` with all, `indicators_block` with what is certain.

    Import one of them: an indicator can have one action only.
    """
    found = list(indicators(content))
    certain = [row for row, is_certain in found if is_certain]
    every = [row for row, _ in found]
    return [
        *numbered("indicators_alert", [acted(row, "Audit") for row in every]),
        *numbered("indicators_block", [acted(row, "Block") for row in certain]),
    ]


TITLE = noted("3CX compromise (CVE-2023-29059): file of the campaign")
TITLES = {
    "DomainName": noted("3CX compromise (CVE-2023-29059): domain of the campaign"),
    "Url": noted("3CX compromise (CVE-2023-29059): URL of the campaign"),
}


def indicators(content: Content) -> Iterator[tuple[Row, bool]]:
    """Every indicator that Defender can hold, once, and whether it may be blocked.

    That is what the advisory lists, and what has high confidence. Low confidence is left out.
    """
    seen = set()
    for name in sorted(content.lookups, key=lambda name: (name.endswith(RELATED), name)):
        lookup = content.lookups[name]
        for row in lookup.rows:
            kind = indicator_type(lookup, row.values)
            value = row.values[lookup.key].lower()
            confidence = row.values.get("confidence", "")
            if not kind or confidence not in SEVERITY or (kind, value) in seen:
                continue
            seen.add((kind, value))
            related = name.endswith(RELATED)
            listed = row.values.get("advisory") == "yes" or confidence == "high"
            severity = "Low" if related else SEVERITY[confidence]
            yield described(content, lookup, row.values, kind, severity), listed and not related


def indicator_type(lookup: Lookup, values: Row) -> str:
    """The import's type of an indicator; "" where it has none."""
    kind = KINDS.get(lookup.key, "")
    if kind == "hash":
        return HASHES.get(values.get("algorithm", "").lower(), "")
    return NETWORK.get(kind, "")


def described(content: Content, lookup: Lookup, values: Row, kind: str, severity: str) -> Row:
    """A row of the CSV, without its action."""
    network = kind in NETWORK.values()
    words = content.words
    title = words(TITLES.get(kind, TITLE))
    role = values.get("role", "").strip().rstrip(".")
    listed = words("CSIRT-RD advisory; ") if values.get("advisory") == "yes" else ""
    source = f"{words('Source:')} {listed}"
    name = next(book for part, book in PLAYBOOKS.items() if part in lookup.name)
    book = content.playbooks.get("indicator" if network else name)
    return {
        "IndicatorType": kind,
        "IndicatorValue": values[lookup.key].lower() if kind != "Url" else values[lookup.key],
        "ExpirationTime": "",
        "Severity": severity,
        "Title": title,
        "Description": f"{role[:1].upper()}{role[1:]}. {source}{values['source']}.",
        "RecommendedActions": " ".join([*book.check, *book.contain, book.tell]) if book else "",
        "RbacGroups": "",
        "Category": "CommandAndControl" if network else "Malware",
        "MitreTechniques": "T1071.001" if network else "",
        "GenerateAlert": "True",
    }


def acted(row: Row, action: str) -> Row:
    """A row with its action."""
    return {**row, "Action": action}


def numbered(name: str, rows: list[Row]) -> list[Artifact]:
    """The rows as one file, or as several where they are more than one import takes."""
    parts = [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)]
    found = []
    for number, part in enumerate(parts, 1):
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(part)
        suffix = f"_{number}" if number > 1 else ""
        found.append(Artifact(f"{FOLDER}/{name}{suffix}.csv", out.getvalue().encode()))
    return found
