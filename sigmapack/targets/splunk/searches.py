"""Saved searches of the Splunk app: schedule, alert, and silence after it.

Settings and limits: savedsearches.conf.spec of Splunk 10.4 (Admin manual, "savedsearches.conf").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

from sigmapack.compiling.product import Query, TooLarge
from sigmapack.content import response
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.targets.splunk import actions, correlation, entities
from sigmapack.targets.splunk.timing import Timing, timing

#: The app's id, and the folder that it is installed in; a client's has the client's before it.
APP = "threecx_detection_pack"
#: Longest name of a saved search (Splunk Web refuses more).
LONGEST_NAME = 99
#: Level -> `alert.severity`, which Splunk Web shows as Info, Low, Medium, High and Critical.
SEVERITY: Mapping[str, int] = {
    "critical": 5,
    "high": 4,
    "medium": 3,
    "low": 2,
    "informational": 1,
}


def name(rule: Rule) -> str:
    """The name of a rule's saved search.

    Raises:
        TooLarge: it is longer than Splunk takes.
    """
    # A bracket would end the header of a stanza.
    found = f"3CX pack - {rule.called.replace('[', '(').replace(']', ')')}"
    if len(found) > LONGEST_NAME:
        raise TooLarge(
            f"its name {found!r} has {len(found)} characters, Splunk takes {LONGEST_NAME}: "
            "shorten the title"
        )
    return found


def folded(text: str) -> str:
    """A value of several lines as .conf files write it: a backslash before each line's end.

    A line's own last backslash would add the next line to the value: it gets a full stop behind.
    """
    lines = re.split(r"\r\n|\n|\r", text.rstrip("\r\n"))
    return "\\\n".join(f"{line}." if line.endswith("\\") else line for line in lines)


def setting(key: str, value: str) -> str:
    """A line of a stanza, or several that are one; nothing else writes one."""
    return f"{key} = {folded(value)}"


def whom(rule: Rule) -> list[str]:
    """The fields of a result that name the host or client: what an alert is suppressed by."""
    if rule.is_correlation:
        return correlation.keys(read_correlation(rule))
    return [entities.machine(rule.logsource)]


def stanza(content: Content, query: Query, told: Set[str] = frozenset()) -> str:
    """A rule's stanza of savedsearches.conf.

    Args:
        content: what was read.
        query: the rule's query.
        told: names of the rules of which a finding tells.
    """
    rule = query.rule
    runs = rule.alerts and rule.name not in told
    fields = whom(rule)
    when = timing(content, rule)
    settings = {
        "search": query.text,
        "description": response.plain(content, rule),
        "disabled": "1",
        **schedule(runs, when),
        **alert(rule, when, fields),
        "request.ui_dispatch_app": content.sources.own(APP),
        **actions.actions(content, query, name(rule), fields),
    }
    lines = [setting(key, value) for key, value in settings.items() if value]
    return "\n".join([f"[{name(rule)}]", *lines])


def schedule(runs: bool, when: Timing) -> dict[str, str]:
    """When a search runs, and over which time.

    Continuously (`realtime_schedule`), since a run that is skipped leaves a gap that no later run
    looks into. Searches of one interval start at different minutes already, and are spread over
    the seconds of theirs. What is for hunting or information, or what a finding tells of, runs when
    somebody runs it: alone, its hits would stand among the triggered alerts.
    """
    return {
        "enableSched": "1" if runs else "0",
        "cron_schedule": when.cron,
        "realtime_schedule": "0",
        "schedule_window": when.window,
        "allow_skew": "1m",
        "dispatch.earliest_time": when.earliest,
        "dispatch.latest_time": when.latest,
        "dispatch.index_earliest": when.index_earliest,
    }


def alert(rule: Rule, when: Timing, fields: list[str]) -> dict[str, str]:
    """Each result alerts by itself, and then not again for its host until it is out of sight.

    Fields to suppress by are for alerts of single results (`alert.digest_mode = 0`); what is about
    no single host has one result, which is suppressed as a whole.
    """
    return {
        "counttype": "number of events",
        "relation": "greater than",
        "quantity": "0",
        "alert.track": "1",
        "alert.severity": str(SEVERITY[rule.level]),
        "alert.digest_mode": "0" if fields else "1",
        "alert.suppress": "1",
        "alert.suppress.fields": ",".join(fields),
        "alert.suppress.period": f"{when.silent}m",
    }
