"""Defender: tables and columns of advanced hunting, and what they cannot say."""

from __future__ import annotations

import pytest

from sigmapack.targets.defender import TARGET
from tests.targets.sample import DOMAINS, LOOKUPS, MakeContent, correlated, one


def test_a_process_rule_reads_the_table_of_processes(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, "s: {Image|endswith: '\\a.exe'}\ncondition: s").text
    assert text == (
        "// one\n// id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01   level: high   version: unknown\n"
        'DeviceProcessEvents\n| where ActionType == "ProcessCreated"\n'
        '| where FolderPath endswith @"\\a.exe"\n'
    )


def test_operators_ignore_case(make_content: MakeContent) -> None:
    detection = """
s:
    CommandLine|contains: x
    User: [a, b]
    Company: c
condition: s
"""
    text = one(TARGET, make_content, detection).text
    assert 'ProcessCommandLine contains "x"' in text
    assert 'AccountName in~ ("a", "b")' in text
    assert 'ProcessVersionInfoCompanyName =~ "c"' in text


def test_a_wildcard_inside_a_value_becomes_an_anchored_expression(
    make_content: MakeContent,
) -> None:
    text = one(TARGET, make_content, "s: {CommandLine: 'a*b.c'}\ncondition: s").text
    assert 'ProcessCommandLine matches regex @"(?is)^a.*b\\.c$"' in text


def test_not_keeps_its_group(make_content: MakeContent) -> None:
    detection = "a: {User: x}\nf: [{Company: y}, {Product: z}]\ncondition: a and not f"
    text = one(TARGET, make_content, detection).text
    assert (
        'AccountName =~ "x" and not (ProcessVersionInfoCompanyName =~ "y" '
        'or ProcessVersionInfoProductName =~ "z")'
    ) in " ".join(text.split())


def test_hashes_go_to_the_column_of_their_algorithm(make_content: MakeContent) -> None:
    detection = "s: {Hashes: ['*SHA256=AB12*', '*MD5=CD34*']}\ncondition: s"
    text = one(TARGET, make_content, detection).text
    assert 'SHA256 =~ "ab12" or MD5 =~ "cd34"' in text


def test_a_file_version_is_degraded_to_the_product_version(make_content: MakeContent) -> None:
    query = one(TARGET, make_content, "s: {FileVersion: '1.2'}\ncondition: s")
    assert query.outcome == "degraded"
    assert "product's version" in query.reason
    assert 'ProcessVersionInfoProductVersion =~ "1.2"' in query.text


def test_lookups_are_read_from_both_tables_that_have_them(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, DOMAINS, LOOKUPS).text
    assert 'DeviceEvents | where ActionType == "DnsQueryResponse"' in text
    assert 'DeviceNetworkEvents | where ActionType == "DnsConnectionInspected"' in text
    assert 'QueryName endswith ".bad.example.com"' in text
    assert "contains" not in text


def test_a_remote_url_is_cut_down_to_its_host(make_content: MakeContent) -> None:
    logsource = "{product: windows, category: network_connection}"
    detection = "s: {DestinationHostname: a.example, Initiated: 'true'}\ncondition: s"
    text = one(TARGET, make_content, detection, logsource).text
    assert "extend RemoteHost = extract(" in text
    assert 'RemoteHost =~ "a.example"' in text
    assert 'Initiated = iff(ActionType in ("InboundConnectionAccepted"' in text


def test_signatures_are_joined_only_where_a_rule_asks(make_content: MakeContent) -> None:
    logsource = "{product: windows, category: image_load}"
    plain = one(TARGET, make_content, "s: {ImageLoaded: a.dll}\ncondition: s", logsource)
    assert "join" not in plain.text
    signed = "s: {ImageLoaded: a.dll, Signed: 'false'}\ncondition: s"
    text = one(TARGET, make_content, signed, logsource).text
    assert "join kind=leftouter (DeviceFileCertificateInfo" in text
    assert 'case(isnull(IsSigned), "", IsSigned, "true", "false")' in text


@pytest.mark.parametrize("logsource", ["{category: proxy}", "{product: zeek, service: dns}"])
def test_logs_that_defender_does_not_have_are_refused(
    make_content: MakeContent, logsource: str
) -> None:
    query = one(TARGET, make_content, "s: {query: a}\ncondition: s", logsource)
    assert (query.outcome, query.path) == ("refused", "")
    assert query.reason.startswith("defender has no table for ")


def test_a_count_slides_from_event_to_event(make_content: MakeContent) -> None:
    text = correlated(TARGET, make_content, "event_count", "    condition: {gte: 5}").text
    assert "let Window = 86400s;" in text
    assert "| extend Start = prev(Time, 4), StartKey = prev(Key, 4)" in text
    assert "bin(" not in text
    assert "arg_max(Time, Matched, DeviceId, ReportId) by Key" in text


def test_steps_in_order_are_joined_within_the_window_of_the_first(
    make_content: MakeContent,
) -> None:
    text = correlated(TARGET, make_content, "temporal_ordered", members=3).text
    assert text.count("| where Time between (Reached .. Start + Window)") == 2
    text = correlated(TARGET, make_content, "temporal").text
    assert "dcount(EarlierStep, 4)" in text and "| where Matched == 2" in text
