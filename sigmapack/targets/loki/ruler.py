"""Groups of alerting rules for Loki's ruler.

Format: https://grafana.com/docs/loki/latest/alert/ (Prometheus' rule files with LogQL). A file is a
namespace, both for `lokitool rules load` and in the ruler's own folder. There is no switch in the
format: nothing alerts until a file is loaded, and what nobody has to look at is a file of its own.
The severity is a label, for Alertmanager's routes. An alert is one for as long as its series is
there, so that looking further back raises nothing twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sigmapack.compiling.product import Artifact, Query, TooLarge, each, gathered, once
from sigmapack.content import response
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.content.words import Words, noted
from sigmapack.targets.loki.fields import field_map, who
from sigmapack.targets.schedules import LATEST, window
from sigmapack.targets.yaml_text import dump

#: Bytes from which on Loki parses no query (`maxInputSize` in pkg/logql/syntax/parser.go, 3.7.8).
LONGEST = 131_072


def files(content: Content, queries: Sequence[Query]) -> list[Artifact]:
    """`rules/threecx_detection.yaml`, `threecx_hunting.yaml` and `threecx_single_logs.yaml`.

    In the last is what a finding tells of.

    Raises:
        Refusals: a query is longer than Loki takes, or two alerts have one name.
    """
    shipped = [query for query in queries if query.path]
    named = once(shipped, "an alert of Loki")
    alerts = each(shipped, lambda query: (named(query), alert(content, query))[1])
    made = dict(zip((query.rule.name for query in shipped), alerts, strict=True))
    found = []
    told = gathered(content, shipped)
    parts: dict[str, list[Query]] = {name: [] for name in HEAD}
    for query in shipped:
        single = "single_logs" if query.rule.name in told else "detection"
        parts[single if query.rule.alerts else "hunting"].append(query)
    for name, chosen in parts.items():
        if chosen:
            text = dump({"groups": groups(chosen, made, content.sources.own("threecx"))})
            found.append(
                Artifact(
                    f"rules/{content.sources.own('threecx')}_{name}.yaml",
                    (head(name, content.words) + text).encode(),
                )
            )
    return found


def groups(
    queries: Sequence[Query], alerts: Mapping[str, Any], pack: str = "threecx"
) -> list[dict[str, Any]]:
    """Groups by log source and interval; the rules of a group run one after the other.

    Args:
        queries: those of one file.
        alerts: a rule's name -> its alerting rule.
        pack: how the names of the groups begin.
    """
    found: dict[str, dict[str, Any]] = {}
    for query in sorted(queries, key=lambda query: query.rule.name):
        every = window(query.rule)[0]
        name = f"{pack}_{source(query.rule)}_{every}m"
        group = found.setdefault(name, {"name": name, "interval": f"{every}m", "rules": []})
        group["rules"].append(alerts[query.rule.name])
    return [found[name] for name in sorted(found)]


def source(rule: Rule) -> str:
    """The log source of a rule as a part of a group's name."""
    if rule.is_correlation:
        return "finding" if rule.is_finding else "correlation"
    parts = (rule.logsource.product, rule.logsource.category or rule.logsource.service)
    return re.sub(r"\W+", "_", "_".join(filter(None, parts)))


def alert(content: Content, query: Query) -> dict[str, Any]:
    """One alerting rule.

    Raises:
        TooLarge: its query is longer than Loki takes.
    """
    rule = query.rule
    size = len(expression(query).encode())
    if size >= LONGEST:
        raise TooLarge(
            f"its LogQL alert has {size:,} bytes, and Loki parses less than {LONGEST:,}: split "
            "the rule"
        )
    tags = [tag.removeprefix("attack.").upper() for tag in rule.tags if tag.startswith("attack.t")]
    labels = {
        "severity": rule.level,
        "rule_id": rule.id,
        "rule_name": rule.name,
        "purpose": "detection" if rule.alerts else "hunting",
    }
    if tags:
        labels["techniques"] = " ".join(sorted(tags))
    annotations = {
        "summary": f"{literal(rule.title)}: {affected(query)}",
        "description": literal(response.description(rule)),
        "response": literal(guidance(content, rule)),
        "runbook": literal(content.words(RUN, path=query.path)),
    }
    return {
        "alert": rule.called,
        "expr": expression(query),
        "for": "0s",
        "labels": {**{name: literal(value) for name, value in labels.items()}, **host(rule)},
        "annotations": {name: text for name, text in annotations.items() if text},
    }


