"""Sentinel: ASIM's parsers, Windows channels without a schema, and the limit of 14 days."""

from __future__ import annotations

import json

from sigmapack.targets.sentinel import TARGET
from tests.targets.sample import DOMAINS, LOOKUPS, MakeContent, compiled, correlated, one, rule


def test_lookups_are_read_through_the_dns_parser(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, DOMAINS, LOOKUPS).text
    assert '_Im_Dns\n| where EventSubType in ("request", "response")\n| where (DnsQuery in~' in text
    assert 'DnsQuery endswith ".bad.example.com."' in text


def test_the_number_of_a_dns_answer_becomes_its_name(make_content: MakeContent) -> None:
    query = one(TARGET, make_content, "s: {QueryStatus: [9003, 9005]}\ncondition: s", LOOKUPS)
    assert 'DnsResponseCodeName in~ ("NXDOMAIN", "REFUSED")' in query.text
    other = one(TARGET, make_content, "s: {QueryStatus: 1460}\ncondition: s", LOOKUPS)
    assert other.outcome == "refused"


def test_a_channel_without_a_schema_is_read_from_both_tables(make_content: MakeContent) -> None:
    logsource = "{product: windows, service: dns-client}"
    detection = "s: {EventID: 3008, QueryName: a.example}\ncondition: s"
    text = one(TARGET, make_content, detection, logsource).text
    channel = "Microsoft-Windows-DNS-Client/Operational"
    assert f'WindowsEvent | where Channel == "{channel}"' in text
    assert f'Event | where EventLog == "{channel}"' in text
    assert "QueryName = tostring(EventData['QueryName'])" in text
    assert "extract(@'<Data Name=\"QueryName\">([^<]*)</Data>', 1, EventData)" in text
    assert "toreal(EventID) == 3008" in text


def test_proxies_are_read_through_the_web_parser(make_content: MakeContent) -> None:
    detection = "s: {cs-host: a.example, c-uri-stem: /x, sc-status: 403}\ncondition: s"
    text = one(TARGET, make_content, detection, "{category: proxy}").text
    assert text.count("_Im_WebSession") == 1
    assert "extend RequestHost = iff(isnotempty(HttpHost)" in text
    assert 'RequestPath =~ "/x"' in text
    assert "toreal(HttpStatusCode) == 403" in text


def test_a_field_without_a_column_is_refused(make_content: MakeContent) -> None:
    query = one(TARGET, make_content, "s: {cs-cookie: a}\ncondition: s", "{category: proxy}")
    assert (query.outcome, query.reason) == ("refused", "no field for cs-cookie of any/proxy")


def test_more_than_fourteen_days_are_degraded(make_content: MakeContent) -> None:
    query = correlated(TARGET, make_content, "temporal", span="30d")
    assert query.outcome == "degraded"
    assert "14 days" in query.reason
    assert correlated(TARGET, make_content, "temporal", span="14d").outcome == "ok"


def test_watchlists_name_their_search_key(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", DOMAINS, LOOKUPS))
    queries = tuple(compiled(TARGET, content).values())
    files = {a.path: a.data.decode() for a in TARGET.package(content, queries)}
    assert json.loads(files["watchlists/watchlists.json"]) == {
        "watchlists": [
            {
                "watchlistAlias": "ioc_domains",
                "itemsSearchKey": "domain",
                "file": "ioc_domains.csv",
            }
        ]
    }
    assert files["watchlists/ioc_domains.csv"].startswith("domain,role,")
