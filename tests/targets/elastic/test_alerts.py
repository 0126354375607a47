"""What Kibana imports runs on a site that has few integrations, and is kept by Elasticsearch.

No registry has Elasticsearch's plugin for EQL, so its rules are held against the text of the
queries: python-eql takes what Elasticsearch refuses.
"""

from __future__ import annotations

import re

import pytest

from sigmapack.compiling.product import gathered
from sigmapack.content.load import load
from tests.conftest import ROOT
from tests.engines import corpus
from tests.shapes.ecs.fields import KINDS
from tests.targets.elastic.shipped import rules

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
FIELD = re.compile(r"(\??)\b([A-Za-z_]\w*(?:\.\w+)+)")
#: Keys of a sequence, with the words before and after them.
KEYS = re.compile(r"(?:^sequence|\]) by [^\[\n]*?(?= with |$)", re.MULTILINE)


EQL = {rule["name"]: rule["query"] for rule in rules() if rule["type"] == "eql"}


def code(query: str) -> str:
    """A query without its comments and with every string empty."""
    lines = [line for line in query.splitlines() if not line.startswith("//")]
    return STRING.sub('""', "\n".join(lines))


def refused_comparisons(query: str) -> list[str]:
    """Comparisons of a field of type `ip` that Elasticsearch does not take.

    `in` wants values of the field's type, and text has no type of its own in EQL; `==` does alone,
    but not with another in an OR, which the optimizer makes an `in`
    (https://github.com/elastic/elasticsearch/issues/118621, detection-rules#3540).
    """
    found = re.findall(r"\??([\w.]+) (?:==|!=|in~?|:|like~?|regex~?) \(?\"", code(query))
    return [field for field in found if KINDS.get(field) == "ip"]


def required_fields(query: str) -> list[str]:
    """Fields that end a condition with "Unknown column" where no index has them.

    `?field` is null there (https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax,
    "Optional fields"). Elastic Defend's data streams lack `winlog.channel`; most fields of other
    integrations are mapped with the first event that has them (component template ecs@mappings).
    """
    return [name for mark, name in FIELD.findall(KEYS.sub("", code(query))) if not mark]


@pytest.mark.parametrize(
    "query",
    [
        'any where source.ip in ("192.0.2.1", "192.0.2.2")',
        'any where ?source.ip == "192.0.2.1" or ?source.ip == "192.0.2.2"',
        'any where source.ip : ("192.0.2.1", "192.0.2.2")',
    ],
)
def test_what_elasticsearch_refuses_of_addresses_is_refused_here(query: str) -> None:
    assert refused_comparisons(query)
    assert not refused_comparisons('any where cidrMatch(?source.ip, "192.0.2.1/32")')


def test_a_name_in_a_condition_is_told_from_a_key_and_a_string() -> None:
    query = 'sequence by host.name with maxspan=1h\n  [any where winlog.channel == "a.b"] by x.y'
    assert required_fields(query) == ["winlog.channel"]
    assert required_fields('any where ?winlog.channel == "a.b" and not (?c.d != null)') == []


def test_no_address_is_compared_with_text() -> None:
    """Elastic (a): five EQL rules asked whether a field of type `ip` is in a list of strings."""
    assert {name: found for name, q in EQL.items() if (found := refused_comparisons(q))} == {}
    assert any("cidrMatch(" in query for query in EQL.values())


def test_every_field_of_a_condition_may_be_unknown() -> None:
    """Elastic (b): 42 EQL rules named `winlog.channel` so that Defend alone ends them."""
    assert {name: sorted(set(f)) for name, q in EQL.items() if (f := required_fields(q))} == {}


def test_whatever_defend_calls_a_write_of_a_file_is_looked_at() -> None:
    """Elastic (f): files that were overwritten, renamed or modified on Windows were not.

    The actions are those of github.com/elastic/endpoint-package at 1994122,
    custom_documentation/doc/endpoint/file/windows: windows_file_create, _overwrite, _rename and
    _modification; the others there (delete, open, endpoint_unquarantine) write no file.
    """
    written = '"creation", "overwrite", "rename", "modification"'
    place = '?event.dataset == "endpoint.events.file" and ?host.os.type == "windows"'
    branches = [branch for query in EQL.values() for branch in query.split(place)[1:]]
    kinds = [branch.partition(")")[0] for branch in branches]
    assert set(kinds) <= {f" and ?event.action in ({written}", ' and ?event.type == "deletion"'}
    assert len(kinds) > 5


