"""Microsoft Sentinel: ASIM's tables and columns, watchlists, and the limits of analytics rules."""

from __future__ import annotations

import json
import re

import pytest

from sigmapack.compiling.product import Query
from sigmapack.targets.sentinel import TARGET
from tests.targets.kql.sample import MakeContent, compiled, correlated, one, rule

DNS = "product: windows, category: dns_query"
PROXY = "category: proxy"


def body(query: Query) -> str:
    """The query without its comment."""
    assert query.outcome != "refused", query.reason
    return re.sub(r"\A(//.*\n)+", "", query.text).strip()


@pytest.mark.parametrize(
    ("logsource", "field", "start", "column"),
    [
        (
            "product: windows, category: process_creation",
            "Image",
            "_Im_ProcessEvent",
            "TargetProcessName",
        ),
        (
            "product: windows, service: dns-server-analytic",
            "QNAME",
            "_Im_Dns",
            "DnsQuery",
        ),
        ("product: zeek, service: http", "user_agent", "_Im_WebSession", "HttpUserAgent"),
        (PROXY, "c-uri", "_Im_WebSession", "Url"),
        ("category: firewall", "dst_ip", "_Im_NetworkSession", "DstIpAddr"),
        (
            "product: windows, category: file_event",
            "TargetFilename",
            "_Im_FileEvent",
            "FilePath",
        ),
        (
            "product: windows, category: registry_set",
            "Details",
            "_Im_RegistryEvent",
            "RegistryValueData",
        ),
        ("product: windows, service: application", "Provider_Name", "Event", "Source"),
        (
            "product: macos, category: process_creation",
            "Image",
            "DeviceProcessEvents",
            "FolderPath",
        ),
    ],
)
def test_a_log_source_is_read_from_its_schema(
    make_content: MakeContent, logsource: str, field: str, start: str, column: str
) -> None:
    found = body(one(make_content, TARGET, f"s: {{{field}: x}}\ncondition: s", logsource))
    assert found.startswith(f"{start}\n| where ") and f'{column} =~ "x"' in found


def test_lookups_of_hosts_come_from_the_parser_and_from_defenders_table(
    make_content: MakeContent,
) -> None:
    """A workspace that lacks the table has the other half: the union is fuzzy."""
    found = body(one(make_content, TARGET, "s: {QueryName: x}\ncondition: s", DNS))
    first, *rest = found.splitlines()
    assert first.startswith("union isfuzzy=true (_Im_Dns | where ")
    assert '(DeviceEvents | where ActionType == "DnsQueryResponse" | ' in first
    assert rest[0] == '| where DnsQuery =~ "x"' and rest[1].startswith("| extend Device = ")


def test_lookups_come_from_the_parser_and_from_the_resolvers_of_clouds(
    make_content: MakeContent,
) -> None:
    found = body(one(make_content, TARGET, "s: {query: x}\ncondition: s", "category: dns"))
    first, *rest = found.splitlines()
    assert first.startswith("union isfuzzy=true (_Im_Dns | where ")
    assert "(AZFWDnsQuery | extend " in first and "(AWSRoute53Resolver | extend " in first
    assert rest[0] == '| where DnsQuery =~ "x"'


def test_no_event_belongs_to_two_log_sources(make_content: MakeContent) -> None:
    """A correlation that counts over all of them would count it twice."""
    zeek = body(
        one(make_content, TARGET, "s: {query: x}\ncondition: s", "product: zeek, service: dns")
    )
    resolver = body(one(make_content, TARGET, "s: {query: x}\ncondition: s", "category: dns"))
    endpoint = body(one(make_content, TARGET, "s: {QueryName: x}\ncondition: s", DNS))
    assert 'EventProduct =~ "Zeek"' in zeek and 'EventProduct !in~ ("Zeek", ' in resolver
    assert "isnotempty(SrcProcessName)" in endpoint and "isempty(SrcProcessName)" in resolver


def test_windows_status_is_the_response_code_that_parsers_keep(make_content: MakeContent) -> None:
    found = body(one(make_content, TARGET, "s: {QueryStatus: [9003, 9501]}\ncondition: s", DNS))
    assert "\n| where DnsResponseCode in (3, 9501)\n" in found


