"""Microsoft Defender XDR: custom detection rules for Microsoft Graph, one JSON file each.

Body of `POST /security/rules/detectionRules`
(https://learn.microsoft.com/graph/api/security-rulesroot-post-detectionrules). Only properties that
v1.0 has: those that beta had alone (isEnabled, period, category, mitreTechniques, impactedAssets)
were to leave it on 2026-10-01. What a rule looks back follows from how often it runs
(https://learn.microsoft.com/defender-xdr/custom-detection-rules).

An identifier begins with a letter, there is one tactic, and an alert has a host: Graph refuses
anything else (public probes of 2026-09, see tests/targets/defender/test_update.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sigmapack.compiling.product import Artifact, Query, TooLarge, each, gathered
from sigmapack.content import response
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.targets.defender import entities
from sigmapack.targets.kql import attack
from sigmapack.targets.kql.attack import SEVERITY
from sigmapack.targets.kql.correlation import hits

FOLDER = "custom_detections"
#: What stands before a rule's identifier, most of which begin with a digit.
PREFIX = "threecx-"
#: A row is an alert, and a sensor reports one contact in several rows: the first of a host's day.
#: Of rows of one moment the same one in every run, or the other would be an alert as well.
ONCE = (
    "| extend Order = strcat(tostring(Timestamp), tostring(ReportId))\n"
    "| summarize arg_min(Order, *) by {key}, Day = startofday(Timestamp)"
)
#: What a finding does with its hits in the query that people run: the latest of each host.
LATEST = "| summarize arg_max(Timestamp, *) by SigmaKey"
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
LEVELS = {"critical": 60, "high": 60, "medium": 60, "low": 720}
#: Longest texts of an alert: the limits of the interface are not published, and these are those of
#: Sentinel's rules, which the same portal shows.
LONGEST_TITLE, LONGEST_TEXT = 256, 5_000


def rules(content: Content, queries: Sequence[Query]) -> list[Artifact]:
    """One file per query that should alert, called like it; of the same queries, the worst rule.

    What a finding tells of stays a query: Graph v1.0 groups no alerts of several detections.
    """
    alike: dict[str, list[Query]] = {}
    told = gathered(content, queries)
    alerting = [q for q in queries if q.path and q.rule.alerts and q.rule.name not in told]
    for query in sorted(alerting, key=_weight):
        alike.setdefault(body(query), []).append(query)
    others = {first.path: rest for first, *rest in alike.values()}
    found = each(
        [first for first, *_ in alike.values()],
        lambda q: Artifact(f"{FOLDER}/{stem(q)}.json", dumped(rule(content, q, others[q.path]))),
    )
    return sorted(found, key=lambda file: file.path)


def _weight(query: Query) -> tuple[int, bool, str]:
    """Worst first, then what names a product, then by name."""
    own = query.rule
    return list(LEVELS).index(own.level), own.logsource.product is None, query.path


def body(query: Query) -> str:
    """What a query asks, without the comment above it."""
    return re.sub(r"\A(//.*\n)+", "", query.text)


def stem(query: Query) -> str:
    """The name of a query's file, without folder and ending."""
    return query.path.rpartition("/")[2].removesuffix(".kql")


def text_of(query: Query) -> str:
    """The query of a detection: a correlation's, or the first row of each host and day."""
    if query.rule.is_finding:
        return query.text.replace(LATEST, ONCE.format(key="SigmaKey"))
    if query.rule.is_correlation:
        return query.text
    return f"{query.text}{ONCE.format(key='DeviceId')}\n"


def dumped(document: Mapping[str, Any]) -> bytes:
    """JSON as people read it."""
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def rule(content: Content, query: Query, others: Sequence[Query] = ()) -> dict[str, Any]:
    """A custom detection rule, switched off.

    Args:
        content: what was read.
        query: its query.
        others: those that ask the same, of which the detection has to say that it covers them.

    Raises:
        ValueError: a text is too long, or the rows lack what Defender needs.
    """
    own = query.rule
    text = description(own, others)
    check(content, query, text)
    template: dict[str, Any] = {
        "title": own.title,
        "description": text,
        "severity": SEVERITY[own.level].lower(),
        "recommendedActions": guidance(content, own),
        "tactics": tactics(content, own),
        "entityMappings": entities.entities(own, query.text),
        "customDetails": entities.details(own, query.text),
    }
    return {
        "id": f"{PREFIX}{own.id}",
        "displayName": own.title,
        "description": text,
        "status": "disabled",
        "queryCondition": {"queryText": text_of(query)},
        "schedule": {"frequency": frequency(own)},
        "detectionAction": {
            "alertTemplate": {key: value for key, value in template.items() if value}
        },
    }


def description(own: Rule, others: Sequence[Query]) -> str:
    """What a rule says of itself, and which others say the same here."""
    same = [f"Defender has one table for this and: {other.rule.title}." for other in others]
    text = " ".join([response.description(own), *same])
    if same and len(text) > LONGEST_TEXT:  # what others are called is no reason to refuse it
        text = f"{response.description(own)} Defender has one table for this and {len(same)} more."
    return text


def check(content: Content, query: Query, described: str) -> None:
    """Make sure that Defender takes the rule.

    Raises:
        ValueError: it would not.
    """
    own = query.rule
    for what, text, most in (
        ("title", own.title, LONGEST_TITLE),
        ("description", described, LONGEST_TEXT),
        ("guidance", guidance(content, own), LONGEST_TEXT),
    ):
        if len(text) > most:
            raise TooLarge(
                f"the {what} has {len(text):,} characters, a custom detection takes "
                f"{most:,}: shorten it, or the playbook in response.toml"
            )
    lacking = set(NEEDED) - columns(own, query.text)
    if lacking:
        raise TooLarge(
            f"the rows of its query lack {', '.join(sorted(lacking))}, which a custom "
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
    every = own.every or LEVELS[own.level]
    spans = own.is_correlation and not own.is_finding
    span = read_correlation(own).seconds // 60 if spans else 0
    for interval, (name, back) in FREQUENCIES.items():
        # What began in the last interval of an earlier run must still be seen whole.
        if interval >= every and (back >= span + interval or back == span == 30 * 1440):
            return name
    raise TooLarge(f"it spans {span:,} minutes, Defender looks back 30 days at most")


def tactics(content: Content, own: Rule) -> list[dict[str, Any]]:
    """The first tactic of a rule that has a technique, with its techniques and subtechniques.

    Graph models a list of tactics and takes one: the others stay in the portable rule.
    """
    known = attack.tactics(content, own)
    slugs = [tag.removeprefix("attack.") for tag in own.tags]
    names = [attack.TACTICS.get(slug, attack.tactic(slug)) for slug in slugs]
    listed = [name for name in names if name in known]
    if not listed:
        return []
    name = next((name for name in listed if known[name]), listed[0])
    parents: dict[str, list[str]] = {}
    for technique in known.get(name, ()):
        subs = parents.setdefault(technique.partition(".")[0], [])
        subs += [technique] if "." in technique else []
    entries = [
        {"technique": parent, **({"subTechniques": subs} if subs else {})}
        for parent, subs in parents.items()
    ]
    return [{"tactic": name, "techniques": entries}]
