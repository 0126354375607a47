"""Rules for OpenSearch Security Analytics, which imports Sigma and compiles it itself.

What it takes was read from opensearch-project/security-analytics (main, July 2026):
`rules/objects/SigmaRule.java`, `SigmaDetection.java`, `rules/modifiers/SigmaModifierFacade.java`,
`src/main/grammars/Condition.g4`, `rules/backend/OSQueryBackend.java`, and the form of its dashboard
(security-analytics-dashboards-plugin, `public/utils/validation.ts`). A rule has one log type, given
when it is posted; it looks at all events of that type, so that channel and event ids of the Windows
log sources are written into the rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from sigmapack.compiling import conversion
from sigmapack.compiling.compile import resolved
from sigmapack.compiling.product import Artifact, Query
from sigmapack.content import response
from sigmapack.content.model import Content, LogSource, Rule, Sources
from sigmapack.targets.opensearch import urls
from sigmapack.targets.opensearch.fields import named
from sigmapack.targets.yaml_text import dump

TEXT = ("contains", "startswith", "endswith", "base64", "base64offset", "wide", "windash")
MODIFIERS = frozenset((*TEXT, "re", "cidr", "all", "lt", "lte", "gt", "gte"))
KEYS = ("title", "id", "status", "description", "references", "author", "date", "tags")
#: Sigma's product or category -> the log type of Security Analytics.
LOG_TYPES = {
    "windows": "windows",
    "linux": "linux",
    "macos": "others_macos",
    "zeek": "network",
    "dns": "dns",
    "proxy": "others_proxy",
    "firewall": "network",
    "antivirus": "others_application",
}
STATUS = {"stable", "test", "experimental", "deprecated", "unsupported"}
LONGEST_TITLE = 256
LONGEST_DESCRIPTION = 65_535


def files(content: Content, queries: Sequence[Query]) -> list[Artifact]:
    """A file a rule, and `index.json` with log types, fields, and what was left out and why."""
    ready = resolved(content).rules
    plain = {r.path + r.name: r if r.is_correlation else urls.plain(r) for r in ready}
    found, index, left = [], [], []
    for query in sorted(queries, key=lambda query: query.rule.name):
        rule = plain[query.rule.path + query.rule.name]
        document = {} if rule.is_correlation else converted(content, rule)
        reason = refusal(rule, document) or query.reason * (not query.path)
        if reason:
            left.append({"rule": rule.name, "id": rule.id, "reason": reason})
            continue
        name = f"{PurePosixPath(query.path).stem}.yml"
        found.append(Artifact(f"security_analytics/{name}", dump(document).encode()))
        index.append(
            {
                "rule": rule.name,
                "id": rule.id,
                "file": name,
                "category": log_type(rule),
                "fields": sorted(conversion.fields(rule.with_document(document))),
            }
        )
    listed = json.dumps({"rules": index, "left_out": left}, indent=1) + "\n"
    return [*found, Artifact("security_analytics/index.json", listed.encode())]


def log_type(rule: Rule) -> str:
    """The log type of a rule; empty where Security Analytics has none."""
    return LOG_TYPES.get(rule.logsource.product or rule.logsource.category or "", "")


def converted(content: Content, rule: Rule) -> dict[str, Any]:
    """The rule as it is posted: description and author are needed, dates are text.

    Guidance goes into the description, in one line, as the form of the dashboard wants it.
    """
    source = rule.copy()
    source["description"] = " ".join(response.plain(content, rule).split())
    document = {key: source[key] for key in KEYS if source.get(key)}
    document["title"] = rule.title
    document["date"] = str(source.get("date", ""))
    known = LogSource._fields  # its model has no `definition`
    document["logsource"] = {
        key: source["logsource"][key] for key in known if key in source["logsource"]
    }
    found = detection(source["detection"], rule, content.sources)
    document["detection"] = named(found, log_type(rule))
    document["falsepositives"] = [str(text) for text in source.get("falsepositives") or ()]
    return document | {"level": rule.level}


def detection(found: dict[str, Any], rule: Rule, sources: Sources) -> dict[str, Any]:
    """The detection, for Windows with the channels and event ids of its log source."""
    events = sources.events(rule.logsource) if rule.logsource.product == "windows" else None
    if not events:
        return found
    origin: list[dict[str, Any]] = []
    for name, ids in events:
        one: dict[str, Any] = {"Channel": sources.sources[name]["channel"]}
        origin.append(one | ({"EventID": list(ids)} if ids else {}))
    condition = f"log_source and ({found.pop('condition')})"
    return {**found, "log_source": origin, "condition": condition}


def refusal(rule: Rule, document: Mapping[str, Any]) -> str:
    """Why Security Analytics would refuse or misread a rule; empty where it takes it."""
    if rule.is_correlation:
        return (
            "a correlation: Security Analytics has rules on single events, and its own correlations"
        )
    if not log_type(rule):
        return f"Security Analytics has no log type for {rule.logsource.key}"
    if not 0 < len(rule.title) <= LONGEST_TITLE:
        return f"a title may have {LONGEST_TITLE} characters"
    if not 0 < len(document.get("description", "")) <= LONGEST_DESCRIPTION:
        return f"a description must have 1 to {LONGEST_DESCRIPTION:,} characters"
    if not document.get("author") or document.get("status") not in STATUS:
        return "author and status must be given"
    if any("." not in tag for tag in rule.tags):
        return "a tag without a namespace"
    condition = str(document["detection"]["condition"])
    if re.search(r"\bthem\b", condition) or "|" in condition:
        return "a condition on `them`, or with an aggregation"
    if re.search(r"\bnot\s*\([^)]*\bnot\b", condition):
        return "a negation within a negation, which Security Analytics compiles wrongly"
    return next(_misread(document["detection"]), "")


def _misread(found: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with items and values."""
    for name, selection in found.items():
        if name == "condition":
            continue
        for part in selection if isinstance(selection, list) else [selection]:
            if not isinstance(part, Mapping):
                yield f"{name}: values without a field, which its monitors do not search"
                continue
            for key, value in part.items():
                yield from _item(str(key), value if isinstance(value, list) else [value])


def _item(key: str, values: Sequence[Any]) -> Iterator[str]:
    modifiers = set(key.split("|")[1:])
    if modifiers - MODIFIERS:
        yield f"{key}: no modifier {', '.join(sorted(modifiers - MODIFIERS))}"
    if "re" in modifiers:
        yield f"{key}: its expressions are Lucene's, anchored and with another syntax"
    for value in values:
        if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**31):
            yield f"{key}: the number {value} would be dropped"
        if value == "" and modifiers & {"contains", "startswith", "endswith"}:
            yield f"{key}: an empty string"
