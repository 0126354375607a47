"""What all of Elastic's languages say and refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.targets.elastic import TARGET
from tests.targets.elastic.sample import PROXY
from tests.targets.sample import LOOKUPS, MakeContent, rule


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_every_query_says_its_channel_and_event_codes(
    query: Callable[..., str], language: str
) -> None:
    text = query(language, "s: {Image: a}").replace(" == ", ":").replace('"', "")
    assert "winlog.channel:Microsoft-Windows-Sysmon/Operational" in text
    assert re.search(r"winlog.channel:Security (AND|and) \??event.code:4688", text)
    assert "event.dataset:endpoint.events.process" in text


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_a_field_without_a_place_in_ecs_is_refused(
    reason: Callable[..., str], language: str
) -> None:
    found = reason(language, "s: {cs-cookie: a}", PROXY)
    assert found == "ECS has no field for cs-cookie of any/proxy"


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_regular_expressions_and_case_are_refused(
    reason: Callable[..., str], language: str
) -> None:
    assert "PCRE" in reason(language, "s: {Image|re: '^a$'}")
    assert "regard to case" in reason(language, "s: {Image|cased: A}")


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_wildcards_on_fields_that_hold_no_text_are_refused(
    reason: Callable[..., str], language: str
) -> None:
    assert "no text" in reason(language, "s: {dst_ip|startswith: '10.'}", PROXY)
    assert "addresses" in reason(language, "s: {dst_ip: localhost}", PROXY)


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_only_numbers_are_compared_by_size(
    query: Callable[..., str], reason: Callable[..., str], language: str
) -> None:
    assert ">" in query(language, "s: {sc-status|gte: 400}", PROXY)
    assert "is no number" in reason(language, "s: {EventID|gte: 4}")


def test_a_dns_status_is_the_name_that_the_pipelines_write(query: Callable[..., str]) -> None:
    text = query("lucene", "s: {QueryStatus: [9003, 1], QueryResults: '0.0.0.0;'}", LOOKUPS)
    assert 'sysmon.dns.status:("DNS_ERROR_RCODE_NAME_ERROR" OR 1)' in text
    assert 'dns.resolved_ip:"0.0.0.0"' in text


def test_the_answer_of_a_resolver_goes_to_the_field_that_holds_it(
    query: Callable[..., str],
) -> None:
    text = query("eql", "s: {answer: ['::', NXDOMAIN]}", "{category: dns}")
    assert 'cidrMatch(?dns.resolved_ip, "::/128")' in text
    assert 'dns.response_code : "NXDOMAIN"' in text


def test_an_alias_among_the_results_is_an_answer(query: Callable[..., str]) -> None:
    listed = "'*type:  5 sink.example.org;*', '*::ffff:192.0.2.1;*', '192.0.2.1;*'"
    text = query("eql", f"s: {{QueryResults: [{listed}]}}", LOOKUPS)
    assert '?dns.answers.data : "sink.example.org"' in text
    assert 'cidrMatch(?dns.resolved_ip, "192.0.2.1/32")' in text


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_a_reply_without_records_is_no_error_and_no_answer(
    query: Callable[..., str], language: str
) -> None:
    text = query(language, "s: {answer: NODATA, record_type: A}", "{category: dns}")
    assert re.search(r'dns\.response_code[^A-Z]*"noerror"|NOERROR|\[nN\]', text, re.IGNORECASE)
    assert "NODATA" not in text.upper() and "dns.answers_count" in text


def test_index_patterns_are_named_for_languages_without_them(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", "s: {QueryName: a}\ncondition: s", LOOKUPS))
    queries = tuple(compile_target(content, TARGET))
    files = {a.path: a.data for a in TARGET.package(content, queries)}
    found = json.loads(files["index_patterns.json"])
    assert found["one"] == [
        "logs-endpoint.events.network-*",
        "logs-windows.forwarded-*",
        "logs-windows.sysmon_operational-*",
        "winlogbeat-*",
    ]
