"""Kibana's detection rules: one NDJSON file for "Import rules", every rule switched off.

Fields: https://www.elastic.co/docs/api/doc/kibana/operation/operation-importrules and the rule
schemas of elastic/detection-rules. One language a rule: a sequence or a condition in EQL where it
can be said, else ES|QL, else Lucene; and one indicator match rule on the pack's own indicators.
"""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Mapping, Sequence, Set
from typing import Any

from sigmapack.compiling.product import Artifact, Query, Refusals, each, gathered
from sigmapack.content import response
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.targets.ecs import lookups
from sigmapack.targets.ecs.entity import subject
from sigmapack.targets.elastic import guides, windows
from sigmapack.targets.elastic.attack import threat
from sigmapack.targets.elastic.columns import integrations, required, shown, sources
from sigmapack.targets.elastic.tags import tags
from sigmapack.targets.schedules import LATE, SILENT

AUTHOR = ["3CX Detection Pack Maintainers"]
LICENSE = "Apache-2.0"
NAMESPACE = uuid.UUID("0c6d1d5c-6a5c-4d0e-8d0a-9f6a3f0e7b61")
#: Level -> Kibana's severity, risk score, minutes between runs.
LEVELS: Mapping[str, tuple[str, int, int]] = {
    "critical": ("critical", 99, 5),
    "high": ("high", 73, 5),
    "medium": ("medium", 47, 5),
    "low": ("low", 21, 60),
    "informational": ("low", 5, 60),
}
#: What one import takes (xpack.securitySolution.maxRuleImportExportSize, maxRuleImportPayloadBytes:
#: https://www.elastic.co/docs/reference/kibana/configuration-reference/security-settings).
MOST_RULES, MOST_BYTES = 10_000, 10_485_760
PREFERRED = ("eql", "esql", "lucene")
#: The time that a run goes by, where it is there: what came late is seen all the same. Not for
#: sequences, whose order it would be (https://github.com/elastic/detection-rules/pull/1907).
OVERRIDE = "event.ingested"
#: The table whose index drives a rule.
DRIVEN = "ioc_domains"
#: The setup guide of the indicator match rule: with both, each lookup alerts twice.
INSTEAD = (
    "Needs: the indicator index, loaded with the files of the package, and any log of DNS in ECS. "
    "Enable it in place of the rules on campaign domains in DNS logs, not beside them: it follows "
    "the index, they hold the names. It compares whole names and registered domains."
)


def rules(
    content: Content, queries: Sequence[Query], indices: Mapping[str, Sequence[str]]
) -> Artifact:
    """`rules.ndjson`: every rule that Elastic can say, in the order of the rules' names.

    Args:
        content: what was read.
        queries: the queries of the target, all languages.
        indices: a rule's name -> its index patterns.

    Raises:
        Refusals: rules beyond what Kibana imports at once.
    """
    by_rule: dict[str, dict[str, Query]] = {}
    for query in queries:
        if query.path:
            by_rule.setdefault(query.rule.name, {})[query.language] = query
    chosen = []
    for _, languages in sorted(by_rule.items()):
        language = preferred(languages)
        chosen.append(languages[language])
    told = gathered(content, chosen)
    lines = each(chosen, lambda q: line(rule(content, q, indices.get(q.rule.name, ()), told)))
    driven = content.sources.own(DRIVEN) in content.lookups
    match = [line(indicator_match(content))] if driven else []
    rules, room = MOST_RULES - len(match), MOST_BYTES - sum(map(len, match))
    for fit, size in enumerate(itertools.accumulate(map(len, lines)), 1):
        if fit > rules or size > room:
            reason = (
                f"rules.ndjson: {len(lines):,} rules in {sum(map(len, lines)):,} bytes, Kibana "
                f"imports {MOST_RULES:,} in {MOST_BYTES:,} at once: build fewer rules with --rules"
            )
            beyond = {query.rule.name for query in chosen[fit - 1 :]}
            over = [query for query in queries if query.path and query.rule.name in beyond]
            raise Refusals([(query, reason) for query in over])
    return Artifact("rules.ndjson", b"".join([*lines, *match]))


