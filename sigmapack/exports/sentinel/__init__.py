"""STIX objects for the upload API of Microsoft Sentinel, and the script that uploads them.

The rules that compare indicators with logs read a pattern of one comparison only, and domains as
whole names: each name has an object of its own. Format and limits: https://learn.microsoft.com/
azure/sentinel/stix-objects-api (100 objects a request, `sourcesystem`, `stixobjects`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files as package_files
from typing import Any
from uuid import uuid5

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import NAMESPACE, RELEASED, Export, Feed, Indicator, moment, names
from sigmapack.exports.stix_terms import CONFIDENCE, HASHES, PUBLIC, quoted

#: Objects that one request takes.
MOST = 100
SCRIPT = "Send-Indicators.ps1"
SOURCE = "3CX detection pack"
#: What is low is not uploaded.
SURE = ("medium", "high")


def files(feed: Feed) -> list[Artifact]:
    """`stix_objects_1.json` and so on, each the body of a request, and the script."""
    found = [each for one in feed.indicators for each in objects(one)]
    parts = [found[start : start + MOST] for start in range(0, len(found), MOST)]
    made = [
        Artifact(
            f"stix_objects_{number}.json", _json({"sourcesystem": SOURCE, "stixobjects": part})
        )
        for number, part in enumerate(parts, 1)
    ]
    script = (package_files(__package__) / SCRIPT).read_bytes()
    return [*made, Artifact(SCRIPT, script)] if made else []


def objects(found: Indicator) -> Iterator[dict[str, Any]]:
    """The objects of an indicator; none where its confidence is low, or it is no value to compare.

    `valid_until` stands where the row has it; the script gives the others one, counted from the day
    of uploading, so that nothing stays for ever.
    """
    if found.confidence not in SURE:
        return
    start = moment(found.first_seen or PUBLIC)
    more: dict[str, Any] = {}
    if found.valid_until:
        last = max(moment(found.valid_until), start) + timedelta(days=1)
        more["valid_until"] = stamp(last)
    if found.advisory:
        more["labels"] = ["csirt-rd-advisory"]
    for value, pattern in patterns(found):
        yield {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{uuid5(NAMESPACE, f'sentinel {found.type} {value}')}",
            "created": stamp(moment(RELEASED)),
            "modified": stamp(moment(RELEASED)),
            "name": f"3CX: {value}",
            "description": found.about,
            "indicator_types": ["malicious-activity"],
            "pattern": pattern,
            "pattern_type": "stix",
            "valid_from": stamp(start),
            "confidence": CONFIDENCE[found.confidence],
            **more,
        }


def patterns(found: Indicator) -> Iterator[tuple[str, str]]:
    """The values of an indicator that are compared whole, each with its pattern."""
    if found.kind == "domain":
        yield from ((name, f"[domain-name:value = {quoted(name)}]") for name in names(found))
    elif found.kind == "url":
        yield found.value, f"[url:value = {quoted(found.value)}]"
    elif found.kind == "hash":
        yield found.value, f"[file:hashes.'{HASHES[found.type]}' = {quoted(found.value)}]"
    elif found.kind == "ip":
        kind = "ipv6-addr" if ":" in found.value else "ipv4-addr"
        yield found.value, f"[{kind}:value = {quoted(found.value)}]"


def stamp(when: datetime) -> str:
    """A time as STIX has it."""
    return f"{when:%Y-%m-%dT%H:%M:%S}.000Z"


def _json(data: object) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


EXPORT = Export(
    "sentinel",
    noted("Microsoft Sentinel, upload of STIX objects"),
    noted(
        """\
1. Register an application, give it the role Microsoft Sentinel Contributor on the workspace, and
   sign in: `Connect-AzAccount`. The data connector is "Threat Intelligence Upload API".
2. `./Send-Indicators.ps1 -WorkspaceId ID -WhatIf` says what it would send, 100 objects a request;
   without `-WhatIf` it sends them. `-Days 90` is how long they are valid where no row says it.
3. To see that it works: Threat intelligence lists them with the source `3CX detection pack`.
   The rules "TI map" compare whole names: other subdomains need the pack's own rules.
"""
    ),
    files,
)
