"""Every custom detection against a closed schema of what Microsoft Graph takes.

Keys: https://learn.microsoft.com/graph/api/resources/security-detectionrule and the types below it,
whose models (msgraph-beta-sdk 1.66.0) also read every file in test_rules. Read on 2026-11-28:
`status`, `schedule.frequency`, `tactics` and `entityMappings` are there, and isEnabled, period,
category, mitreTechniques and impactedAssets are marked "will be removed on 2026-10-01". A page of
v1.0 is published; probes of 2026-09 found beta alone. Frequencies: https://learn.microsoft.com/
defender-xdr/custom-detection-rules. Of lengths, only that of the identifier is known.
"""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from typing import Any

from tests.targets.closed import Schema, each, faults, opened, record, text
from tests.targets.defender.shipped import files

COLUMN = text(pattern=r"^[A-Za-z_]\w*$")
#: Kind of entity -> its columns, and how many there must be.
ENTITIES = {
    "hosts": ("deviceIdColumn nameColumn netBiosNameColumn ntDomainColumn dnsDomainColumn", 1),
    "accounts": (
        "nameColumn ntDomainColumn sidColumn upnColumn upnSuffixColumn aadUserIdColumn"
        " dnsDomainColumn",
        1,
    ),
    "files": ("nameColumn sha1Column sha256Column", 2),
    "processes": ("sha1Column sha256Column", 1),
    "ips": ("addressColumn scopeColumn", 1),
    "dns": ("domainNameColumn hostIpAddressColumn serverIpColumn", 1),
    "registryValues": ("keyColumn valueNameColumn", 2),
    "urls": ("addressColumn", 1),
}


def entity(names: str, least: int) -> Schema:
    return record({}, dict.fromkeys(names.split(), COLUMN)) | {"minProperties": least}


MAPPINGS = record(
    # An asset or an address must be among them; all of ours concern a device.
    {"hosts": each(entity(*ENTITIES["hosts"]), 1, 1)},
    {kind: each(entity(*known), 1, 1) for kind, known in ENTITIES.items() if kind != "hosts"},
)
TACTIC = record(
    {
        "tactic": text(pattern=r"^[A-Z][A-Za-z]+$"),
        "techniques": each(
            record(
                {"technique": text(pattern=r"^T\d{4}$")},
                {"subTechniques": each(text(pattern=r"^T\d{4}\.\d{3}$"), 1)},
            )
        ),
    }
)
DETECTION = record(
    {
        "id": text(100, pattern=r"^[A-Za-z][A-Za-z0-9_-]*$"),
        "displayName": text(),
        "description": text(),
        "status": {"enum": ["enabled", "disabled"]},
        "queryCondition": record({"queryText": text()}),
        "schedule": record({"frequency": {"enum": ["PT1H", "PT3H", "PT12H", "P1D"]}}),
        "detectionAction": record(
            {
                "alertTemplate": record(
                    {
                        "title": text(),
                        "description": text(),
                        "severity": {"enum": ["informational", "low", "medium", "high"]},
                        "recommendedActions": text(),
                        "tactics": each(TACTIC, 1, 1),
                        "entityMappings": MAPPINGS,
                        "customDetails": {
                            "type": "object",
                            "propertyNames": text(pattern=r"^[A-Za-z]\w*$"),
                            "additionalProperties": COLUMN,
                            "minProperties": 1,
                        },
                    }
                )
            }
        ),
    }
)
#: https://learn.microsoft.com/defender-endpoint/indicator-manage
INDICATOR = record(
    {
        "IndicatorType": {"enum": ["FileSha1", "FileSha256", "DomainName", "Url", "IpAddress"]},
        "IndicatorValue": text(),
        "ExpirationTime": {"type": "string"},
        "Action": {"enum": ["Audit", "Warn", "Block", "Alert", "Allowed"]},
        "Severity": {"enum": ["Informational", "Low", "Medium", "High"]},
        "Title": text(),
        "Description": text(),
        "RecommendedActions": text(),
        "RbacGroups": {"type": "string"},
        "Category": text(),
        "MitreTechniques": {"type": "string"},
        "GenerateAlert": {"enum": ["True", "False"]},
    }
)


@cache
def detections() -> dict[str, Any]:
    found = {p: d for p, d in files().items() if p.startswith("custom_detections/")}
    return {path: json.loads(data) for path, data in found.items()}


def test_a_detection_has_the_keys_that_graph_has_and_no_other() -> None:
    """Defender: every file that is imported is judged by a closed schema."""
    found = {path: faults(DETECTION, one) for path, one in detections().items()}
    assert len(found) == 26 and {path: wrong for path, wrong in found.items() if wrong} == {}


def test_a_key_too_many_is_found_anywhere() -> None:
    """But in custom details, whose names are the user's."""
    document = detections()["custom_detections/correlation_threecx_finding_c2_domain_host.json"]
    taken = [changed for changed in opened(document) if not faults(DETECTION, changed)]
    assert len(taken) == 1
    assert "unknownKey" in taken[0]["detectionAction"]["alertTemplate"]["customDetails"]


def test_an_indicator_has_the_columns_of_the_import() -> None:
    paths = [path for path in files() if path.startswith("indicators/")]
    for path in paths:
        rows = list(csv.DictReader(io.StringIO(files()[path].decode())))
        assert 0 < len(rows) <= 500
        assert [wrong for row in rows for wrong in faults(INDICATOR, row)] == []
    assert paths


def test_every_file_that_is_imported_has_a_schema() -> None:
    known = ("custom_detections/", "indicators/", "lookups/")
    others = [path for path in files() if not path.startswith(known)]
    assert others == ["Update-CustomDetections.ps1"]
