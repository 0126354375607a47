"""Lucene: values in any case, whole lists below the limit, groups kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from sigmapack.targets.ecs.lucene import MAX_REGEX, expressions
from tests.targets.elastic.sample import PROXY, compiled, matches, regexes
from tests.targets.sample import LOOKUPS, MakeContent, rule


@pytest.mark.parametrize(
    ("name", "hit"),
    [
        ("bad.example.com", True),
        ("BAD.Example.COM", True),
        ("www.bad.example.com", True),
        ("bad.example.com.", True),
        ("a.b.worse.example.net.", True),
        ("notbad.example.com", False),
        ("bad.example.com.evil.example", False),
        ("badXexample.com", False),
        ("example.com", False),
    ],
)
def test_lucene_matches_domains_whole_or_below_in_any_case(
    query: Callable[..., str], name: str, hit: bool
) -> None:
    text = query("lucene", "s: {QueryName|expand: '%ioc_domains%'}", LOOKUPS)
    assert matches(text, "dns.question.name", name) is hit


def test_lucene_keeps_backslashes_wildcards_and_literal_question_marks(
    query: Callable[..., str],
) -> None:
    text = query("lucene", r"s: {CommandLine: '*\App\\*\new.exe /a\?b'}")
    assert matches(text, "process.command_line", "c:\\APP\\x\\new.exe /a?b")
    assert not matches(text, "process.command_line", "c:\\app\\x\\new.exe /aXb")
    assert not matches(text, "process.command_line", "c:\\app\\newXexe /a?b")


def test_lucene_escapes_the_operators_of_its_expressions(query: Callable[..., str]) -> None:
    value = 'a/b+c(d)[e]{f}"g"#h@i&j<k>l~m|n^o$p'
    text = query("lucene", f"s: {{CommandLine: '{value}'}}")
    assert matches(text, "process.command_line", value.upper())
    (found,) = regexes(text, "process.command_line")
    bare = re.sub(r"\\.", "", re.sub(r"\[\w{2}\]", "", found))
    assert not set('/+()[]{}"#@&<>~|') & set(bare)


def test_lucene_does_not_end_an_expression_with_an_escape(query: Callable[..., str]) -> None:
    text = query("lucene", "s: {CommandLine|endswith: '\\Temp\\'}")
    assert text.endswith(r"[tT][eE][mM][pP][\\]/")
    assert matches(text, "process.command_line", "c:\\temp\\")


def test_lucene_splits_lists_below_the_limit_of_elasticsearch(query: Callable[..., str]) -> None:
    names = [f"name-number-{number}-of-a-long-list.example.com" for number in range(60)]
    text = query("lucene", f"s: {{QueryName|endswith: {json.dumps(names)}}}", LOOKUPS)
    found = regexes(text, "dns.question.name")
    assert len(found) > 1
    assert all(len(one) <= MAX_REGEX for one in found)
    assert all(matches(text, "dns.question.name", f"x.{name}") for name in names)


def test_one_long_value_is_not_split() -> None:
    (only,) = expressions([("a" * 200,)])
    assert only == "[aA]" * 200


def test_lucene_compares_hashes_addresses_numbers_and_codes_plainly(
    query: Callable[..., str],
) -> None:
    sha256 = "AB" * 32
    text = query("lucene", f"s: {{Hashes|contains: 'SHA256={sha256}', EventID: 1}}")
    assert f"process.hash.sha256:{sha256.lower()}" in text
    assert "event.code:1" in text
    text = query("lucene", "s: {dst_ip: '2001:db8::1', sc-status: [403, 451]}", PROXY)
    assert 'destination.ip:"2001:db8::1"' in text
    assert "http.response.status_code:(403 OR 451)" in text


def test_hashes_of_two_algorithms_become_two_fields(query: Callable[..., str]) -> None:
    values = [f"SHA256={'a' * 64}", f"MD5={'b' * 32}"]
    text = query("lucene", f"s: {{Hashes|contains: {json.dumps(values)}, Image: x}}")
    assert f"process.hash.sha256:{'a' * 64}" in text
    assert f"process.hash.md5:{'b' * 32}" in text
    assert text.count("process.executable:/[xX]/") == 2


def test_lucene_not_keeps_its_group(make_content: MakeContent) -> None:
    detection = "a: {Image: x}\nf: [{CommandLine: y}, {Company: z}]\ncondition: a and not f"
    text = compiled(make_content(one=rule("one", detection)))["one", "lucene"].text
    assert "AND NOT (process.command_line:/[yY]/ OR process.pe.company:/[zZ]/)" in text


def test_lucene_has_no_comment(make_content: MakeContent) -> None:
    text = compiled(make_content(one=rule("one", "s: {Image: a}\ncondition: s")))["one", "lucene"]
    assert text.text.startswith("((winlog.channel:")
