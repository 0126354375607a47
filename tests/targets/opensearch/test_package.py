"""Monitors and rules for OpenSearch: as the vendor's parsers want them, with the compiled queries.

Neither plugin is in a package registry, so no importer ran. What they take is restated here from
their sources: opensearch-project/common-utils (org.opensearch.commons.alerting.model, which also
reads the monitors itself: `test_monitors`) and opensearch-project/security-analytics
(rules/objects), both of July 2026. The searches of the monitors ran on the server.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from sigma.rule import SigmaRule

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.content.response import playbook
from sigmapack.replay import replay
from sigmapack.targets.opensearch import TARGET, rules
from tests.engines import corpus
from tests.engines.opensearch.engine import server
from tests.targets.sample import LOOKUPS, PROCESS, MakeContent, rule

ROOT = Path(__file__).resolve().parents[3]
TEXT = {"type": "string", "minLength": 1}
CRITERIA = {"const": {"source": "ctx.results[0].hits.total.value > 0", "lang": "painless"}}


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
    throttle_enabled={"const": True},
    throttle=closed(value=MINUTES, unit={"const": "MINUTES"}),
)
TRIGGER = closed(
    id=TEXT,
    name=TEXT,
    severity={"enum": list("12345")},
    condition=closed(script=CRITERIA),
    actions=several(ACTION),
)
MONITOR = closed(
    type={"const": "monitor"},
    name={**TEXT, "maxLength": 100},
    monitor_type={"const": "query_level_monitor"},
    enabled={"const": False},
    schedule=closed(period=closed(interval=MINUTES, unit={"const": "MINUTES"})),
    inputs=several(closed(search=closed(indices=several(TEXT), query={"type": "object"})), most=1),
    triggers=several(closed(query_level_trigger=TRIGGER)),
)


@cache
def queries() -> dict[str, Query]:
    return {query.rule.name: query for query in compile_target(load(ROOT), TARGET)}


@cache
def files() -> dict[str, bytes]:
    made = TARGET.package(load(ROOT), tuple(queries().values()))
    return {artifact.path: artifact.data for artifact in made}


@cache
def monitors() -> dict[str, dict[str, Any]]:
    """Rule -> its monitor."""
    return {
        query.rule.name: json.loads(files()[f"monitors/{Path(query.path).stem}.json"])
        for query in queries().values()
        if query.path
    }


@cache
def index() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(files()["security_analytics/index.json"])
    return found


def searched(monitor: dict[str, Any]) -> dict[str, Any]:
    """The search of a monitor."""
    found: dict[str, Any] = monitor["inputs"][0]["search"]["query"]
    return found


def test_every_compiled_query_is_a_monitor_that_is_switched_off() -> None:
    assert len(monitors()) == sum(path.startswith("monitors/") for path in files()) > 60
    for name, monitor in monitors().items():
        found = Draft202012Validator(MONITOR).iter_errors(monitor)
        assert [f"{name}: {error.json_path}: {error.message}" for error in found] == []
    triggers = [monitor["triggers"][0]["query_level_trigger"] for monitor in monitors().values()]
    identifiers = {each["id"] for each in triggers} | {
        each["actions"][0]["id"] for each in triggers
    }
    assert len(identifiers) == 2 * len(monitors())


def test_a_monitor_searches_with_the_text_of_the_query() -> None:
    for name, monitor in monitors().items():
        _, found = searched(monitor)["query"]["bool"]["filter"]
        assert found["query_string"] == {"query": queries()[name].text, "analyze_wildcard": True}
        assert len(json.dumps(searched(monitor)).encode()) <= 65_535


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
        (action,) = monitor["triggers"][0]["query_level_trigger"]["actions"]
        message = action["message_template"]["source"]
        assert book is not None and f"\nTell: {book.tell}\n" in message
        assert message.count("{{") == message.count("}}") == 11


def test_the_server_runs_the_search_of_every_monitor_and_finds_an_event_in_its_time() -> None:
    end = datetime(2026, 2, 3, 8, 20, tzinfo=UTC)
    event = {
        "@timestamp": "2026-02-03T08:00:00.000Z",
        "winlog": {"channel": "Microsoft-Windows-Sysmon/Operational"},
        "event": {"code": "22"},
        "dns": {"question": {"name": "akamaicontainer.com"}},
    }
    mapping = {
        "dynamic_templates": [
            {"text": {"match_mapping_type": "string", "mapping": {"type": "keyword"}}}
        ]
    }
    with server() as running:
        running.request("PUT", "/winlogbeat-1", {"mappings": mapping})
        running.request("POST", "/winlogbeat-1/_doc?refresh=true", event)
        found = {}
        for name, monitor in monitors().items():
            moment = str(int(end.timestamp() * 1000))
            body = json.dumps(searched(monitor)).replace("{{period_end}}", moment)
            answer = running.request("POST", "/winlogbeat-*/_search", json.loads(body))
            found[name] = answer["hits"]["total"]["value"]
        assert {name for name, count in found.items() if count} == {
            "dns_query_win_threecx_c2_domain"
        }
        body = json.dumps(searched(monitors()["dns_query_win_threecx_c2_domain"]))
        late = str(int(end.timestamp() * 1000) + 6 * 60_000)
        answer = running.request(
            "POST", "/winlogbeat-*/_search", json.loads(body.replace("{{period_end}}", late))
        )
        assert answer["hits"]["total"]["value"] == 0


def test_every_rule_is_a_file_for_security_analytics_or_left_out_with_a_reason() -> None:
    named = [entry["rule"] for part in ("rules", "left_out") for entry in index()[part]]
    assert sorted(named) == sorted(queries())
    assert all(entry["reason"] for entry in index()["left_out"])
    listed = {f"security_analytics/{entry['file']}" for entry in index()["rules"]}
    made = {path for path in files() if path.startswith("security_analytics/")}
    assert listed == made - {"security_analytics/index.json"}
    assert {e["category"] for e in index()["rules"]} <= set(rules.LOG_TYPES.values())


def test_a_rule_has_what_security_analytics_needs() -> None:
    modifiers = set()
    for entry in index()["rules"]:
        text = files()[f"security_analytics/{entry['file']}"].decode()
        document = yaml.safe_load(text)
        assert str(uuid.UUID(document["id"])) == document["id"] == entry["id"]
        assert len(document["title"]) <= 256 and len(document["author"]) <= 256
        assert 0 < len(document["description"]) <= 65_535 and "\n" not in document["description"]
        assert document["status"] and document["level"] and document["logsource"]
        assert isinstance(document["date"], str) and datetime.fromisoformat(document["date"])
        assert all("." in tag for tag in document["tags"])
        assert "%" not in text and "expand" not in text and "&id" not in text
        for name, part in document["detection"].items():
            if name != "condition":
                found = part if isinstance(part, list) else [part]
                modifiers |= {m for each in found for key in each for m in key.split("|")[1:]}
        SigmaRule.from_yaml(text)
    assert modifiers <= rules.MODIFIERS


def test_a_rule_for_security_analytics_says_what_the_rule_says(make_content: MakeContent) -> None:
    """Replayed as any Sigma, the files match the events that the rules match."""
    texts = {
        entry["rule"]: files()[f"security_analytics/{entry['file']}"].decode()
        for entry in index()["rules"]
    }
    report = replay(make_content(**texts), [path for _, _, path in corpus.files()])
    place = {(case.event.file, case.event.record): case for case in corpus.cases()}
    found: dict[str, set[int]] = {name: set() for name in texts}
    for match in report.matches:
        found[match.rule.name].add(place[match.file, match.record].number)
    for name, numbers in found.items():
        lost = corpus.verdicts()[name] - numbers
        # Windows events of tools that write no event log have no channel
        assert all("Channel" not in corpus.cases()[number].event.fields for number in lost), name
        assert numbers <= corpus.verdicts()[name]
    silent = {name for name, numbers in found.items() if not numbers}
    assert silent == set()


def test_the_windows_log_source_is_written_into_the_rule() -> None:
    text = files()["security_analytics/dns_query_win_threecx_c2_domain.yml"]
    detection = yaml.safe_load(text)["detection"]
    assert detection["log_source"] == [
        {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": [22]}
    ]
    assert detection["condition"].startswith("log_source and (")


@pytest.mark.parametrize(
    ("detection", "reason"),
    [
        ("s: {Image|re: 'a.*b'}\ncondition: s", "its expressions are Lucene's"),
        ("s: {Image|exists: true}\ncondition: s", "no modifier exists"),
        ("s: [text]\ncondition: s", "values without a field"),
        ("s: {Image: a}\nt: {Image: b}\ncondition: all of them", "a condition on `them`"),
        (
            "s: {Image: a}\nt: {Image: b}\ncondition: not (s and not t)",
            "a negation within a negation",
        ),
        ("s: {Size: 1.5}\ncondition: s", "the number 1.5 would be dropped"),
    ],
)
def test_what_security_analytics_misreads_is_left_out(
    make_content: MakeContent, detection: str, reason: str
) -> None:
    text = rule("one", detection, PROCESS)
    text += "description: D\nauthor: A\nstatus: test\n"
    content = make_content(one=text)
    (plain,) = content.rules
    document = rules.converted(content, plain)
    assert reason in rules.refusal(plain, document)


def test_a_rule_without_an_author_is_left_out(make_content: MakeContent) -> None:
    text = rule("one", "s: {QueryName: a}\ncondition: s", LOOKUPS) + "description: D\n"
    content = make_content(one=text)
    made = {a.path: a.data for a in TARGET.package(content, tuple(compile_target(content, TARGET)))}
    (left,) = json.loads(made["security_analytics/index.json"])["left_out"]
    assert left["reason"] == "author and status must be given"


def test_a_query_that_is_too_long_for_a_template_is_refused(make_content: MakeContent) -> None:
    names = "".join(f"        - {n:05}-name.example\n" for n in range(4000))
    content = make_content(one=rule("one", f"s:\n    QueryName:\n{names}condition: s", LOOKUPS))
    compiled = tuple(compile_target(content, TARGET))
    with pytest.raises(ValueError, match=r"one\.yml: its query has .* may have 65,535"):
        TARGET.package(content, compiled)