def line(entry: Mapping[str, Any]) -> bytes:
    """A rule as a line of the file."""
    return (json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n").encode()


def preferred(languages: Mapping[str, Query]) -> str:
    """The language of a rule: EQL counts rows, and several sensors write a row of one contact.

    Of a finding one that has all of its rules, where any has: it tells of them instead of them.
    """
    first = next(iter(languages.values())).rule
    counts = spans(first) and read_correlation(first).type == "event_count"
    able = [one for one in PREFERRED if one in languages and not (counts and one == "eql")]
    whole = [one for one in able if languages[one].outcome == "ok"] if first.is_finding else []
    return (whole or able)[0]


def spans(rule: Rule) -> bool:
    """Whether a rule is about several events."""
    return rule.is_correlation and not rule.is_finding


def rule(
    content: Content, query: Query, index: Sequence[str], told: Set[str] = frozenset()
) -> dict[str, Any]:
    """One rule as Kibana imports it.

    Args:
        content: what was read.
        query: the rule's query.
        index: its index patterns, where the query names none.
        told: names of the rules of which a finding tells.
    """
    found = common(content, query.rule)
    found |= {"query": query.text, "language": query.language}
    found["required_fields"] = required(query.text)
    if query.language == "esql":
        found["type"] = "esql"
        found["related_integrations"] = integrations(sources(query.text), query.text)
    else:
        found["type"] = "eql" if query.language == "eql" else "query"
        found["index"] = list(index)
        found["related_integrations"] = integrations(index, query.text)
    found["investigation_fields"] = {"field_names": shown(query.text)}
    if not query.rule.alerts or query.rule.name in told:
        found["building_block_type"] = "default"
    read = sources(query.text) if query.language == "esql" else index
    found["tags"] = tags(content, query.rule, found, read)
    if not (spans(query.rule) and query.language == "eql"):
        silent = suppression(content, query)
        found |= {"timestamp_override": OVERRIDE, "alert_suppression": silent}
    return found


def suppression(content: Content, query: Query) -> dict[str, Any]:
    """Which alerts are one: by the entity, for as long as the same events are looked at.

    Of an aggregating ES|QL query only the columns of its result can be named
    (https://github.com/elastic/security-docs/issues/5156); a list is told from others by its values
    in their order (https://github.com/elastic/security-docs/issues/5886). The alert of a sequence
    holds its own events, which Kibana does not alert on twice.
    """
    hours = SILENT // 60
    if spans(query.rule):
        hours = max(hours, -(-windows.back(read_correlation(query.rule).seconds) // 60))
    return {
        "group_by": [named_by(content, query)],
        "duration": {"value": hours, "unit": "h"},
        "missing_fields_strategy": "doNotSuppress",
    }


def named_by(content: Content, query: Query) -> str:
    """The field that names whom an alert is about."""
    if not spans(query.rule):
        return subject(content, query.rule)
    # A correlation shows the host of every event: what it is grouped by, or counts, comes last.
    ends = re.findall(r"^\| (?:RENAME \w+ AS|EVAL) (host\.name|source\.ip)\b", query.text, re.M)
    return str(ends[-1]) if ends else "host.name"


def common(content: Content, rule: Rule) -> dict[str, Any]:
    """What every type of rule has."""
    severity, score, every = LEVELS[rule.level]
    every = rule.every or every
    back = every + LATE
    if spans(rule):
        seconds = read_correlation(rule).seconds
        every, back = windows.interval(seconds), windows.back(seconds)
    return {
        "rule_id": rule.id,
        "name": rule.title,
        "description": response.description(rule),
        "severity": severity,
        "risk_score": score,
        "enabled": False,
        "interval": f"{every}m",
        "from": f"now-{back}m",
        "author": AUTHOR,
        "license": LICENSE,
        "version": 1,
        "max_signals": 100,
        "references": [str(link) for link in rule.document.get("references") or ()],
        "false_positives": [str(text) for text in rule.document.get("falsepositives") or ()],
        "threat": threat(content, rule),
        "note": guides.note(content, rule, rule.title),
        "setup": guides.setup(content, rule),
        "exceptions_list": [],
    }


def indicator_match(content: Content) -> dict[str, Any]:
    """A rule driven by the indicator index: lookups of names that stand there."""
    rule = content.by_name.get("dns_query_win_threecx_c2_domain")
    base = common(content, rule) if rule else {}
    own = content.sources.own
    name = own("3CX Campaign Domain Resolved, By The Indicator Index", " - ")
    found = {
        **base,
        "rule_id": str(uuid.uuid5(NAMESPACE, own("indicator match on dns.question.name", " "))),
        "name": name,
        "type": "threat_match",
        "timestamp_override": OVERRIDE,
        # An endpoint's event has a host, a resolver's a client: what is missing is a value too.
        "alert_suppression": {
            "group_by": ["host.name", "source.ip"],
            "duration": {"value": SILENT // 60, "unit": "h"},
            "missing_fields_strategy": "suppress",
        },
        "language": "kuery",
        "index": ["logs-*", "packetbeat-*", "winlogbeat-*", "filebeat-*"],
        "setup": guides.headed(content, INSTEAD),
        "query": "dns.question.name: *",
        "threat_index": [f"{lookups.index(content.sources)}*"],
        "threat_query": f"threat.feed.name: {own(DRIVEN)}",
        "threat_language": "kuery",
        "threat_indicator_path": "threat.indicator",
        "threat_mapping": [
            {
                "entries": [
                    {"field": name, "type": "mapping", "value": "threat.indicator.url.domain"}
                ]
            }
            for name in ("dns.question.name", "dns.question.registered_domain")
        ],
    }
    if rule:
        # It reads every log of DNS, whoever writes it.
        told = tags(content, rule, found, found["index"])
        plain = [one for one in told if not one.startswith(("Domain: ", "OS: "))]
        found |= {"tags": ["Domain: Network", *plain], "note": guides.note(content, rule, name)}
    return found
