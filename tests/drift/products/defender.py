"""Defender. https://learn.microsoft.com/graph/api/security-rulesroot-list-detectionrules."""

from __future__ import annotations

import json
from pathlib import Path

from tests.drift.deployments import Deployment, Thing, listed


def things() -> list[Thing]:
    return [
        {
            "@odata.type": "#microsoft.graph.security.detectionRule",
            **one,
            "createdBy": "soc@example.org",
            "createdDateTime": "2026-12-01T08:00:00Z",
            "lastModifiedBy": "soc@example.org",
            "lastModifiedDateTime": "2026-12-01T08:00:00Z",
            "detectorId": "67895317-b2a8-4ac3-8f8b-fa6b7765f2fe",
            "queryCondition": {
                **one["queryCondition"],
                "lastModifiedDateTime": "2026-12-01T08:00:00Z",
            },
            "schedule": {**one["schedule"], "nextRunDateTime": "2026-12-01T09:00:00Z"},
            "lastRunDetails": {"status": "completed", "errorCode": None},
            "detectionAction": {
                **one["detectionAction"],
                "organizationalScope": None,
                "responseActions": [],
            },
        }
        for one in listed("defender/custom_detections")
    ]


def write(things: list[Thing], folder: Path) -> Path:
    path = folder / "detectionRules.json"
    context = "https://graph.microsoft.com/v1.0/$metadata#security/rules/detectionRules"
    path.write_text(json.dumps({"@odata.context": context, "value": things}), "utf-8")
    return path


def edit(thing: Thing) -> None:
    thing["queryCondition"]["queryText"] += "| where false\n"


def cloned(thing: Thing) -> Thing:
    return {**thing, "id": "7506", "displayName": "Cloned"}


def switch(thing: Thing, on: bool) -> None:
    thing["status"] = "enabled" if on else "disabled"


def retime(thing: Thing) -> None:
    thing["schedule"]["frequency"] = "P1D"


DEPLOYMENT = Deployment(
    "defender",
    things,
    write,
    edit,
    "queryCondition.queryText",
    cloned,
    switch,
    retime,
    "schedule.frequency",
)
