"""OpenSearch: alerting monitors, and rules for Security Analytics, with a README for both.

Monitors: https://docs.opensearch.org/latest/observing-your-data/alerting/api/ and the classes that
parse them (opensearch-project/common-utils, org.opensearch.commons.alerting.model: Monitor,
SearchInput, QueryLevelTrigger, Action, Throttle). A monitor's search is a mustache template, in
which `period_end` is the time of the run in milliseconds.

A monitor is of the bucket level, with a bucket for each host or client, which has an alert of its
own for as long as it is found: a search may look back far without telling of it again. Of the query
level there is one alert for all, and a message that lists the latest events: more hosts than that,
or another one while the alert is active, are not named.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence, Set
from pathlib import PurePosixPath
from typing import Any

from sigmapack.compiling.product import Artifact, Query, TooLarge, each, gathered
from sigmapack.content import response
from sigmapack.content.model import Content, Rule
from sigmapack.targets.ecs.entity import subject
from sigmapack.targets.opensearch import readme, rules
from sigmapack.targets.schedules import DAY, LATEST, window

#: Level -> severity of a trigger, 1 is the highest.
SEVERITY = {"critical": 1, "high": 2, "medium": 3, "low": 4, "informational": 5}
#: Bytes that an inline script or template may have (`script.max_size_in_bytes`, its default).
LONGEST = 65_535
#: Minutes that a finding lasts after its last event.
LASTS = 2 * DAY
#: What the buckets are called.
BUCKETS = "affected"
#: The notification channel that a site makes, or whose name it replaces in all files.
CHANNEL = "threecx-notify"
NAMESPACE = uuid.UUID("4b1f9a2c-90c5-4e0e-8c0a-5d7f5f6e2a18")


def files(
    content: Content, queries: Sequence[Query], indices: Mapping[str, Sequence[str]]
) -> list[Artifact]:
    """Monitors, rules for Security Analytics and `README.md`.

    Args:
        content: what was read.
        queries: the queries of the target.
        indices: a rule's name -> its index patterns.

    Raises:
        Refusals: rules that exceed a limit of OpenSearch.
    """
    told = gathered(content, queries)

    def made(query: Query) -> Artifact:
        text = json.dumps(monitor(content, query, indices[query.rule.name], told), indent=1)
        path = f"monitors/{PurePosixPath(query.path).stem}.json"
        return Artifact(path, f"{text}\n".encode())

    found = each([query for query in queries if query.path], made)
    page = Artifact(
        "README.md", readme.readme(content.sources.own(CHANNEL, "-"), content.words).encode()
    )
    return [*found, *rules.files(content, queries), page]


def monitor(
    content: Content, query: Query, indices: Sequence[str], told: Set[str] = frozenset()
) -> dict[str, Any]:
    """The body of `POST _plugins/_alerting/monitors`, switched off.

    A finding looks back over two days: its alert is the same for as long as it sees something.

    Args:
        content: what was read.
        query: the rule's query.
        indices: its index patterns.
        told: names of the rules of which a finding tells.
    """
    every, _ = window(query.rule)
    back = every + (LASTS if query.rule.is_finding else LATEST)
    search = {
        "size": 10,
        "sort": [{"@timestamp": {"order": "desc", "unmapped_type": "date"}}],
        "query": {"bool": {"filter": [period(back), condition(query)]}},
        "aggregations": {BUCKETS: {"composite": buckets(content, query.rule)}},
    }
    checked(query.rule, "query", json.dumps(search))
    return {
        "type": "monitor",
        "name": query.rule.called,
        "monitor_type": "bucket_level_monitor",
        "enabled": False,
        "schedule": {"period": {"interval": every, "unit": "MINUTES"}},
        "inputs": [{"search": {"indices": list(indices), "query": search}}],
        "triggers": [{"bucket_level_trigger": trigger(content, query.rule, told)}],
    }


def buckets(content: Content, rule: Rule) -> dict[str, Any]:
    """A bucket for each host or client; the plugin asks for page after page of them."""
    return {"size": 1000, "sources": [{"name": {"terms": {"field": subject(content, rule)}}}]}


def period(back: int) -> dict[str, Any]:
    """The time that a run looks at; `format` because the end is in milliseconds."""
    limits = {"gte": f"{{{{period_end}}}}||-{back}m", "lte": "{{period_end}}"}
    return {"range": {"@timestamp": {**limits, "format": "epoch_millis"}}}


def condition(query: Query) -> dict[str, Any]:
    """The compiled query as it stands in its file.

    Raises:
        ValueError: it has the braces of a template.
    """
    if "{{" in query.text:
        raise TooLarge("OpenSearch takes `{{` of the query for a template")
    return {"query_string": {"query": query.text, "analyze_wildcard": True}}


def trigger(content: Content, rule: Rule, told: Set[str]) -> dict[str, Any]:
    """Any event of a bucket triggers; the message carries the response guidance.

    Weak evidence (rules for hunting, and informational ones), and what a finding tells of, stands
    on the page of alerts and tells nobody.
    """
    message = MESSAGE.format(guidance=re.sub(r"\{(?=\{)", "{ ", response.plain(content, rule)))
    checked(rule, "message", message)
    return {
        "id": identifier(rule, "trigger"),
        "name": "Events found",
        "severity": str(SEVERITY[rule.level]),
        "condition": {
            "buckets_path": {"events": "_count"},
            "parent_bucket_path": BUCKETS,
            "script": {"source": "params.events > 0", "lang": "painless"},
            "gap_policy": "skip",
        },
        "actions": []
        if not rule.alerts or rule.name in told
        else [
            {
                "id": identifier(rule, "action"),
                "name": "Notify",
                "destination_id": content.sources.own(CHANNEL, "-"),
                "subject_template": {"source": SUBJECT, "lang": "mustache"},
                "message_template": {"source": message, "lang": "mustache"},
                "throttle_enabled": False,
                "action_execution_policy": {
                    "action_execution_scope": {"per_alert": {"actionable_alerts": ["NEW"]}}
                },
            }
        ],
    }


def checked(rule: Rule, what: str, text: str) -> None:
    """Compare a template with OpenSearch's limit.

    Raises:
        ValueError: it is longer.
    """
    size = len(text.encode())
    if size > LONGEST:
        raise TooLarge(
            f"its {what} has {size:,} bytes in an OpenSearch monitor, whose templates "
            f"may have {LONGEST:,} (script.max_size_in_bytes): split the rule, or refuse it for "
            "opensearch in waivers.toml"
        )


def identifier(rule: Rule, what: str) -> str:
    """The same identifier in every build."""
    return str(uuid.uuid5(NAMESPACE, f"{rule.id} {what}"))


SUBJECT = "[severity {{ctx.trigger.severity}}] {{ctx.monitor.name}}"
MESSAGE = """\
{{{{ctx.monitor.name}}}}, found at {{{{ctx.periodEnd}}}}:
{{{{#ctx.newAlerts}}}}
- {{{{bucket_keys}}}}
{{{{/ctx.newAlerts}}}}

{guidance}

Latest events of all:
{{{{#ctx.results.0.hits.hits}}}}
- {{{{_source.@timestamp}}}} {{{{_source.host.name}}}} {{{{_source.source.ip}}}}
  {{{{_index}}}} {{{{_id}}}}
{{{{/ctx.results.0.hits.hits}}}}
"""