def test_events_that_come_late_are_seen_but_do_not_order_a_sequence() -> None:
    """Elastic (g): no rule looked at the time at which an event was ingested.

    Of Elastic's own rules all but sequences must (detection-rules#1907, #3311, its unit test
    `test_event_override`).
    """
    for rule in rules():
        is_sequence = rule["type"] == "eql" and "\nsequence" in f"\n{code(rule['query'])}"
        assert rule.get("timestamp_override") == (None if is_sequence else "event.ingested")


def test_a_sequence_of_defends_events_alone_is_keyed_by_the_hosts_id() -> None:
    """Elastic (g): two hosts of one name were one host."""
    for name, query in EQL.items():
        if "\nsequence" not in query:
            continue
        datasets = re.findall(r"\?event\.dataset (?:==|in) \(?\"([^\"]+)", query)
        alone = "winlog.channel" not in query and all(d.startswith("endpoint.") for d in datasets)
        assert ("sequence by host.id " in query) == alone, name
    assert "sequence by host.id " in EQL["Whole Chain Of The 3CX Campaign On One Mac"]


def test_what_was_forwarded_is_read_wherever_windows_events_are() -> None:
    """No rule saw what a collector's agent reads from ForwardedEvents.

    The integration keeps it in a data stream of its own, whatever the channel
    (github.com/elastic/integrations, packages/windows/data_stream/forwarded).
    """
    windows = [rule for rule in rules() if "winlogbeat-*" in str(rule.get("index", rule["query"]))]
    assert len(windows) > 50
    for rule in windows:
        read = str(rule.get("index", rule["query"]))
        whole = rule["type"] == "threat_match"
        assert ("logs-*" if whole else "logs-windows.forwarded-*") in read, rule["name"]


#: Data sets of which each has one that a rule on network logs names.
NETWORK = (
    *("network_traffic.dns", "squid.log", "panw.panos", "microsoft_dnsserver.analytical"),
    *("zeek.dns", "zeek.http", "zeek.ssl"),
)


def test_alerts_on_network_logs_are_one_by_client() -> None:
    """They were told apart by `host.name`, which is not in them or is the reading machine."""
    for rule in rules():
        if rule["type"] == "eql" and "alert_suppression" in rule:
            of_network = any(f'"{name}"' in rule["query"] for name in NETWORK)
            field = "source.ip" if of_network else "host.name"
            if '"zeek.files"' in rule["query"]:
                field = "zeek.files.id.orig_h"  # the pipeline gives that log no source
            assert rule["alert_suppression"]["group_by"] == [field], rule["name"]


def test_weak_evidence_is_no_alert_of_its_own() -> None:
    """Rules for hunting and informational ones alerted as low: Kibana hides building blocks.

    Nor is what a finding tells of: one click was 14 alerts.
    """
    content = load(ROOT)
    told = gathered(content, corpus.compiled("elastic"))
    weak = {rule.id for rule in content.rules if not rule.alerts or rule.name in told}
    hidden = {rule["rule_id"] for rule in rules() if "building_block_type" in rule}
    assert hidden == weak & {rule["rule_id"] for rule in rules()}
    assert len(hidden) > 4


def test_the_indicator_match_rule_raises_a_lookup_once() -> None:
    """It had no suppression, and nothing said that other rules find the same lookups."""
    (rule,) = [rule for rule in rules() if rule["type"] == "threat_match"]
    assert rule["alert_suppression"]["group_by"] == ["host.name", "source.ip"]
    assert rule["alert_suppression"]["missing_fields_strategy"] == "suppress"
    assert "Enable it in place of the rules on campaign domains in DNS logs" in rule["setup"]
