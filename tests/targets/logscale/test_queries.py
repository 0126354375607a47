"""LogScale: groups in parentheses, values in any case, hashes, and correlations over the span."""

from __future__ import annotations

import re

import pytest

from sigmapack.targets.logscale import TARGET
from tests.targets.sample import DOMAINS, LOOKUPS, MakeContent, compiled, correlated, one, rule

SYSMON = '(#event.module="sysmon" OR windows.Channel="Microsoft-Windows-Sysmon/Operational")'
MAC = "{product: macos, category: process_creation}"


def test_or_in_and_has_parentheses_whatever_the_precedence(make_content: MakeContent) -> None:
    detection = "a: [{User: x}, {Company: y}]\nb: {Product: z}\ncondition: a and b"
    text = one(TARGET, make_content, detection).text
    assert "| (User=/^x$/i OR Company=/^y$/i) AND Product=/^z$/i" in text


def test_not_keeps_its_group(make_content: MakeContent) -> None:
    detection = "a: {User: x}\nf: [{Company: y}, {Product: z}]\ncondition: a and not f"
    text = " ".join(one(TARGET, make_content, detection).text.split())
    assert "User=/^x$/i AND NOT (Company=/^y$/i OR Product=/^z$/i)" in text


def test_the_sources_of_a_category_are_alternatives(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, "s: {User: x}\ncondition: s").text
    assert text.splitlines()[2] == (
        f"({SYSMON} AND (Vendor.EventID=1 OR windows.EventID=1)) OR "
        '(windows.Channel="Security" AND (Vendor.EventID=4688 OR windows.EventID=4688))'
    )


def test_a_field_is_read_as_either_parser_names_it(make_content: MakeContent) -> None:
    detection = "s: {Image: x, User: y}\ncondition: s"
    lines = one(TARGET, make_content, detection).text.splitlines()
    assert (
        "| Image := coalesce([Vendor.EventData.Image, windows.EventData.Image, "
        "windows.EventData.NewProcessName])" in lines
    )
    assert "| User := coalesce([Vendor.EventData.User, windows.EventData.User])" in lines
    assert lines[-1] == "| Image=/^x$/i AND User=/^y$/i"


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
    (pattern,) = re.findall(r"QueryName=/(.*)/i\n", text)
    assert bool(re.search(pattern, name, re.IGNORECASE)) is expected


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        ("*a/b*", r"/a\/b/i"),
        (r"*\x\y.z", r"/\\x\\y\.z$/i"),
        ("ab*", "/^ab/i"),
        ("a*b", "/^a.*b$/id"),
        (r"a\?b", r"/^a\?b$/i"),
        ("a?b", "/^a.b$/i"),
        (r"a\*b", r"/^a\*b$/i"),
    ],
)
def test_wildcards_become_anchors_and_the_rest_is_literal(
    make_content: MakeContent, value: str, pattern: str
) -> None:
    text = one(TARGET, make_content, f"s: {{CommandLine: '{value}'}}\ncondition: s").text
    assert text.rstrip().endswith(f"| CommandLine={pattern}")


def test_values_of_one_field_are_one_expression(make_content: MakeContent) -> None:
    detection = "s: {CommandLine: ['a', '*b', 'c', '*d*']}\ncondition: s"
    text = one(TARGET, make_content, detection).text
    assert "| CommandLine=/^(?:a|c)$|b$|d/i" in text


def test_a_star_alone_is_any_value(make_content: MakeContent) -> None:
    assert "| User=*" in one(TARGET, make_content, "s: {User: '*'}\ncondition: s").text


def test_a_hash_is_found_in_the_field_of_its_algorithm(make_content: MakeContent) -> None:
    logsource = "{product: windows, category: image_load}"
    text = one(TARGET, make_content, "s: {Hashes: '*SHA1=AB*'}\ncondition: s", logsource).text
    fields = "Vendor.EventData.Hashes.SHA1, windows.EventData.Hashes"
    assert f"| SHA1 := coalesce([{fields}])\n| SHA1=/(?:^|SHA1=)(?:ab)(?:,|$)/i" in text
    mac = one(TARGET, make_content, "s: {Hashes: '*SHA1=AB*'}\ncondition: s", MAC).text
    assert "| process.hash.sha1=/^ab$/i" in mac


