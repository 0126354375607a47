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
    assert f'| {SYSMON} and event_id="22"' in lines
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
    assert bool(re.search(pattern, name)) is expected


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
    assert r'cookie_vars=~`(?is)^.*[\[,]\s*"(?:a|b)"\s*[,\]].*$`' in text


def test_every_expression_has_its_own_anchors(make_content: MakeContent) -> None:
    """Loki 3.7 forgets those of a label filter where alternatives begin alike: `a|ab`."""
    text = one(TARGET, make_content, "s: {User: [ab.c, ab.c.]}\ncondition: s").text
    assert r"User=~`(?is)^(?:ab\.c|ab\.c\.)$`" in text
    found = one(TARGET, make_content, "s: {User|re: 'a[bc]'}\ncondition: s").text
    assert "User=~`(?s)^.*(?:a[bc]).*$`" in found


def test_a_number_is_compared_as_text_where_that_says_the_same(make_content: MakeContent) -> None:
    """A label that is no number (`-`) makes Loki's comparison an error, which lets a line pass."""
    proxy = "{category: proxy}"
    text = one(TARGET, make_content, "s: {sc-status: [403, 407]}\ncondition: s", proxy).text
    assert '| (sc_status="403" or sc_status="407")' in text
    detection = "s: {cs-method: GET}\nf: {sc-status: 403}\ncondition: s and not f"
    assert 'sc_status!="403"' in one(TARGET, make_content, detection, proxy).text


def test_not_of_several_numbers_is_none_of_them(make_content: MakeContent) -> None:
    proxy = "{category: proxy}"
    detection = "s: {cs-method: GET}\nf: {sc-status: [403, 407]}\ncondition: s and not f"
    text = one(TARGET, make_content, detection, proxy).text
    assert '(sc_status!="403" and sc_status!="407")' in text


def test_comparing_numbers_drops_what_is_none(make_content: MakeContent) -> None:
    proxy = "{category: proxy}"
    text = one(TARGET, make_content, "s: {sc-status|gte: 400}\ncondition: s", proxy).text
    assert text.rstrip().endswith('| sc_status>=400\n| __error__=""')
    negated = "s: {cs-method: GET}\nf: {sc-status|gte: 400}\ncondition: s and not f"
    text = one(TARGET, make_content, negated, proxy).text
    assert '(sc_status<400 or sc_status="")' in text


def test_values_stand_as_xml_writes_them(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, "s: {CommandLine|contains: 'a & b'}\ncondition: s").text
    assert "CommandLine=~`(?is)^.*a &amp; b.*$`" in text
    other = "{product: zeek, service: http}"
    assert "a & b" in one(TARGET, make_content, "s: {uri: 'a & b'}\ncondition: s", other).text


def test_a_wildcard_in_the_middle_and_a_literal_question_mark(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, "s: {CommandLine: 'a*b\\?c'}\ncondition: s").text
    assert r"CommandLine=~`(?is)^a.*b\?c$`" in text


def test_both_sources_of_processes_are_read_and_excluded(make_content: MakeContent) -> None:
    detection = "a: {ParentImage|endswith: p}\nf: {Image|endswith: q}\ncondition: a and not f"
    text = " ".join(one(TARGET, make_content, detection).text.split())
    assert f'({SYSMON} and event_id="1") or (channel="Security" and event_id="4688")' in text
    assert "(ParentImage=~`(?is)^.*p$` or ParentProcessName=~`(?is)^.*p$`)" in text
    assert "(Image!~`(?is)^.*q$` and NewProcessName!~`(?is)^.*q$`)" in text


def test_an_absent_field_is_an_empty_label(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, "s: {User: null, Company: x}\ncondition: s").text
    assert 'User="" and Company=~' in text
    negated = "a: {Company: x}\nf: {User: null}\ncondition: a and not f"
    assert 'User!=""' in one(TARGET, make_content, negated).text


@pytest.mark.parametrize("category", ["process_creation", "file_event"])
def test_a_mac_has_a_stream_for_each_category(make_content: MakeContent, category: str) -> None:
    logsource = f"{{product: macos, category: {category}}}"
    text = one(TARGET, make_content, "s: {Image: x}\ncondition: s", logsource).text
    assert f'{{job="macos", category="{category}"}}' in text.splitlines()


def test_words_without_a_field_and_unknown_sources_are_refused(make_content: MakeContent) -> None:
    words = one(TARGET, make_content, "s: [abc]\ncondition: s")
    assert words.outcome == "refused" and "without a field" in words.reason
    cloud = one(TARGET, make_content, "s: {a: b}\ncondition: s", "{product: aws}")
    assert cloud.outcome == "refused" and "logsources.toml" in cloud.reason


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


def test_a_value_count_counts_values_for_each_key(make_content: MakeContent) -> None:
    condition = "    condition: {field: Image, gte: 3}"
    text = correlated(TARGET, make_content, "value_count", condition).text
    assert text.splitlines()[2:4] == ["count by (sigma_key) (", "sum by (sigma_key, sigma_value) ("]
    assert "sigma_value=`{{ ToLower .Image }}`" in text
    assert text.rstrip().endswith(") >= 3")


def test_temporal_steps_are_joined_by_their_key(make_content: MakeContent) -> None:
    text = correlated(TARGET, make_content, "temporal").text
    assert text.count("sum by (sigma_key) (") == 2
    assert "\nand\n" in text
