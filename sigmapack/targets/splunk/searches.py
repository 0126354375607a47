"""Saved searches of the Splunk app: schedule, suppression, and Enterprise Security's actions.

Settings: https://docs.splunk.com/Documentation/Splunk/latest/Admin/Savedsearchesconf; actions of
Enterprise Security: https://dev.splunk.com/enterprise/docs/devtools/enterprisesecurity.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sigmapack.compiling.product import Query, TooLarge
from sigmapack.content import response
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.targets.schedules import cron, minutes

APP = "threecx_detection_pack"
#: Longest name of a saved search (Splunk Web refuses more).
LONGEST_NAME = 99
#: Level -> severity (2 info to 5 severe), urgency in ES, risk score.
LEVELS: Mapping[str, tuple[int, str, int]] = {
    "critical": (5, "critical", 90),
    "high": (4, "high", 70),
    "medium": (3, "medium", 40),
    "low": (3, "low", 20),
    "informational": (2, "informational", 5),
}


def name(rule: Rule) -> str:
    """The name of a rule's saved search.

    Raises:
        ValueError: it is longer than Splunk takes.
    """
    found = f"3CX pack - {rule.title}"
    if len(found) > LONGEST_NAME:
        raise TooLarge(f"{rule.path}: {found!r} has more than {LONGEST_NAME} characters")
    return found


def folded(text: str) -> str:
    """A value of several lines as .conf files write it: a backslash before each line's end."""
    lines = text.rstrip("\n").split("\n")
    if any(line.endswith("\\") for line in lines):
        raise TooLarge(f"a line ends in a backslash: {text[:80]!r}")
    return "\\\n".join(lines)


def key_fields(rule: Rule) -> list[str]:
    """The fields of a result that name the host or client: what an alert is suppressed by."""
    if rule.is_correlation:
        return [f"sigma_{name}" for name in read_correlation(rule).group_by]
    if rule.logsource.product == "zeek":
        return ["id.orig_h"]
    return ["src"] if domain(rule) == "network" else ["host"]


def stanza(content: Content, query: Query) -> str:
    """A rule's stanza of savedsearches.conf."""
    rule = query.rule
    every, back = minutes(rule)
    severity, urgency, score = LEVELS[rule.level]
    fields = key_fields(rule)
    techniques = sorted(
        tag.removeprefix("attack.").upper() for tag in rule.tags if tag.startswith("attack.t")
    )
    risk = [
        {"risk_object_field": field, "risk_object_type": "system", "risk_score": score}
        for field in fields
    ]
    settings = {
        "search": folded(query.text),
        "description": folded(response.plain(content, rule)),
        "disabled": "1",
        "enableSched": "0" if rule.is_hunting else "1",
        "cron_schedule": cron(rule, every),
        "dispatch.earliest_time": f"-{back}m@m",
        "dispatch.latest_time": "now",
        "counttype": "number of events",
        "relation": "greater than",
        "quantity": "0",
        "alert.track": "1",
        "alert.severity": str(severity),
        "alert.suppress": "1" if fields else "0",
        "alert.suppress.fields": ",".join(fields),
        "alert.suppress.period": "86400s",
        "request.ui_dispatch_app": APP,
        "action.correlationsearch.enabled": "1",
        "action.correlationsearch.label": name(rule),
        "action.correlationsearch.annotations": json.dumps({"mitre_attack": techniques}),
        "action.risk": "1" if risk else "0",
        "action.risk.param._risk": json.dumps(risk),
        "action.risk.param._risk_message": rule.title,
        "action.risk.param._risk_score": "0",
        "action.notable": "1",
        "action.notable.param.rule_title": rule.title,
        "action.notable.param.rule_description": response.description(rule),
        "action.notable.param.security_domain": domain(rule),
        "action.notable.param.severity": urgency,
        "action.notable.param.drilldown_searches": drilldown(rule, fields),
        "action.notable.param.next_steps": next_steps(content, rule),
    }
    lines = [f"{key} = {value}" for key, value in settings.items() if value]
    return "\n".join([f"[{name(rule)}]", *lines])


def domain(rule: Rule) -> str:
    """Enterprise Security's domain of a rule."""
    network = ("dns", "proxy", "firewall")
    source = rule.logsource
    far = source.product == "zeek" or source.category in network
    return "network" if far or rule.stem.endswith(("_client", "_clients")) else "endpoint"


def drilldown(rule: Rule, fields: list[str]) -> str:
    """A search that opens all events of the host or client around the finding."""
    if not fields:
        return ""
    value = f"${fields[0]}$"
    search = f'index=* "{value}" | sort 0 _time'
    window = {"earliest_offset": "$info_min_time$", "latest_offset": "$info_max_time$"}
    return json.dumps([{"name": f"All events of {value}", "search": search, **window}])


def next_steps(content: Content, rule: Rule) -> str:
    """The response guidance in the form of a notable's next steps."""
    return json.dumps({"version": 1, "data": response.plain(content, rule)})