def test_answers_are_compared_whole_however_they_are_written(make_content: MakeContent) -> None:
    found = body(one(make_content, TARGET, "s: {QueryResults: '0.0.0.0;'}\ncondition: s", DNS))
    expression = re.search(r'@"([^"]+)", ";"\), ";"\)', found)
    assert expression and 'DnsAnswers contains ";0.0.0.0;"' in found
    for text, same in (
        ("::ffff:1.2.3.4;0.0.0.0;", True),
        ('{"answers":["0.0.0.0"]}', True),
        ("::ffff:0.0.0.0;", True),
        ("type:  5 a.example;::FFFF:0.0.0.0;", True),
        ("10.0.0.0", False),
        ("::ffff:10.0.0.0;", False),
    ):
        answers = ";" + re.sub(expression[1], ";", f"{text};NOERROR") + ";"
        assert (";0.0.0.0;" in answers) == same, text


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://a.example/p/q?x=/y", "a.example", "/p/q"),
        ("a.example:443", "a.example", ""),
        ("http://u:p@a.example:8080/p", "a.example", "/p"),
        ("/p?x", "", "/p"),
    ],
)
def test_a_url_is_taken_apart(make_content: MakeContent, url: str, host: str, path: str) -> None:
    detection = "s: {cs-host: a.example, c-uri-stem: /p}\ncondition: s"
    found = body(one(make_content, TARGET, detection, PROXY))
    for column, expected in (("UrlHost", host), ("UrlPath", path)):
        expression = re.search(rf'{column} = extract\(@"(.*?)", 1, Url\)', found)
        assert expression
        match = re.search(expression[1], url)
        assert (match[1] if match else "") == expected, column


def test_a_status_is_text(make_content: MakeContent) -> None:
    found = body(one(make_content, TARGET, "s: {sc-status: [403, 503]}\ncondition: s", PROXY))
    assert found.endswith('| where EventResultDetails in~ ("403", "503")')


def test_defender_events_are_read_from_their_xml(make_content: MakeContent) -> None:
    logsource = "product: windows, service: windefend"
    detection = "s: {EventID: 1116, ThreatName|contains: x}\ncondition: s"
    found = body(one(make_content, TARGET, detection, logsource))
    assert "extract('<Data Name=\"Threat Name\">([^<]*)</Data>', 1, EventData)" in found
    assert 'EventID == 1116 and ThreatName contains "x"' in found


def test_what_only_the_connector_brings_says_so(make_content: MakeContent) -> None:
    logsource = "product: windows, category: image_load"
    query = one(make_content, TARGET, "s: {ImageLoaded: x}\ncondition: s", logsource)
    assert query.outcome == "degraded" and "connector" in query.reason


def test_the_ssl_log_of_zeek_is_refused(make_content: MakeContent) -> None:
    logsource = "product: zeek, service: ssl"
    query = one(make_content, TARGET, "s: {server_name: x}\ncondition: s", logsource)
    assert query.outcome == "refused" and "TLS" in query.reason


@pytest.mark.parametrize(("span", "outcome"), [("14d", "ok"), ("15d", "degraded")])
def test_a_rule_looks_back_fourteen_days(
    make_content: MakeContent, span: str, outcome: str
) -> None:
    query = correlated(make_content, TARGET, "temporal", span=span)
    assert query.outcome == outcome
    assert f"(FirstSeen .. (FirstSeen + {span}))" in query.text


def test_devices_are_compared_by_their_short_names(make_content: MakeContent) -> None:
    found = body(correlated(make_content, TARGET, "temporal"))
    assert 'Device = tostring(split(coalesce(DvcHostname, Dvc), ".")[0])' in found
    said = "| extend SigmaKey = tolower(Device), SigmaIngested = coalesce(SigmaIngested, now())"
    assert f"{said}\n| where isnotempty(SigmaKey)" in found


def test_a_list_that_members_share_is_said_once(make_content: MakeContent) -> None:
    detection = "s: {QueryName|expand: '%ioc_domains%'}\ncondition: s"
    text = """\
title: Correlated
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a99
name: correlated
correlation:
    type: value_count
    rules: [one, two]
    timespan: 1h
    condition: {gte: 3, field: Computer}
level: high
"""
    client = "product: windows, service: dns-client"
    content = make_content(
        one=rule("one", detection, DNS), two=rule("two", detection, client, 2), three=text
    )
    found = body(compiled(content, TARGET)["correlated"])
    assert found.startswith('let Pattern1 = @"(?is)^(?:.*')
    assert found.count("matches regex Pattern1") == 2


def test_watchlists_are_named_and_keyed_by_their_first_column(make_content: MakeContent) -> None:
    detection = "s: {QueryName|expand: '%ioc_domains%'}\ncondition: s"
    content = make_content(one=rule("one", detection, DNS))
    query = compiled(content, TARGET)["one"]
    assert (
        "DnsQuery matches regex toscalar(_GetWatchlist('threecx_ioc_domains')" in query.native_text
    )
    files = {a.path: a.data.decode() for a in TARGET.package(content, (query,))}
    (found,) = json.loads(files["watchlists.json"])["resources"]
    described = found["properties"]
    assert found["name"] == described["watchlistAlias"] == "threecx_ioc_domains"
    assert described["itemsSearchKey"] == "domain"
    assert described["rawContent"] == files["watchlists/threecx_ioc_domains.csv"]
    assert described["rawContent"].startswith("domain,role,platform,")


def test_no_watchlist_is_matched_in_whole_urls(make_content: MakeContent) -> None:
    query = one(make_content, TARGET, "s: {c-uri|expand: '%ioc_domains%'}\ncondition: s", PROXY)
    assert query.outcome == "ok" and query.native_text == ""
