"""Rule groups for Loki's ruler: their queries, windows and guidance, and what is refused."""

from __future__ import annotations

import re

import pytest
import yaml

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import gathered
from sigmapack.content.load import load
from sigmapack.content.response import playbook
from sigmapack.targets.loki import TARGET, ruler
from tests.conftest import ROOT
from tests.targets.loki.shipped import alerts, files, queries
from tests.targets.sample import DOMAINS, LOOKUPS, MakeContent, rule


def span(text: str) -> int:
    """Seconds of a duration in minutes or seconds."""
    return int(text[:-1]) * {"m": 60, "s": 1}[text[-1]]


def test_an_alert_holds_the_text_of_its_query_unchanged() -> None:
    for identifier, query in queries().items():
        expr = alerts()[identifier]["expr"]
        if query.rule.is_finding:
            assert re.sub(r"\[\d+m\]", "[3600s]", expr) == query.text
        elif query.rule.is_correlation:
            assert expr == query.text
        else:
            head, _, tail = expr.partition(query.text)
            assert head.endswith(" (count_over_time(\n") and tail.endswith("m])) > 0\n")


def test_an_alert_looks_back_further_than_its_interval() -> None:
    for identifier, query in queries().items():
        alert = alerts()[identifier]
        last = alert["expr"].rpartition("[")[2].partition("]")[0]
        spans = query.rule.is_correlation and not query.rule.is_finding
        times = 4 if spans else 1
        assert span(last) >= times * span(alert["interval"]), alert["alert"]
        assert span(last) > span(alert["interval"]), alert["alert"]
        late = span(last) - span(alert["interval"])
        # Ten minutes were too few: what came half an hour late was missed, as after a skipped run.
        assert spans or late >= 2 * 3600, alert["alert"]


def test_what_a_finding_tells_of_is_in_a_file_of_its_own() -> None:
    """One click was ten alerts: each log has a rule of its own."""
    documents = {path: yaml.safe_load(data) for path, data in files().items()}
    names = {
        path: {each["labels"]["rule_name"] for group in one["groups"] for each in group["rules"]}
        for path, one in documents.items()
    }
    told = gathered(load(ROOT), queries().values())
    assert names["rules/threecx_single_logs.yaml"] == told & {
        q.rule.name for q in queries().values()
    }
    assert not told & names["rules/threecx_detection.yaml"]
    assert "correlation_threecx_finding_c2_domain_host" in names["rules/threecx_detection.yaml"]


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
