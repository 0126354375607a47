"""EQL: lists without case, wildcards, types, and a NOT that is safe."""

from __future__ import annotations

from collections.abc import Callable

from tests.targets.elastic.sample import PROXY, compiled
from tests.targets.sample import MakeContent, rule


def test_eql_lists_ignore_case_and_backslashes_are_doubled(query: Callable[..., str]) -> None:
    text = query("eql", "s: {Image|endswith: ['\\a.exe', '\\b.exe']}")
    assert text.startswith("any where ((?winlog.channel == ")
    assert r'process.executable : ("*\\a.exe", "*\\b.exe")' in text


def test_eql_writes_literal_wildcard_characters_as_expression(query: Callable[..., str]) -> None:
    text = query("eql", r"s: {c-uri-stem: '/A\?*'}", PROXY)
    assert r'url.path regex~ "/a\\?.*"' in text


def test_eql_codes_are_text_and_numbers_are_not(query: Callable[..., str]) -> None:
    text = query("eql", "s: {sc-status: 403}", PROXY)
    assert "http.response.status_code == 403 or ?squid.status_code == 403" in text
    assert 'event.code == "1"' in query("eql", "s: {EventID: 1}")


def test_eql_not_is_safe_where_a_field_is_absent(make_content: MakeContent) -> None:
    detection = "a: {Image: x}\nf: {CommandLine: y, Company: z}\ncondition: a and not f"
    text = compiled(make_content(one=rule("one", detection)))["one", "eql"].text
    assert (
        'and not ((?process.command_line != null and ?process.command_line : "y") and '
        '(?process.pe.company != null and ?process.pe.company : "z"))'
    ) in text