def several(rule: Rule) -> bool:
    """Whether an alert is over several hosts or clients, and its series has a label for none."""
    return rule.is_correlation and not read_correlation(rule).group_by


def host(rule: Rule) -> dict[str, str]:
    """The host or client as one label for all rules, so that Alertmanager can group by it."""
    return {} if several(rule) else {"host": f"{{{{ $labels.{host_label(rule)} | toLower }}}}"}


def affected(query: Query) -> str:
    """The host or client of an alert, as a template.

    Where there are several, the alert's text asks Loki for all. The function `query` of Prometheus'
    templates runs LogQL in Loki's ruler (`QueryFunc` in pkg/ruler/compat.go, 3.7.8).
    """
    if not several(query.rule):
        return f"{{{{ $labels.{host_label(query.rule)} }}}}"
    counted = query.text.partition("count (\n")[2].rpartition("\n) ")[0]
    asked = json.dumps(counted, ensure_ascii=False)
    listed = f'{{{{ range query {asked} | sortByLabel "sigma_value" }}}}'
    return f"{listed}{{{{ .Labels.sigma_value }}}} {{{{ end }}}}"


def guidance(content: Content, rule: Rule) -> str:
    """The response guidance without the rule's description, which has an annotation of its own."""
    return response.plain(content, rule).removeprefix(response.description(rule)).lstrip("\n")


def host_label(rule: Rule) -> str:
    """The label of an alert that names the host or client."""
    if rule.is_correlation:
        return "sigma_key"
    name = who(rule)
    label = field_map(rule, name)[name]
    return label if isinstance(label, str) else label[0]


def expression(query: Query) -> str:
    """A metric query with the text of the query's file in it.

    A log query is counted by host over its window; a correlation is a metric query already, and so
    is a finding, which looks over the window of a log query. What would keep an alert firing for
    longer, `keep_firing_for`, is lost: Loki's description of a rule has no place for it
    (pkg/ruler/rulespb/rules.proto). Loki takes entries up to an hour after newer ones of their
    stream (https://grafana.com/docs/loki/latest/configure/#accept-out-of-order-writes), and later
    ones of a stream that was silent.
    """
    span = window(query.rule)[0] + LATEST
    if query.rule.is_finding:
        return query.text.replace(f"[{read_correlation(query.rule).seconds}s]", f"[{span}m]")
    if query.rule.is_correlation:
        return query.text
    label = host_label(query.rule)
    return f"sum by ({label}) (count_over_time(\n{query.text}[{span}m])) > 0\n"


def literal(text: str) -> str:
    """Text in which Alertmanager's templates find nothing to fill in."""
    return text.replace("{{", '{{ "{{" }}')


RUN = noted("Run {path} over the hours before the alert to see the events.")


def head(name: str, words: Words) -> str:
    """What stands above the rules of a file: what they are, and how they are loaded."""
    return words(ABOUT, which=words(HEAD[name]))


ABOUT = noted(
    """\
# Alerts of the 3CX detection pack for Loki's ruler: {which}.
# 1. Load:  lokitool rules load --address=<Loki> --id=<tenant> <this file>
#    or put the file into <ruler storage>/<tenant>/ and reload.
# 2. Set: the streams (`{{job="windows"}}` and the like) are those of sigmapack/logsources.toml.
# 3. See that it works: GET <Loki>/prometheus/api/v1/rules must show every rule with "health": "ok".
"""
)
HEAD = {
    "detection": noted("rules that alert"),
    "hunting": noted("for hunting, weak evidence or none; load them only where wanted"),
    "single_logs": noted(
        "one log each, of which the findings among the rules that alert tell once for a host or"
        " client; load them only in place of those"
    ),
}
