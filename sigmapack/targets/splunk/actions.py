"""Enterprise Security's actions of a saved search: annotations, risk, notable event, drilldowns.

Names and shapes as splunk/contentctl writes them (contentctl/output/templates/
savedsearches_detections.j2, contentctl/objects/rba.py and drilldown.py); which kind of search does
what as splunk/security_content has it (deployments/*.yml): a correlation makes a notable only,
since its members have counted the risk already; strong evidence makes both, weak evidence risk
only, and what is for hunting or mere information neither. A finding is evidence, and counts in
place of the rules that it gathers, whose searches do not run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from sigmapack.compiling.product import Query
from sigmapack.content import response
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, LogSource, Rule
from sigmapack.targets.splunk import correlation, entities

#: Level -> what a hit adds to the risk of its host.
SCORES: Mapping[str, int] = {"critical": 90, "high": 70, "medium": 40, "low": 20}
NOTABLE = ("critical", "high", "medium")
#: The fields that Enterprise Security takes a notable's machines from. By itself it also takes
#: `orig_host`, the event's `host`: the collector of forwarded events, the console of Macs
#: (https://docs.ansible.com/ansible/latest/collections/splunk/es/adaptive_response_notable_event_module.html).
ASSETS = ("src", "dest")
#: Of the time that the search looked at.
WINDOW = {"earliest_offset": "$info_min_time$", "latest_offset": "$info_max_time$"}
NETWORK = ("dns", "proxy", "firewall")
TOKEN = re.compile(r"\$[\w.:]+(?:\|\w+)?\$")


def scores(rule: Rule) -> bool:
    """Whether a hit adds to a host's risk."""
    counts = rule.is_finding or not rule.is_correlation
    return counts and not rule.is_hunting and rule.level in SCORES


def notable(rule: Rule) -> bool:
    """Whether a hit makes a notable event."""
    confirms = rule.is_correlation and not rule.is_finding
    return not rule.is_hunting and (confirms or rule.level in NOTABLE)


def actions(content: Content, query: Query, label: str, fields: list[str]) -> dict[str, str]:
    """The settings of Enterprise Security; without it they do nothing."""
    rule = query.rule
    techniques = sorted(
        tag.removeprefix("attack.").upper() for tag in rule.tags if tag.startswith("attack.t")
    )
    found = {
        "action.correlationsearch.enabled": "1",
        "action.correlationsearch.label": label,
        "action.correlationsearch.annotations": json.dumps({"mitre_attack": techniques}),
    }
    if scores(rule):
        found |= {
            "action.risk": "1",
            "action.risk.param._risk": json.dumps(risk(content, rule, fields)),
            "action.risk.param._risk_message": titled(content, rule, fields),
            "action.risk.param._risk_score": "0",
        }
    if notable(rule):
        found |= {
            "action.notable": "1",
            "action.notable.param.rule_title": titled(content, rule, fields),
            "action.notable.param.rule_description": response.description(rule),
            "action.notable.param.security_domain": domain(content, rule),
            "action.notable.param.severity": rule.level,
            "action.notable.param.extract_assets": json.dumps(ASSETS),
            "action.notable.param.drilldown_searches": json.dumps(
                drilldowns(content, query, fields)
            ),
            "action.notable.param.next_steps": json.dumps(
                {"version": 1, "data": response.plain(content, rule)}
            ),
        }
    return found


def titled(content: Content, rule: Rule, fields: list[str]) -> str:
    """The rule's title and whom it is about, by the fields of the result."""
    title = rule.title.replace("$", "")  # what is between two of them is a field of the result
    where = ", ".join(f"${field}$" for field in fields)
    return content.words("{title} on {where}", title=title, where=where) if fields else title


def risk(content: Content, rule: Rule, fields: list[str]) -> list[dict[str, object]]:
    """Whose risk grows, and by what: the host or client, then what matched there."""
    objects: list[dict[str, object]] = [
        {
            "risk_object_field": field,
            "risk_object_type": "system",
            "risk_score": SCORES[rule.level],
        }
        for field in fields
    ]
    told = {name for each in _events(content, rule) for name in entities.told(each.logsource)}
    threats = [name for name in entities.THREATS if name in told]
    return objects + [
        {"threat_object_field": name, "threat_object_type": entities.THREATS[name]}
        for name in threats
    ]


def domain(content: Content, rule: Rule) -> str:
    """Enterprise Security's domain of a rule: the network's where only its logs are asked."""
    far = all(_far(member.logsource) for member in _events(content, rule))
    return "network" if far else "endpoint"


def _events(content: Content, rule: Rule) -> list[Rule]:
    """The rules whose events a search is about: itself, or a correlation's members."""
    if not rule.is_correlation:
        return [rule]
    names = read_correlation(rule).members
    return [content.by_name[name] for name in names if name in content.by_name]


def _far(source: LogSource) -> bool:
    return source.product == "zeek" or source.category in NETWORK


def drilldowns(content: Content, query: Query, fields: list[str]) -> list[dict[str, str]]:
    """Searches that open what matched on the host, and what else the pack has scored there."""
    shown = " and ".join(f"${field}$" for field in fields)
    same = "".join(f' {field}="${field}$"' for field in fields)
    text = query.bare.strip()
    if query.rule.is_correlation:
        text = correlation.events(text)
    if not fields:
        found = {"name": content.words("What matched"), "search": text, **WINDOW}
        return [found] * (not TOKEN.search(text))
    called = content.words("What matched on {where}", where=shown)
    found = {"name": called, "search": f"{text}\n| search{same}", **WINDOW}
    return [
        # Enterprise Security puts fields of the event where a value looks like one of its tokens.
        *([] if TOKEN.search(text) else [found]),
        {
            "name": content.words("What else was scored on {where} in 30 days", where=shown),
            "search": f'index=risk earliest=-30d latest=now risk_object="${fields[0]}$"'
            "\n| table _time search_name risk_score risk_message threat_object",
        },
    ]