def test_the_events_of_a_mac_are_told_apart_by_their_category(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, "s: {Image: a}\ncondition: s", MAC).text
    assert 'host.os.type="macos" AND array:contains("event.category[]", value="process")' in text


def test_a_field_with_a_blank_is_quoted(make_content: MakeContent) -> None:
    logsource = "{product: windows, service: windefend}"
    detection = "s: {EventID: 5007, NewValue: a}\ncondition: s"
    text = one(TARGET, make_content, detection, logsource).text
    assert '| windows.EventID=5007 AND "windows.EventData.New Value"=/^a$/i' in text


def test_the_text_of_an_event_is_searched_for_its_unnamed_data(make_content: MakeContent) -> None:
    logsource = "{product: windows, service: application}"
    text = one(TARGET, make_content, "s: {Data|contains: 'a b'}\ncondition: s", logsource).text
    assert "| @rawstring=/a b/i" in text


def test_zeek_keeps_its_names_and_its_lists(make_content: MakeContent) -> None:
    logsource = "{product: zeek, service: dns}"
    detection = "a: {query: x}\nb: {answers: ['0.0.0.0', '::']}\ncondition: a and b"
    text = " ".join(one(TARGET, make_content, detection, logsource).text.split())
    expected = r'array:regex("Vendor.answers[]", regex="^(?:0\\.0\\.0\\.0|::)$", flags="i")'
    assert f"| Vendor.query=/^x$/i AND {expected}" in text


def test_an_absent_field_is_not_there(make_content: MakeContent) -> None:
    detection = "a: {Company: x}\nf: {User: null}\ncondition: a and not f"
    assert "NOT (User!=*)" in one(TARGET, make_content, detection).text


def test_a_field_without_a_name_is_refused(make_content: MakeContent) -> None:
    query = one(TARGET, make_content, "s: {cs-cookie: a}\ncondition: s", "{category: proxy}")
    assert query.outcome == "refused"
    assert query.reason == "no field for cs-cookie of any/proxy"


def test_a_correlation_says_its_search_interval(make_content: MakeContent) -> None:
    text = correlated(TARGET, make_content, "event_count", "    condition: {gte: 5}").text
    assert "// search interval: 24h\ncase {" in text
    assert "groupBy([sigma_key_0], function=[count(as=event_count)" in text
    assert text.rstrip().endswith("| event_count >= 5")


def test_a_branch_of_a_correlation_is_a_whole_query_with_its_key(
    make_content: MakeContent,
) -> None:
    text = correlated(TARGET, make_content, "temporal").text
    assert "  | Computer := coalesce([Vendor.Computer, windows.Computer])\n" in text
    assert '  | sigma_step := 2 | sigma_rule := "r2"\n  | sigma_key_0 := lower(Computer);' in text
    assert text.rstrip().endswith("| steps = 2")


def test_a_value_count_counts_distinct_values(make_content: MakeContent) -> None:
    condition = "    condition: {field: Image, gte: 3}"
    text = correlated(TARGET, make_content, "value_count", condition).text
    assert "  | sigma_value := lower(Image);" in text
    assert "count(sigma_value, distinct=true, as=value_count)" in text
    # A search over several hosts named none of them.
    assert "collect([sigma_rule, sigma_value])" in text
    assert text.rstrip().endswith("| value_count >= 3")


def test_ordered_steps_compare_first_and_last(make_content: MakeContent) -> None:
    query = correlated(TARGET, make_content, "temporal_ordered")
    assert "{sigma_step=1 | min(@timestamp, as=first_1)}" in query.text
    assert query.text.rstrip().endswith("| test(first_1 <= last_2)")
    assert query.outcome == "ok"
    three = correlated(TARGET, make_content, "temporal_ordered", members=3)
    assert three.outcome == "degraded"


def test_a_table_has_a_row_for_each_form(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", DOMAINS, LOOKUPS))
    queries = tuple(compiled(TARGET, content).values())
    files = {
        a.path: a.data.decode() for a in TARGET.package(content, queries) if a.path.endswith(".csv")
    }
    lines = files["lookups/ioc_domains.csv"].splitlines()
    assert lines[0].startswith("pattern,domain,role")
    assert [line.partition(",")[0] for line in lines[1:5]] == [
        "bad.example.com",
        "*.bad.example.com",
        "bad.example.com.",
        "*.bad.example.com.",
    ]
