"""Loki: LogQL that keeps NOT, ignores case, reads Windows events, and slides."""

from __future__ import annotations

import re

import pytest

from sigmapack.targets.loki import TARGET
from tests.targets.sample import DOMAINS, LOOKUPS, MakeContent, correlated, one

SYSMON = 'channel="Microsoft-Windows-Sysmon/Operational"'


def test_a_windows_rule_selects_channel_and_event_and_cuts_its_fields(
    make_content: MakeContent,
) -> None:
    text = one(TARGET, make_content, DOMAINS, LOOKUPS).text
    lines = text.splitlines()
    assert lines[2] == '{job="windows"}'
    assert f"| {SYSMON} and event_id=22" in lines
    assert "| regexp `<Data Name=['\"]QueryName['\"]>(?P<QueryName>[^<]*)<`" in lines


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bad.example.com", True),
        ("WWW.Bad.Example.com.", True),
        ("notbad.example.com", False),
        ("bad.example.com.example.org", False),
        ("badxexample.com", False),
    ],
)
def test_the_expression_for_domains_means_what_the_rule_says(
    make_content: MakeContent, name: str, expected: bool
) -> None:
    text = one(TARGET, make_content, DOMAINS, LOOKUPS).text
    (pattern,) = re.findall(r"QueryName=~`(.*)`", text)
    assert bool(re.fullmatch(pattern, name)) is expected


def test_not_is_pushed_down_to_the_comparisons(make_content: MakeContent) -> None:
    detection = "a: {User: x}\nf: [{Company: y}, {Product: z, User: w}]\ncondition: a and not f"
    text = " ".join(one(TARGET, make_content, detection).text.split())
    assert "Company!~`(?is)^y$` and (Product!~`(?is)^z$` or User!~`(?is)^w$`)" in text
    assert " not " not in text


def test_a_double_negation_is_none(make_content: MakeContent) -> None:
    detection = "a: {User: x}\nb: {Company: y}\ncondition: a and not (not b)"
    assert "Company=~`(?is)^y$`" in one(TARGET, make_content, detection).text


def test_backslashes_are_escaped_for_the_expression_only(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, "s: {CommandLine|endswith: '\\x\\y.z'}\ncondition: s").text
    assert r"CommandLine=~`(?is)^.*\\x\\y\.z$`" in text


def test_a_value_with_a_backtick_is_quoted(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, "s: {CommandLine: 'a`b\"c'}\ncondition: s").text
    assert 'CommandLine=~"(?is)^a`b\\"c$"' in text


def test_a_list_of_zeek_is_read_as_text(make_content: MakeContent) -> None:
    logsource = "{product: zeek, service: http}"
    text = one(TARGET, make_content, "s: {cookie_vars: [a, b]}\ncondition: s", logsource).text
    assert "| json cookie_vars=`cookie_vars`" in text
    assert 'cookie_vars=~`(?is)^.*"(?:a|b)".*$`' in text


def test_a_count_sums_what_every_member_found(make_content: MakeContent) -> None:
    text = correlated(TARGET, make_content, "event_count", "    condition: {gte: 5}").text
    assert text.splitlines()[2] == "sum by (sigma_key) ("
    assert text.count("[86400s]") == 2 and "\nor\n" in text
    assert text.rstrip().endswith(") >= 5")
    assert "sigma_key=`{{ ToLower .computer }}`" in text


def test_ordered_steps_compare_times(make_content: MakeContent) -> None:
    query = correlated(TARGET, make_content, "temporal_ordered")
    assert "\n<= on (sigma_key)\n" in query.text
    assert query.outcome == "ok"
    three = correlated(TARGET, make_content, "temporal_ordered", members=3)
    assert three.outcome == "degraded"


def test_a_span_beyond_lokis_limit_is_refused(make_content: MakeContent) -> None:
    assert correlated(TARGET, make_content, "temporal", span="30d").outcome == "ok"
    query = correlated(TARGET, make_content, "temporal", span="31d")
    assert query.outcome == "refused"
    assert "30 days and one hour" in query.reason
