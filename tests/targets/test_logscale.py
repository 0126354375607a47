"""LogScale: groups in parentheses, values in any case, hashes, and correlations over the span."""

from __future__ import annotations

import re

from sigmapack.targets.logscale import TARGET
from tests.targets.sample import DOMAINS, LOOKUPS, MakeContent, compiled, correlated, one, rule


def test_or_in_and_has_parentheses_whatever_the_precedence(make_content: MakeContent) -> None:
    detection = "a: [{User: x}, {Company: y}]\nb: {Product: z}\ncondition: a and b"
    text = one(TARGET, make_content, detection).text
    assert "| (user.name=/^x$/i OR process.pe.company=/^y$/i) AND process.pe.product=/^z$/i" in text


def test_not_keeps_its_group(make_content: MakeContent) -> None:
    detection = "a: {User: x}\nf: [{Company: y}, {Product: z}]\ncondition: a and not f"
    text = " ".join(one(TARGET, make_content, detection).text.split())
    assert "AND NOT (process.pe.company=/^y$/i OR process.pe.product=/^z$/i)" in text


def test_the_sources_of_a_category_are_alternatives(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, "s: {User: x}\ncondition: s").text
    assert text.splitlines()[2] == (
        '(event.provider="Microsoft-Windows-Sysmon" event.code=1) OR '
        '(event.provider="Microsoft-Windows-Security-Auditing" event.code=4688)'
    )


def test_domains_and_slashes_are_escaped(make_content: MakeContent) -> None:
    text = one(TARGET, make_content, DOMAINS, LOOKUPS).text
    (pattern,) = re.findall(r"dns.question.name=/\^(.*)\$/i", text)
    assert re.fullmatch(pattern, "www.bad.example.com.")
    assert not re.fullmatch(pattern, "notbad.example.com")
    path = one(TARGET, make_content, "s: {CommandLine|contains: 'a/b'}\ncondition: s").text
    assert r"process.command_line=/^.*a\/b.*$/i" in path


def test_hashes_go_to_the_field_of_their_algorithm(make_content: MakeContent) -> None:
    logsource = "{product: windows, category: image_load}"
    text = one(TARGET, make_content, "s: {Hashes: '*SHA1=AB*'}\ncondition: s", logsource).text
    assert "dll.hash.sha1=/^ab$/i" in text


def test_a_field_with_a_blank_is_quoted(make_content: MakeContent) -> None:
    logsource = "{product: windows, service: windefend}"
    text = one(TARGET, make_content, "s: {NewValue: a}\ncondition: s", logsource).text
    assert '"windows.EventData.New Value"=/^a$/i' in text


def test_a_correlation_says_its_search_interval(make_content: MakeContent) -> None:
    text = correlated(TARGET, make_content, "event_count", "    condition: {gte: 5}").text
    assert "// search interval: 24h\ncase {" in text
    assert "groupBy([sigma_key_0], function=[count(as=event_count)" in text
    assert text.rstrip().endswith("| event_count >= 5")


def test_ordered_steps_compare_first_and_last(make_content: MakeContent) -> None:
    text = correlated(TARGET, make_content, "temporal_ordered").text
    assert "{sigma_step=1 | min(@timestamp, as=first_1)}" in text
    assert text.rstrip().endswith("| test(first_1 <= last_2)")


def test_a_table_has_a_row_for_each_form(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", DOMAINS, LOOKUPS))
    queries = tuple(compiled(TARGET, content).values())
    files = {a.path: a.data.decode() for a in TARGET.package(content, queries)}
    lines = files["lookups/ioc_domains.csv"].splitlines()
    assert lines[0].startswith("pattern,domain,role")
    assert [line.partition(",")[0] for line in lines[1:5]] == [
        "bad.example.com",
        "*.bad.example.com",
        "bad.example.com.",
        "*.bad.example.com.",
    ]
