"""Defender XDR, and what it shares with Sentinel: the conditions and windows of KQL."""

from __future__ import annotations

import re

import pytest

from sigmapack.compiling.product import Query
from sigmapack.targets.defender import TARGET
from tests.targets.kql.sample import MakeContent, correlated, one, rule

PROCESS = "product: windows, category: process_creation"
DNS = "product: windows, category: dns_query"


def body(query: Query) -> str:
    """The query without its comment."""
    assert query.outcome != "refused", query.reason
    return re.sub(r"\A(//.*\n)+", "", query.text).strip()


def condition(make_content: MakeContent, detection: str) -> str:
    query = body(one(make_content, TARGET, detection, PROCESS))
    return query.partition('ActionType == "ProcessCreated"\n| where ')[2]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a.exe", 'ProcessCommandLine =~ "a.exe"'),
        (r"*\a.exe", r'ProcessCommandLine endswith @"\a.exe"'),
        (r"C:\\a*", r'ProcessCommandLine startswith @"C:\a"'),
        ('*"a"*', r'ProcessCommandLine contains "\"a\""'),
        ('*\\"a"*', 'ProcessCommandLine contains @"\\""a"""'),
        (r"a*b\?c", r'ProcessCommandLine matches regex @"(?is)^a.*b\?c$"'),
        (r"*a.b*c*", r'ProcessCommandLine matches regex @"(?is)a\.b.*c"'),
        ("a?", 'ProcessCommandLine matches regex "(?is)^a.$"'),
    ],
)
def test_values_match_without_regard_to_case_and_with_all_wildcards(
    make_content: MakeContent, value: str, expected: str
) -> None:
    quoted = value.replace("'", "''")
    detection = f"s: {{CommandLine: '{quoted}'}}\ncondition: s"
    assert condition(make_content, detection) == expected


def test_wildcards_inside_a_list_keep_their_order(make_content: MakeContent) -> None:
    """pySigma's backend 1.0.1 made `contains "a" and contains "b"` of it."""
    found = condition(make_content, "s: {CommandLine: ['a*b', 'c', 'd']}\ncondition: s")
    assert 'in~ ("c", "d")' in found
    assert 'matches regex "(?is)^a.*b$"' in found


def test_all_values_must_be_contained_as_parts_of_words(make_content: MakeContent) -> None:
    """pySigma's backend 1.0.1 may make `has_all` of it, which wants whole words."""
    found = condition(make_content, "s: {CommandLine|contains|all: [a, b]}\ncondition: s")
    assert found == 'ProcessCommandLine contains "a" and ProcessCommandLine contains "b"'


def test_null_is_the_empty_string(make_content: MakeContent) -> None:
    found = condition(make_content, "s: {CommandLine: null}\ncondition: s")
    assert found == "isempty(ProcessCommandLine)"


def test_not_keeps_its_group(make_content: MakeContent) -> None:
    detection = "a: {CommandLine: x}\nf: [{Image: y}, {User: z}]\ncondition: a and not f"
    found = condition(make_content, detection)
    assert found == 'ProcessCommandLine =~ "x" and not(FolderPath =~ "y" or AccountName =~ "z")'


def test_mixed_groups_are_in_parentheses(make_content: MakeContent) -> None:
    detection = "a: {Image: x}\nb: {User: y}\nc: {CommandLine: z}\ncondition: a and (b or c)"
    found = condition(make_content, detection)
    assert found == 'FolderPath =~ "x" and (AccountName =~ "y" or ProcessCommandLine =~ "z")'


def test_hashes_are_looked_for_in_the_column_of_their_algorithm(
    make_content: MakeContent,
) -> None:
    detection = "s: {Hashes: ['*SHA256=AB*', '*SHA256=cd*', '*MD5=ef*']}\ncondition: s"
    found = condition(make_content, detection)
    assert found == 'SHA256 in~ ("ab", "cd") or MD5 =~ "ef"'


def test_a_domain_is_matched_with_its_subdomains_and_no_lookalike(
    make_content: MakeContent,
) -> None:
    detection = "s: {QueryName|expand: '%ioc_domains%'}\ncondition: s"
    found = body(one(make_content, TARGET, detection, DNS))
    expression = re.search(r'DnsQuery matches regex @"(.*)"', found)
    assert expression
    for name in (
        "bad.example.com",
        "a.BAD.example.com",
        "bad.example.com.",
        "x.y.worse.example.net.",
    ):
        assert re.search(expression[1], name), name
    for name in (
        "notbad.example.com",
        "bad.example.com.evil.test",
        "bad-example.com",
        "example.com",
    ):
        assert not re.search(expression[1], name), name


def test_a_whole_url_counts_by_its_host_alone(make_content: MakeContent) -> None:
    logsource = "product: windows, category: network_connection"
    detection = "s: {DestinationHostname: a.example, Initiated: 'true'}\ncondition: s"
    found = body(one(make_content, TARGET, detection, logsource))
    expression = re.search(r'RemoteHost = extract\(@"(.*)", 1, RemoteUrl\)', found)
    assert expression and 'RemoteHost =~ "a.example"' in found and "ConnectionSuccess" in found
    for url in ("a.example", "https://a.example/x?y=b.example", "a.example:443", "u@a.example/"):
        assert re.findall(expression[1], url) == ["a.example"], url


