"""SQLite: its queries run, with the semantics of Sigma, and its lookup tables do the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

import pytest
import yaml
from sigma.backends.sqlite.sqlite import sqliteBackend
from sigma.rule import SigmaRule

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.kinds import in_url
from sigmapack.content.model import Content
from sigmapack.targets.sqlite import TARGET
from sigmapack.targets.sqlite.backend import Backend
from tests import urls

MakeContent = Callable[..., Content]

COLUMNS = ("Image", "CommandLine", "QueryName", "Computer", "c-uri", "Hashes", "SHA256")
RULE = """\
title: Sample
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01
name: one
logsource: {{product: windows, category: dns_query}}
detection:
{detection}
level: high
"""


def compiled(make_content: MakeContent, detection: str) -> tuple[Content, Query]:
    lines = "\n".join(f"    {line}" for line in detection.strip("\n").splitlines())
    content = make_content(one=RULE.format(detection=lines))
    assert content.problems == ()
    return content, next(iter(compile_target(content, TARGET)))


def database(events: Iterable[dict[str, str]]) -> sqlite3.Connection:
    """The documented table, holding the events."""
    db = sqlite3.connect(":memory:")
    source = [f"logsource_{part}" for part in ("product", "category", "service")]
    names = ["timestamp", *source, *COLUMNS]
    text = ", ".join(f"`{name}` TEXT COLLATE NOCASE" for name in names)
    db.execute(f"CREATE TABLE logs (event_id INTEGER, {text})")
    for number, event in enumerate(events):
        row = {"logsource_product": "windows", "logsource_category": "dns_query", **event}
        keys = ", ".join(f"`{key}`" for key in row)
        marks = ", ".join("?" * len(row))
        statement = f"INSERT INTO logs (event_id, {keys}) VALUES ({number}, {marks})"
        db.execute(statement, tuple(row.values()))
    return db


def hits(sql: str, events: list[dict[str, str]], tables: str = "") -> list[int]:
    db = database(events)
    db.executescript(tables)
    return sorted(row[0] for row in db.execute(sql))


DOMAINS = "s: {QueryName|expand: '%ioc_domains%'}\ncondition: s"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bad.example.com", [0]),
        ("BAD.Example.com.", [0]),
        ("a.b.bad.example.com", [0]),
        ("www.bad.example.com.", [0]),
        ("notbad.example.com", []),
        ("bad.example.com.example.org", []),
        ("badxexample.com", []),
    ],
)
def test_a_domain_matches_alike_inline_and_by_the_table(
    make_content: MakeContent, name: str, expected: list[int]
) -> None:
    content, query = compiled(make_content, DOMAINS)
    tables = TARGET.package(content, (query,))[0].data.decode()
    assert hits(query.text, [{"QueryName": name}]) == expected
    assert hits(query.native_text, [{"QueryName": name}], tables) == expected


def test_a_host_is_cut_out_of_a_url(make_content: MakeContent) -> None:
    _, query = compiled(make_content, DOMAINS.replace("QueryName", "c-uri"))
    assert query.native_text == ""
    found = hits(query.text, [{"c-uri": url} for url in [*urls.HITS, *urls.MISSES]])
    assert found == list(range(len(urls.HITS)))


def test_a_path_is_compared_on_its_own_host(make_content: MakeContent) -> None:
    expression = in_url("url", "c-uri", [{"url": f"https://{urls.HOST}{urls.PATH}"}])
    _, query = compiled(make_content, f"s: {{c-uri|re: '{expression}'}}\ncondition: s")
    listed = [*urls.HITS, *urls.MISSES]
    found = [listed[number] for number in hits(query.text, [{"c-uri": url} for url in listed])]
    assert found == urls.of(urls.PATH)


@pytest.mark.parametrize("field", ["Hashes", "SHA256"])
def test_the_table_of_hashes_serves_bare_hashes_too(make_content: MakeContent, field: str) -> None:
    value = "ab" * 32
    lookups = {"ioc_hashes": f"hash,algorithm\n{value},sha256\n"}
    rule = RULE.format(detection=f"    s: {{{field}|expand: '%ioc_hashes%'}}\n    condition: s")
    content = make_content(lookups, one=rule)
    query = next(iter(compile_target(content, TARGET)))
    tables = TARGET.package(content, (query,))[0].data.decode()
    text = f"MD5={'cd' * 16},SHA256={value.upper()}" if field == "Hashes" else value
    events = [{field: text}, {field: text.replace("b", "c").replace("B", "C")}]
    assert hits(query.text, events) == hits(query.native_text, events, tables) == [0]


def test_other_log_sources_do_not_match(make_content: MakeContent) -> None:
    _, query = compiled(make_content, DOMAINS)
    event = {"QueryName": "bad.example.com", "logsource_category": "network_connection"}
    assert hits(query.text, [event]) == []


@pytest.mark.parametrize("text", ["100%", "a_b", "c:\\x\\", "it's", "a*b", "what?"])
def test_special_characters_of_sql_are_literal(make_content: MakeContent, text: str) -> None:
    pattern = text.replace("*", "\\*").replace("?", "\\?").replace("'", "''")
    _, query = compiled(make_content, f"s: {{CommandLine|contains: '{pattern}'}}\ncondition: s")
    other = text.replace("%", "x").replace("_", "x").replace("*", "xx").replace("?", "x")
    others = [other] if other != text else []
    events = [{"CommandLine": f"run {value} now"} for value in [text, *others]]
    assert hits(query.text, events) == [0]


def test_not_keeps_its_group(make_content: MakeContent) -> None:
    detection = """
