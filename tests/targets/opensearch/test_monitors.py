"""Monitors for OpenSearch: as the vendor's parser wants them, with the compiled queries.

The plugin is in no package registry, so no importer ran. What it takes is restated here from
opensearch-project/common-utils (org.opensearch.commons.alerting.model) of July 2026; that model
reads the monitors itself in `test_model`, and their searches run in `test_server`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import gathered
from sigmapack.content.load import load
from sigmapack.content.model import Rule
from sigmapack.content.response import playbook
from sigmapack.targets.opensearch import TARGET
from tests.conftest import ROOT
from tests.schemas import faults
from tests.targets.opensearch.shipped import files, monitors, queries, searched
from tests.targets.sample import LOOKUPS, MakeContent, rule

TEXT = {"type": "string", "minLength": 1}
CRITERIA = {"const": {"source": "params.events > 0", "lang": "painless"}}


def closed(**properties: Any) -> dict[str, Any]:
    """An object with just these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def several(schema: dict[str, Any], most: int = 10) -> dict[str, Any]:
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": most}


MUSTACHE = closed(source={**TEXT, "maxLength": 65_535}, lang={"const": "mustache"})
MINUTES = {"type": "integer", "minimum": 1, "maximum": 1440}
ACTION = closed(
    id=TEXT,
    name=TEXT,
    destination_id=TEXT,
    subject_template=MUSTACHE,
    message_template=MUSTACHE,
    throttle_enabled={"const": False},
    action_execution_policy=closed(
        action_execution_scope=closed(per_alert=closed(actionable_alerts={"const": ["NEW"]}))
    ),
)
TRIGGER = closed(
    id=TEXT,
    name=TEXT,
    severity={"enum": list("12345")},
    condition=closed(
        buckets_path={"const": {"events": "_count"}},
        parent_bucket_path={"const": "affected"},
        script=CRITERIA,
        gap_policy={"const": "skip"},
    ),
    actions={"type": "array", "items": ACTION, "maxItems": 1},
)
MONITOR = closed(
    type={"const": "monitor"},
    name={**TEXT, "maxLength": 100},
    monitor_type={"const": "bucket_level_monitor"},
    enabled={"const": False},
    schedule=closed(period=closed(interval=MINUTES, unit={"const": "MINUTES"})),
    inputs=several(closed(search=closed(indices=several(TEXT), query={"type": "object"})), most=1),
    triggers=several(closed(bucket_level_trigger=TRIGGER)),
)


def test_every_compiled_query_is_a_monitor_that_is_switched_off() -> None:
    assert len(monitors()) == sum(path.startswith("monitors/") for path in files()) > 60
    for name, monitor in monitors().items():
        assert (name, faults(MONITOR, monitor)) == (name, [])
    triggers = [monitor["triggers"][0]["bucket_level_trigger"] for monitor in monitors().values()]
    actions = [action["id"] for each in triggers for action in each["actions"]]
    assert len({each["id"] for each in triggers} | {*actions}) == len(monitors()) + len(actions)


def test_a_monitor_searches_with_the_text_of_the_query() -> None:
    for name, monitor in monitors().items():
        _, found = searched(monitor)["query"]["bool"]["filter"]
        assert found["query_string"] == {"query": queries()[name].text, "analyze_wildcard": True}
        assert len(json.dumps(searched(monitor)).encode()) <= 65_535


def weak(rule: Rule) -> bool:
    told = gathered(load(ROOT), queries().values())
    return rule.is_hunting or rule.level == "informational" or rule.name in told


def test_a_monitor_alerts_for_each_host_or_client_and_late_events_count() -> None:
    """One alert a monitor named the hosts of ten events; what came late by ten minutes was lost."""
    for name, monitor in monitors().items():
        (source,) = searched(monitor)["aggregations"]["affected"]["composite"]["sources"]
        network = name.startswith(("net_dns", "net_firewall", "proxy", "win_dns_analytic", "zeek"))
        finding = queries()[name].rule.is_finding
        network = network or (finding and name.endswith("_client"))
        field = "source.ip" if network else "host.name"
        if name.startswith("zeek_files_") or name.endswith("_finding_malicious_file_client"):
            field = "zeek.files.id.orig_h"  # the pipeline gives that log no source
        assert source == {"name": {"terms": {"field": field}}}
        limits = searched(monitor)["query"]["bool"]["filter"][0]["range"]["@timestamp"]
        every = monitor["schedule"]["period"]["interval"]
        assert limits["gte"] == f"{{{{period_end}}}}||-{every + (2880 if finding else 120)}m"


def test_a_monitor_looks_back_further_than_its_interval() -> None:
    for name, monitor in monitors().items():
        limits = searched(monitor)["query"]["bool"]["filter"][0]["range"]["@timestamp"]
        back = int(limits["gte"].removeprefix("{{period_end}}||-").removesuffix("m"))
        every = monitor["schedule"]["period"]["interval"]
        assert back > every
        assert every == 1440 or not queries()[name].rule.is_hunting


def test_a_message_tells_what_to_do() -> None:
    content = load(ROOT)
    for name, monitor in monitors().items():
        book = playbook(content, queries()[name].rule)
        actions = monitor["triggers"][0]["bucket_level_trigger"]["actions"]
        if weak(queries()[name].rule):
            assert not actions
            continue
        message = actions[0]["message_template"]["source"]
        assert book is not None and f"\nTell: {book.tell}\n" in message
        assert message.count("{{") == message.count("}}") == 12


def test_a_query_that_is_too_long_for_a_template_is_refused(make_content: MakeContent) -> None:
    names = "".join(f"        - {n:05}-name.example\n" for n in range(4000))
    content = make_content(one=rule("one", f"s:\n    QueryName:\n{names}condition: s", LOOKUPS))
    compiled = tuple(compile_target(content, TARGET))
    with pytest.raises(ValueError, match=r"one\.yml: its query has .* may have 65,535"):
        TARGET.package(content, compiled)