def test_dns_comes_from_the_sensor_and_from_the_inspection(make_content: MakeContent) -> None:
    query = one(make_content, TARGET, "s: {QueryName: a.example}\ncondition: s", DNS)
    assert body(query).startswith(
        "union DeviceEvents, DeviceNetworkEvents\n"
        '| where ActionType in ("DnsQueryResponse", "DnsConnectionInspected")\n'
        "| extend Dns = parse_json(AdditionalFields)\n"
    )


def test_the_product_version_stands_in_for_the_file_version(make_content: MakeContent) -> None:
    query = one(make_content, TARGET, "s: {FileVersion: '1.2'}\ncondition: s", PROCESS)
    assert query.outcome == "degraded" and "no column" in query.reason
    assert 'ProcessVersionInfoProductVersion =~ "1.2"' in query.text


def test_signatures_are_joined_after_what_needs_none_was_asked(make_content: MakeContent) -> None:
    logsource = "product: windows, category: image_load"
    detection = """
s:
    Image|endswith: '\\some-process-with-a-name.exe'
    ImageLoaded|endswith: '\\some-library-with-a-name.dll'
f: {Signed: 'true'}
condition: s and not f
"""
    found = body(one(make_content, TARGET, detection, logsource))
    assert found.index("some-library") < found.index("join kind=leftouter")
    assert found.endswith('| where not(Signed =~ "true")')


@pytest.mark.parametrize(
    ("logsource", "detection", "reason"),
    [
        ("category: proxy", "s: {c-uri: x}", "no logs of proxies"),
        ("category: dns", "s: {query: x}", "no logs of DNS resolvers"),
        ("product: zeek, service: http", "s: {host: x}", "no logs of Zeek"),
        ("product: windows, service: dns-client", "s: {QueryName: x}", "DNS client"),
        ("product: windows, service: windefend", "s: {NewValue: x}", "registry rule"),
        ("product: windows, category: file_access", "s: {FileName: x}", "no reading of files"),
        (PROCESS, "s: {Nonsense: x}", "no field for Nonsense"),
    ],
)
def test_what_is_not_there_is_refused_with_its_reason(
    make_content: MakeContent, logsource: str, detection: str, reason: str
) -> None:
    query = one(make_content, TARGET, f"{detection}\ncondition: s", logsource)
    assert query.outcome == "refused" and reason in query.reason


def test_counted_events_are_compared_with_the_one_n_minus_1_before(
    make_content: MakeContent,
) -> None:
    query = correlated(make_content, TARGET, "event_count", "    condition: {gte: 5}")
    found = body(query)
    assert "| sort by SigmaKey asc, Timestamp asc\n" in found
    assert "FirstSeen = prev(Timestamp, 4), FirstKey = prev(SigmaKey, 4)" in found
    assert "| where SigmaKey == FirstKey and Timestamp - FirstSeen <= 1d" in found
    assert "bin(" not in found


def test_a_lookup_that_both_sensors_report_counts_once(make_content: MakeContent) -> None:
    five, dns = "    condition: {gte: 5}", "product: windows, category: dns_query"
    found = body(correlated(make_content, TARGET, "event_count", five, logsource=dns))
    assert 'SigmaEcho = ActionType == "DnsConnectionInspected", SigmaShared = tolower(' in found
    assert "| where not(SigmaEcho and (SigmaAfter or SigmaBefore))\n" in found
    assert "SigmaEcho" not in body(correlated(make_content, TARGET, "event_count", five))
    assert "SigmaEcho" not in body(correlated(make_content, TARGET, "temporal", logsource=dns))


def test_hits_of_a_correlation_carry_what_a_custom_detection_needs(
    make_content: MakeContent,
) -> None:
    found = body(correlated(make_content, TARGET, "temporal"))
    assert found.count("| project Timestamp, DeviceId, DeviceName, ReportId,") == 2
    assert "SigmaKey = tolower(DeviceId)" in found


def test_ordered_steps_follow_each_other_within_the_span(make_content: MakeContent) -> None:
    found = body(correlated(make_content, TARGET, "temporal_ordered", span="30m"))
    assert "| where SigmaStep == 1\n" in found
    assert "| join kind=inner (Hits | where SigmaStep == 2) on SigmaKey\n" in found
    assert "| where Timestamp between (Reached .. (FirstSeen + 30m))\n" in found


def test_fewer_events_than_n_are_refused(make_content: MakeContent) -> None:
    query = correlated(make_content, TARGET, "event_count", "    condition: {lt: 5}")
    assert query.outcome == "refused" and "at least" in query.reason


def test_lookups_are_packed_as_tables(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", "s: {Image: x}\ncondition: s"))
    files = {a.path: a.data.decode() for a in TARGET.package(content, ())}
    assert files["lookups/ioc_domains.csv"].startswith("domain,role,")
