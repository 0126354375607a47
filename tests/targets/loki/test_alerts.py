"""Rule groups for Loki's ruler: loaded by the ruler's own loader, and run on events."""

from __future__ import annotations

import json
import re

import pytest

from sigmapack.targets.loki import ruler
from tests.engines import corpus
from tests.engines.loki.engine import fired, rule_files
from tests.shapes.loki import documents
from tests.targets.loki.shipped import DETECTION, HUNTING, alerts, files, queries

pytestmark = pytest.mark.engines("loki")


def test_lokis_ruler_loads_the_files_and_finds_a_metric_query_in_every_alert() -> None:
    found = rule_files(files())
    assert {name: one.get("errors") for name, one in found.items()} == dict.fromkeys(files())
    loaded = [alert for one in found.values() for alert in one["rules"]]
    assert {alert["labels"]["rule_id"] for alert in loaded} == set(queries())
    for alert in loaded:
        assert alert["expr"] == alerts()[alert["labels"]["rule_id"]]["expr"]


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("    expr:", "    exprs:", "field exprs not found"),
        ("sum by (sigma_key) (", "sum by (sigma_key ", "could not parse expression"),
        ("      severity:", "      the-severity:", "invalid label name"),
        ("{{ $labels.sigma_key }}", "{{ $labels.sigma_key }", 'unexpected "}"'),
    ],
)
def test_the_ruler_refuses_a_wrong_file(right: str, wrong: str, why: str) -> None:
    text = files()[DETECTION]
    assert right in text
    (error, *_) = rule_files({"wrong": text.replace(right, wrong, 1)})["wrong"]["errors"]
    assert why in error


def test_a_log_query_is_no_alert() -> None:
    name = "threecx"
    group = {"name": name, "rules": [{"alert": name, "expr": '{job="windows"} | json'}]}
    found = rule_files({name: json.dumps({"groups": [group]})})
    assert found[name]["errors"] == [f"{name}: no metric query"]


def test_what_nobody_has_to_look_at_is_a_file_of_its_own() -> None:
    """A fixed build, which is informational, was an alert on every updated host, each day."""
    for path, alerting in ((DETECTION, True), (HUNTING, False)):
        found = rule_files({path: files()[path]})[path]["rules"]
        assert found
        for alert in found:
            assert queries()[alert["labels"]["rule_id"]].rule.alerts is alerting
            assert alert["labels"]["purpose"] == ("detection" if alerting else "hunting")


def test_an_alert_fires_on_the_first_event_of_its_rule_and_names_the_host() -> None:
    """Every log query as an alert, a second after the event; the host label must not be empty."""
    seen = set()
    for case in corpus.cases():
        query = next((q for q in queries().values() if q.rule.name == case.rule), None)
        shown = documents(case.event)
        if case.kind != "match" or query is None or not shown or case.rule in seen:
            continue
        seen.add(case.rule)
        (labels,) = fired(shown, {case.rule: ruler.expression(query)})[case.rule]
        assert labels[ruler.host_label(query.rule)], case.rule
        # Alertmanager can group by one name only, and rules of one host had five.
        (name,) = re.findall(r"\$labels\.(\w+) ", alerts()[query.rule.id]["labels"]["host"])
        assert labels[name], case.rule
    left = {q.rule.name for q in queries().values() if not q.rule.is_correlation} - seen
    assert left == set()


def test_the_alert_of_the_dns_server_names_its_client() -> None:
    """It named the server, on which nothing happened."""
    name = "win_dns_analytic_threecx_c2_domain"
    case = next(c for c in corpus.cases() if c.rule == name and c.kind == "match")
    (query,) = [q for q in queries().values() if q.rule.name == name]
    (labels,) = fired(documents(case.event), {name: ruler.expression(query)})[name]
    assert labels == {"Source": case.event.fields["Source"]}


def test_an_alert_over_several_hosts_asks_for_all_of_them() -> None:
    """It has no label of any host, and named nobody."""
    name = "correlation_threecx_c2_domain_several_hosts"
    (summary,) = [
        alert["annotations"]["summary"]
        for alert in alerts().values()
        if alert["labels"]["rule_name"] == name
    ]
    assert summary.endswith(' | sortByLabel "sigma_value" }}{{ .Labels.sigma_value }} {{ end }}')
    asked = json.loads(summary[summary.index('query "') + 6 : summary.rindex(" | sort")])
    case = next(c for c in corpus.cases() if c.rule == "dns_query_win_threecx_c2_domain")
    assert case.event.host is not None
    found = fired(documents(case.event), {name: asked})[name]
    assert found == [{"sigma_value": case.event.host.lower()}]


def test_an_alert_is_silent_after_its_window() -> None:
    case = next(c for c in corpus.cases() if c.rule == "dns_query_win_threecx_c2_domain")
    (query,) = [q for q in queries().values() if q.rule.name == case.rule]
    asked = {"alert": ruler.expression(query)}
    seconds = 1_000_000_000
    assert fired(documents(case.event), asked, 134 * 60 * seconds)["alert"]
    assert fired(documents(case.event), asked, 136 * 60 * seconds)["alert"] == []
