"""Elastic: what its queries must say, by the syntax of Lucene, EQL and ES|QL."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.model import Content
from sigmapack.targets.ecs.lucene import MAX_REGEX, expressions
from sigmapack.targets.elastic import TARGET

MakeContent = Callable[..., Content]

RULE = """\
title: {name}
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a{n:02}
name: {name}
logsource: {logsource}
detection:
{detection}
level: high
"""
CORRELATION = """\
title: Correlated
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a99
name: correlated
correlation:
    type: {type}
    rules: [one, two]
    group-by: [Computer]
    timespan: 30m
{condition}
level: high
"""
PROCESS = "{product: windows, category: process_creation}"
DNS = "{product: windows, category: dns_query}"
PROXY = "{category: proxy}"


def rule(name: str, detection: str, logsource: str = PROCESS, n: int = 1) -> str:
    lines = "\n".join(f"    {line}" for line in detection.strip("\n").splitlines())
    return RULE.format(name=name, detection=lines, logsource=logsource, n=n)


def compiled(content: Content) -> dict[tuple[str, str], Query]:
    assert content.problems == ()
    return {(q.rule.name, q.language): q for q in compile_target(content, TARGET)}


@pytest.fixture
def query(make_content: MakeContent) -> Callable[..., str]:
    """The query of one small rule, without its comment."""

    def make(language: str, detection: str, logsource: str = PROCESS) -> str:
        content = make_content(one=rule("one", f"{detection}\ncondition: s", logsource))
        found = compiled(content)["one", language]
        assert found.outcome == "ok", found.reason
        lines = found.text.splitlines()
        return "\n".join(line for line in lines if not line.startswith("//"))

    return make


@pytest.fixture
def reason(make_content: MakeContent) -> Callable[..., str]:
    """Why a small rule is refused."""

    def make(language: str, detection: str, logsource: str = PROCESS) -> str:
        content = make_content(one=rule("one", f"{detection}\ncondition: s", logsource))
        found = compiled(content)["one", language]
        assert found.outcome == "refused"
        return found.reason

    return make


def regexes(text: str, field: str) -> list[str]:
    """The regular expressions that a Lucene query compares a field with."""
    return re.findall(rf"{re.escape(field)}:/((?:\\/|[^/])+)/", text)


def matches(text: str, field: str, value: str) -> bool:
    """Whether one of them matches a value whole, as Lucene matches.

    Classes, groups, `.*`, `?` and escapes mean the same in Lucene's and in Python's syntax.
    """
    return any(re.fullmatch(one, value, re.DOTALL) for one in regexes(text, field))


# --- Lucene


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
    text = query("lucene", "s: {QueryName|expand: '%ioc_domains%'}", DNS)
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
    text = query("lucene", f"s: {{QueryName|endswith: {json.dumps(names)}}}", DNS)
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


# --- every language


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_every_query_says_its_channel_and_event_codes(
    query: Callable[..., str], language: str
) -> None:
    text = query(language, "s: {Image: a}").replace(" == ", ":").replace('"', "")
    assert "winlog.channel:Microsoft-Windows-Sysmon/Operational" in text
    assert re.search(r"winlog.channel:Security (AND|and) event.code:4688", text)
    assert "event.dataset:endpoint.events.process" in text


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_a_field_without_a_place_in_ecs_is_refused(
    reason: Callable[..., str], language: str
) -> None:
    found = reason(language, "s: {cs-cookie: a}", PROXY)
    assert found == "ECS has no field for cs-cookie of any/proxy"


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_regular_expressions_and_case_are_refused(
    reason: Callable[..., str], language: str
) -> None:
    assert "PCRE" in reason(language, "s: {Image|re: '^a$'}")
    assert "regard to case" in reason(language, "s: {Image|cased: A}")


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_wildcards_on_fields_that_hold_no_text_are_refused(
    reason: Callable[..., str], language: str
) -> None:
    assert "no text" in reason(language, "s: {dst_ip|startswith: '10.'}", PROXY)
    assert "addresses" in reason(language, "s: {dst_ip: localhost}", PROXY)


@pytest.mark.parametrize("language", ["lucene", "eql", "esql"])
def test_only_numbers_are_compared_by_size(
    query: Callable[..., str], reason: Callable[..., str], language: str
) -> None:
    assert ">" in query(language, "s: {sc-status|gte: 400}", PROXY)
    assert "is no number" in reason(language, "s: {EventID|gte: 4}")


def test_a_dns_status_is_the_name_that_the_pipelines_write(query: Callable[..., str]) -> None:
    text = query("lucene", "s: {QueryStatus: [9003, 1], QueryResults: '0.0.0.0;'}", DNS)
    assert 'sysmon.dns.status:("DNS_ERROR_RCODE_NAME_ERROR" OR 1)' in text
    assert 'dns.resolved_ip:"0.0.0.0"' in text


def test_the_answer_of_a_resolver_goes_to_the_field_that_holds_it(
    query: Callable[..., str],
) -> None:
    text = query("eql", "s: {answer: ['::', NXDOMAIN]}", "{category: dns}")
    assert 'dns.resolved_ip == "::"' in text
    assert 'dns.response_code : "NXDOMAIN"' in text


# --- EQL


def test_eql_lists_ignore_case_and_backslashes_are_doubled(query: Callable[..., str]) -> None:
    text = query("eql", "s: {Image|endswith: ['\\a.exe', '\\b.exe']}")
    assert text.startswith("any where ((winlog.channel == ")
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
        'and not ((process.command_line != null and process.command_line : "y") and '
        '(process.pe.company != null and process.pe.company : "z"))'
    ) in text


def correlated(make_content: MakeContent, kind: str, condition: str = "") -> dict[str, Query]:
    one = rule("one", "s: {Image: a.exe}\ncondition: s", n=1)
    two = rule("two", "s: {QueryName: b.example}\ncondition: s", DNS, n=2)
    text = CORRELATION.format(type=kind, condition=condition)
    found = compiled(make_content(one=one, two=two, three=text))
    return {language: q for (name, language), q in found.items() if name == "correlated"}


def test_eql_orders_steps_in_a_sequence_within_the_span(make_content: MakeContent) -> None:
    text = correlated(make_content, "temporal_ordered")["eql"].text
    head, first, second = text.splitlines()[-3:]
    assert head == "sequence by host.name with maxspan=30m"
    assert first.startswith("  [any where (((winlog.channel")
    assert 'dns.question.name : "b.example"' in second


def test_eql_counts_events_by_runs(make_content: MakeContent) -> None:
    text = correlated(make_content, "event_count", "    condition: {gte: 5}")["eql"].text
    assert text.rstrip().endswith("] with runs=5")
    more = correlated(make_content, "event_count", "    condition: {gt: 5}")["eql"].text
    assert more.rstrip().endswith("] with runs=6")
    fewer = correlated(make_content, "event_count", "    condition: {lt: 5}")["eql"]
    assert "not fewer" in fewer.reason


@pytest.mark.parametrize(
    ("kind", "condition", "why"),
    [
        ("temporal", "", "in order"),
        ("value_count", "    condition: {field: Image, gte: 3}", "distinct values"),
    ],
)
def test_eql_refuses_what_no_sequence_says(
    make_content: MakeContent, kind: str, condition: str, why: str
) -> None:
    found = correlated(make_content, kind, condition)
    assert why in found["eql"].reason
    assert "ES|QL" in found["lucene"].reason


# --- ES|QL


def test_esql_puts_fields_and_values_in_lower_case(query: Callable[..., str]) -> None:
    text = query("esql", "s: {Image|endswith: '\\A.EXE', Product: 'X Y', CommandLine: '*Q\\?*'}")
    assert 'ENDS_WITH(TO_LOWER(process.executable), """\\a.exe""")' in text
    assert 'TO_LOWER(process.pe.product) == "x y"' in text
    assert 'TO_LOWER(process.command_line) LIKE """*q\\?*"""' in text


def test_esql_names_all_sources_and_the_index_with_every_field(
    query: Callable[..., str],
) -> None:
    first = query("esql", "s: {Image: a}").splitlines()[0]
    assert first == (
        "FROM logs-endpoint.events.process-*, logs-system.security-*, "
        "logs-windows.sysmon_operational-*, winlogbeat-*, logs-ti_threecx* "
        "METADATA _id, _version, _index"
    )


def test_esql_uses_only_fields_of_the_log_source_itself(query: Callable[..., str]) -> None:
    text = query(
        "esql", "s: {ImageLoaded|endswith: '\\a.dll'}", "{product: windows, category: image_load}"
    )
    assert "file.path" in text
    assert "dll.path" not in text
    assert "logs-endpoint" not in text


def test_esql_not_is_safe_where_a_field_is_absent(make_content: MakeContent) -> None:
    detection = "a: {Image: x}\nf: {CommandLine: y, Company: z}\ncondition: a and not f"
    text = compiled(make_content(one=rule("one", detection)))["one", "esql"].text
    assert (
        'AND NOT COALESCE((TO_LOWER(process.command_line) == "y" AND '
        'TO_LOWER(process.pe.company) == "z"), FALSE)'
    ) in text


def test_esql_joins_fields_of_several_values(query: Callable[..., str]) -> None:
    logsource = "{product: zeek, service: http}"
    text = query("esql", "s: {cookie_vars: [A, b]}", logsource)
    assert (
        'CONCAT("|", TO_LOWER(MV_CONCAT(TO_STRING(zeek.http.cookie_vars), "|")), "|") '
        'RLIKE ".*[|](a|b)[|].*"'
    ) in text


def test_esql_correlations_look_back_over_their_span_without_bins(
    make_content: MakeContent,
) -> None:
    text = correlated(make_content, "event_count", "    condition: {gte: 5}")["esql"].text
    assert "BUCKET" not in text.upper()
    assert "DATE_TRUNC" not in text.upper()
    assert "| WHERE @timestamp >= NOW() - 30 minutes AND (" in text
    assert "| STATS event_count = COUNT(*)" in text
    assert "BY sigma_computer\n| WHERE event_count >= 5\n" in text
    assert text.rstrip().endswith("| RENAME sigma_computer AS host.name")


def test_esql_wants_every_step_and_their_order(make_content: MakeContent) -> None:
    text = correlated(make_content, "temporal")["esql"].text
    assert "step_2 = COUNT(CASE(sigma_step_2, 1, NULL))" in text
    assert "| WHERE step_1 > 0 AND step_2 > 0" in text
    ordered = correlated(make_content, "temporal_ordered")["esql"].text
    assert "first_step = MIN(CASE(sigma_step_1, @timestamp, NULL))" in ordered
    assert "last_step = MAX(CASE(sigma_step_2, @timestamp, NULL))" in ordered
    assert "| WHERE first_step <= last_step" in ordered


def test_esql_counts_distinct_values(make_content: MakeContent) -> None:
    one = rule("one", "s: {QueryName: a.example}\ncondition: s", DNS, n=1)
    two = rule("two", "s: {QueryName: b.example}\ncondition: s", DNS, n=2)
    condition = "    condition: {field: QueryName, gte: 3}"
    text = CORRELATION.format(type="value_count", condition=condition)
    found = compiled(make_content(one=one, two=two, three=text))["correlated", "esql"].text
    assert "sigma_value = TO_LOWER(dns.question.name)" in found
    assert "value_count = COUNT_DISTINCT(sigma_value)" in found
    assert "| WHERE value_count >= 3" in found


# --- files


def test_indicators_are_a_bulk_body_with_stable_identifiers(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", "s: {Image: a}\ncondition: s"))
    files = {a.path: a.data for a in TARGET.package(content, ())}
    again = {a.path: a.data for a in TARGET.package(content, ())}
    assert files == again
    lines = [json.loads(line) for line in files["indicators/ioc_domains.ndjson"].splitlines()]
    assert [list(line) for line in lines[::2]] == [["index"]] * 2
    assert lines[0]["index"]["_index"] == "logs-ti_threecx"
    assert lines[0]["index"]["_id"] != lines[2]["index"]["_id"]
    assert lines[1]["threat.indicator.url.domain"] == "bad.example.com"
    assert lines[1]["threat.indicator.type"] == "domain-name"


def test_index_patterns_are_named_for_languages_without_them(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", "s: {QueryName: a}\ncondition: s", DNS))
    queries = tuple(compile_target(content, TARGET))
    files = {a.path: a.data for a in TARGET.package(content, queries)}
    found = json.loads(files["index_patterns.json"])
    assert found["one"] == [
        "logs-endpoint.events.network-*",
        "logs-windows.sysmon_operational-*",
        "winlogbeat-*",
    ]
