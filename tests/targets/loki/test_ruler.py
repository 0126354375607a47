"""Rule groups for Loki's ruler: loaded by the ruler's own loader, and run on events."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.content.response import playbook
from sigmapack.targets.loki import TARGET, ruler
from tests.engines import corpus
from tests.engines.loki.engine import fired, rule_files
from tests.shapes.loki import documents
from tests.targets.sample import DOMAINS, LOOKUPS, MakeContent, rule

ROOT = Path(__file__).resolve().parents[3]
DETECTION, HUNTING = "rules/threecx_detection.yaml", "rules/threecx_hunting.yaml"


@cache
def queries() -> dict[str, Query]:
    return {q.rule.id: q for q in compile_target(load(ROOT), TARGET) if q.path}


@cache
def files() -> dict[str, str]:
    made = TARGET.package(load(ROOT), tuple(queries().values()))
    return {artifact.path: artifact.data.decode() for artifact in made}


@cache
def alerts() -> dict[str, dict[str, Any]]:
    """Rule id -> its alert, with the interval of its group, as a YAML reader sees it."""
    return {
        alert["labels"]["rule_id"]: {**alert, "interval": group["interval"]}
        for text in files().values()
        for group in yaml.safe_load(text)["groups"]
        for alert in group["rules"]
    }


def span(text: str) -> int:
    """Seconds of a duration in minutes or seconds."""
    return int(text[:-1]) * {"m": 60, "s": 1}[text[-1]]


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
        ("sum by (Computer) (", "sum by (Computer ", "could not parse expression"),
        ("      severity:", "      the-severity:", "invalid label name"),
        ("{{ $labels.Computer }}", "{{ $labels.Computer }", 'unexpected "}"'),
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


def test_an_alert_holds_the_text_of_its_query_unchanged() -> None:
    for identifier, query in queries().items():
        expr = alerts()[identifier]["expr"]
        if query.rule.is_correlation:
            assert expr == query.text
        else:
            head, _, tail = expr.partition(query.text)
            assert head.endswith(" (count_over_time(\n") and tail.endswith("m])) > 0\n")


def test_the_rules_for_hunting_are_a_file_of_their_own() -> None:
    for path, hunting in ((DETECTION, False), (HUNTING, True)):
        found = rule_files({path: files()[path]})[path]["rules"]
        assert found
        for alert in found:
            assert queries()[alert["labels"]["rule_id"]].rule.is_hunting is hunting


def test_an_alert_looks_back_further_than_its_interval() -> None:
    for identifier, query in queries().items():
        alert = alerts()[identifier]
        last = alert["expr"].rpartition("[")[2].partition("]")[0]
        times = 4 if query.rule.is_correlation else 1
        assert span(last) >= times * span(alert["interval"]), alert["alert"]
        assert span(last) > span(alert["interval"]), alert["alert"]


def test_every_alert_tells_what_to_do() -> None:
    content = load(ROOT)
    for identifier, query in queries().items():
        alert = alerts()[identifier]
        book = playbook(content, query.rule)
        assert book is not None
        assert alert["annotations"]["response"].endswith(f"Tell: {book.tell}")
        assert alert["labels"]["severity"] == query.rule.level
        assert (ROOT / "dist" / query.path).parent.name == "queries"
        assert query.path in alert["annotations"]["runbook"]


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
    left = {q.rule.name for q in queries().values() if not q.rule.is_correlation} - seen
    assert left == set()


def test_an_alert_is_silent_after_its_window() -> None:
    case = next(c for c in corpus.cases() if c.rule == "dns_query_win_threecx_c2_domain")
    (query,) = [q for q in queries().values() if q.rule.name == case.rule]
    asked = {"alert": ruler.expression(query)}
    seconds = 1_000_000_000
    assert fired(documents(case.event), asked, 24 * 60 * seconds)["alert"]
    assert fired(documents(case.event), asked, 26 * 60 * seconds)["alert"] == []


def test_two_alerts_of_one_name_are_refused(make_content: MakeContent) -> None:
    one = rule("one", DOMAINS, LOOKUPS, 1)
    two = rule("two", DOMAINS, LOOKUPS, 2).replace("title: two", "title: one")
    content = make_content(one=one, two=two)
    compiled = tuple(compile_target(content, TARGET))
    with pytest.raises(ValueError, match=r"two\.yml: the title 'one' is also that of .*one\.yml"):
        TARGET.package(content, compiled)


def test_a_query_that_loki_does_not_parse_is_refused(make_content: MakeContent) -> None:
    names = "".join(f"        - {n:05}-{'long' * 10}.exe\n" for n in range(3000))
    content = make_content(one=rule("one", f"s:\n    Image:\n{names}condition: s"))
    compiled = tuple(compile_target(content, TARGET))
    with pytest.raises(ValueError, match="Loki parses less than 131,072"):
        TARGET.package(content, compiled)


def test_braces_of_a_title_are_no_template() -> None:
    assert ruler.literal("{{ x }}") == '{{ "{{" }} x }}'