s: {Image|endswith: '\\a.exe'}
f: [{CommandLine: x}, {CommandLine: y}]
condition: s and not f
"""
    _, query = compiled(make_content, detection)
    events = [{"Image": "C:\\A.EXE", "CommandLine": value} for value in ("x", "Y", "z")]
    assert hits(query.text, events) == [2]


@pytest.mark.parametrize(
    ("detection", "function"),
    [
        ("s: {Image|re: '(a+)+$'}", "REGEXP"),
        ("s: {Image|re|i: 'x'}", "REGEXP"),
        ("s: [{Image|re: ['x', 'y']}]", "REGEXP"),
        ("s: {'|re': x}", "REGEXP"),
        ("s: {Image|contains: 'é'}", "REGEXP"),
        ("s: {Computer|cidr: 'fe80::/10'}", "in_network"),
    ],
)
def test_a_query_that_needs_a_function_says_so(
    make_content: MakeContent, detection: str, function: str
) -> None:
    """It was written without a word, and ended in: no such function: REGEXP."""
    _, query = compiled(make_content, f"{detection}\ncondition: s")
    assert query.outcome == "degraded"
    assert f"given {function}," in query.reason
    assert f"{function}" in query.bare


@pytest.mark.parametrize("selection", ["{Image: 're'}", "{Computer|cidr: '10.0.0.0/8'}"])
def test_a_query_that_needs_no_function_is_whole(make_content: MakeContent, selection: str) -> None:
    _, query = compiled(make_content, f"s: {selection}\ncondition: s")
    assert query.outcome == "ok"
    assert hits(query.text, [{"Image": "x", "Computer": "10.example.com"}]) == []


def test_a_step_of_more_than_26_alternatives_keeps_them_all(make_content: MakeContent) -> None:
    """Beyond `z` they were dropped without a word."""
    members = [f"m{number}" for number in range(60)]
    rules = {
        name: RULE.format(detection=f"    s: {{QueryName: {name}}}\n    condition: s")
        .replace("2b7a01", f"2b8a{number:02}")
        .replace("name: one", f"name: {name}")
        for number, name in enumerate(members)
    }
    aliases = "".join(f"                {name}: Host{name}\n" for name in members)
    rules["two"] = f"""
title: Two
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a02
correlation:
    type: temporal
    rules: [{", ".join(members)}, one]
    aliases:
        host:
{aliases.replace("                ", "            ")}            one: Computer
    group-by: [host]
    timespan: 1h
    condition: ({" or ".join(members)}) and one
level: high
"""
    rules["one"] = RULE.format(detection="    s: {QueryName: one}\n    condition: s")
    content = make_content(**rules)
    assert content.problems == ()
    query = next(q for q in compile_target(content, TARGET) if q.rule.name == "two")
    assert query.outcome == "ok", query.reason
    assert [name for name in members if f"'{name}'" not in query.bare] == []


VALUES = (
    *(
        "a",
        "A b",
        "*",
        "a*",
        "*a",
        "*a*",
        "a*b",
        "a?b",
        "?",
        "*a\\*",
        "a%b",
        "a_b",
        "100%",
        "c:\\x\\*",
    ),
    *("c:\\x\\*", "\\\\srv\\*", "it's", "a\\?b", "", "**", "*\\\\*", "日本", "–x*"),  # noqa: RUF001
)


@pytest.mark.parametrize("value", VALUES)
def test_a_comparison_is_written_as_pysigmas_backend_writes_it(value: str) -> None:
    rule = yaml.safe_load(RULE.format(detection="    s: {}\n    condition: s"))
    rule["detection"]["s"] = {"Image": value}
    theirs, ours = (
        kind().convert_rule(SigmaRule.from_dict(rule))  # type: ignore[no-untyped-call]
        for kind in (sqliteBackend, Backend)
    )
    assert theirs == [f"SELECT * FROM logs WHERE {ours[0]}"]
