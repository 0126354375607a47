"""Microsoft Defender XDR: custom detection rules for Microsoft Graph, one JSON file each.

Body of `POST /security/rules/detectionRules`
(https://learn.microsoft.com/graph/api/security-rulesroot-post-detectionrules). Only properties that
v1.0 has: those that beta had alone (isEnabled, period, category, mitreTechniques, impactedAssets)
were to leave it on 2026-10-01. What a rule looks back follows from how often it runs
(https://learn.microsoft.com/defender-xdr/custom-detection-rules).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sigmapack.compiling.product import Artifact, Query, TooLarge
from sigmapack.content import response
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.targets.defender import entities
from sigmapack.targets.kql import attack
from sigmapack.targets.kql.attack import SEVERITY
from sigmapack.targets.kql.correlation import hits

FOLDER = "custom_detections"
#: What the rows of a custom detection must have.
NEEDED = ("Timestamp", "DeviceId", "ReportId")
#: Minutes between runs -> its duration, and the minutes that Defender then looks back.
FREQUENCIES: Mapping[int, tuple[str, int]] = {
    60: ("PT1H", 4 * 60),
    180: ("PT3H", 12 * 60),
    720: ("PT12H", 48 * 60),
    1440: ("P1D", 30 * 1440),
}
#: Level -> minutes between runs.
LEVELS = {"critical": 60, "high": 60, "medium": 180, "low": 720, "informational": 720}
#: Longest texts of an alert: the limits of the interface are not published, and these are those of
#: Sentinel's rules, which the same portal shows.
LONGEST_TITLE, LONGEST_TEXT = 256, 5_000


def rules(content: Content, queries: Sequence[Query]) -> list[Artifact]:
    """One file per query, called like it."""
    return [
        Artifact(f"{FOLDER}/{stem(query)}.json", dumped(rule(content, query)))
        for query in sorted(queries, key=lambda query: query.path)
        if query.path
    ]


def stem(query: Query) -> str:
    """The name of a query's file, without folder and ending."""
    return query.path.rpartition("/")[2].removesuffix(".kql")


def dumped(document: Mapping[str, Any]) -> bytes:
    """JSON as people read it."""
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def rule(content: Content, query: Query) -> dict[str, Any]:
    """A custom detection rule, switched off.

    Raises:
        ValueError: a text is too long, or the rows lack what Defender needs.
    """
    own = query.rule
    check(content, query)
    template: dict[str, Any] = {
        "title": own.title,
        "description": response.description(own),
        "severity": SEVERITY[own.level].lower(),
        "recommendedActions": guidance(content, own),
        "tactics": tactics(content, own),
        "entityMappings": entities.entities(own, query.text),
        "customDetails": entities.details(own, query.text),
    }
    return {
        "id": own.id,
        "displayName": own.title,
        "description": response.description(own),
        "status": "disabled",
        "queryCondition": {"queryText": query.text},
        "schedule": {"frequency": frequency(own)},
        "detectionAction": {
            "alertTemplate": {key: value for key, value in template.items() if value}
        },
    }


def check(content: Content, query: Query) -> None:
    """Make sure that Defender takes the rule.

    Raises:
        ValueError: it would not.
    """
    own = query.rule
    for what, text, most in (
        ("title", own.title, LONGEST_TITLE),
        ("description", response.description(own), LONGEST_TEXT),
        ("guidance", guidance(content, own), LONGEST_TEXT),
    ):
        if len(text) > most:
            raise TooLarge(
                f"{own.path}: the {what} has {len(text):,} characters, a custom detection takes "
                f"{most:,}: shorten it, or the playbook in response.toml"
            )
    lacking = set(NEEDED) - columns(own, query.text)
    if lacking:
        raise TooLarge(
            f"{own.path}: the rows of its query lack {', '.join(sorted(lacking))}, which a custom "
            "detection needs: keep them in the projection"
        )


def columns(own: Rule, text: str) -> set[str]:
    """Those of the needed columns, and the device's name, that the rows of a query have."""
    found = hits(text) if own.is_correlation else {*NEEDED, "DeviceName"}
    away = re.findall(r"\| project-away ([^\n]+)", text)
    kept = re.findall(r"^\| project ([^\n]+)", text, re.MULTILINE)
    if kept and not own.is_correlation:
        found &= {name.strip() for name in kept[-1].split(",")}
    return found - {name.strip() for part in away for name in part.split(",")}


def guidance(content: Content, own: Rule) -> str:
    """The playbook as plain text."""
    return response.plain(content, own).removeprefix(response.description(own)).lstrip()


def frequency(own: Rule) -> str:
    """How often a rule runs: rarely enough that Defender looks back over a correlation's span.

    Raises:
        ValueError: Defender never looks back that far.
    """
    every = 1440 if own.is_hunting else LEVELS[own.level]
    span = read_correlation(own).seconds // 60 if own.is_correlation else 0
    for interval, (name, back) in FREQUENCIES.items():
        # What began in the last interval of an earlier run must still be seen whole.
        if interval >= every and (back >= span + interval or back == span == 30 * 1440):
            return name
    raise TooLarge(f"{own.path}: spans {span:,} minutes, Defender looks back 30 days at most")


def tactics(content: Content, own: Rule) -> list[dict[str, Any]]:
    """Tactics, each with its techniques and their subtechniques."""
    found = []
    for name, techniques in attack.tactics(content, own).items():
        parents: dict[str, list[str]] = {}
        for technique in techniques:
            subs = parents.setdefault(technique.partition(".")[0], [])
            subs += [technique] if "." in technique else []
        entries = [
            {"technique": parent, **({"subTechniques": subs} if subs else {})}
            for parent, subs in parents.items()
        ]
        found.append({"tactic": name, "techniques": entries})
    return found
