"""Every modifier of Sigma's specification, from the rule to the match: what is found, what not.

https://sigmahq.io/sigma-specification/specification/sigma-appendix-modifiers.html
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sigmapack.checks import problems
from sigmapack.checks.aside import set_aside
from tests.conftest import MakeContent
from tests.replay.conftest import RULE, Found, Run, of

MATRIX: dict[str, tuple[Any, list[Any], list[Any]]] = {
    # modifier: (value of X|modifier, values that match, values that do not)
    "re": (
        r"wh[aeo]\w{2}i\.exe",
        ["c:\\whoami.exe", "x whoami.exe y"],
        ["WHOAMI.exe", "whoam.exe"],
    ),
    "re|i": ("whoami", ["WhoAmI.exe"], ["who ami"]),
    "re|m": ("^b$", ["a\nb\nc"], ["a\nbc"]),
    "re|s": ("a.c", ["a\nc", "abc"], ["ac"]),
    "re|i|m|s": ("^b.d$", ["a\nB\nD\n"], ["ab\nd"]),
    "cidr": ("10.0.0.0/8", ["10.1.2.3"], ["110.1.2.3", "10.example.com", "11.0.0.0"]),
    "cased": ("Whoami", ["Whoami"], ["whoami", "WHOAMI"]),
    "contains|cased": ("Who[a]*mi", ["x Who[a]am-Who[a]mi x"], ["who[a]ami", "Whoami"]),
    "startswith|cased": ("Who", ["Whoami"], ["whoami", "x Who"]),
    "endswith|cased": ("Mi", ["WhoaMi"], ["Whoami", "Mi x"]),
    "startswith": ("who", ["WHOami"], ["x who"]),
    "endswith": ("%.exe", ["100%.EXE"], ["100.exe", "100%.exe "]),
    "contains": ("a_b", ["xa_bx", "A_B"], ["aXb"]),
    "contains|all": (["-a", "-b"], ["x -B -A"], ["x -a", "x -b"]),
    "windash|contains": (
        " -decode ",
        ["x -decode y", "x /decode y", "x –decode y", "x —DECODE y"],  # noqa: RUF001
        ["x decode y", "x +decode y"],
    ),
    "base64": ("http://", ["aHR0cDovLw=="], ["http://"]),
    "base64offset|contains": (
        "/bin/bash",
        ["L2Jpbi9iYXNo", "x vYmluL2Jhc2", "y 9iaW4vYmFza"],
        ["/bin/bash", "L2Jpbi9zaA=="],
    ),
    "wide|base64offset|contains": ("ping", ["cABpAG4AZw", "AAcABpAG4AZwA"], ["cGluZw=="]),
    "gt": (10, ["11", 10.5, "1000"], [10, "9", "abc", "", "1.2.3.4", "12-13", "-11", "0x20"]),
    "gte": (10, [10, "10.0", "11"], ["9.9", "abc", ""]),
    "lt": (10, ["9", -11, 9.5, "0"], [10, "11", "abc", "", "1.2.3.4", "1-2", None]),
    "lte": (10, [10, "-1"], ["10.5", "abc", ""]),
    "neq": ("a", ["b", ""], ["a", "A"]),
    "exists": (True, ["x", ""], [None]),
    "hour|gte": (22, ["2023-03-29T22:15:00Z"], ["2023-03-29T21:59:00Z", "abc"]),
    "contains|neq": ("a", ["b", None], ["xAx"]),
    "re|neq": ("a", ["b", "A", None], ["xax"]),
    "re|all": (["a", "b"], ["xbxa"], ["a", "b"]),
    "contains|windash|all": ([" -a", " -b"], ["x /a -b"], ["x -a", "x -b"]),
    "minute": (15, ["2023-03-29T10:15:00Z"], ["2023-03-29T15:10:00Z", "15"]),
    "hour": (
        10,
        ["2023-03-29T10:15:00.1234567Z", "2023-03-29 10:00:00.123", "2023-03-29T12:15:00+02:00"],
        ["2023-03-29T11:10:10Z", "10", "abc", ""],
    ),
    "day": (29, ["2023-03-29 10:15:00", "1680084900"], ["2023-03-28T00:00:00Z"]),
    "week": (13, ["2023-03-29T10:15:00Z"], ["2023-04-29T10:15:00Z"]),
    "month": (3, ["2023-03-29T10:15:00Z"], ["2023-04-03T10:15:00Z"]),
    "year": (2023, ["2023-03-29T10:15:00Z"], ["2024-03-29T10:15:00Z"]),
}


@pytest.mark.parametrize("modifiers", MATRIX)
def test_a_modifier_finds_what_it_says_and_nothing_else(found: Found, modifiers: str) -> None:
    value, hits, misses = MATRIX[modifiers]
    events = of("X", *hits, *misses)
    assert found({f"X|{modifiers}": value}, *events) == list(range(1, len(hits) + 1))


def test_every_modifier_that_pysigma_knows_is_here() -> None:
    from sigma.modifiers import modifier_mapping

    elsewhere = {"expand", "utf16", "fieldref", "utf16be", "ignorecase", "multiline", "dotall"}
    here = {part for modifiers in MATRIX for part in modifiers.split("|")}
    assert set(modifier_mapping) == here | elsewhere


NETWORKS: dict[str, tuple[list[str], list[str]]] = {
    "0.0.0.0/0": (["1.2.3.4"], ["fe80::1", "host", ""]),
    "10.0.0.0/9": (["10.0.0.1", "10.127.255.255"], ["10.128.0.0"]),
    "192.168.1.64/26": (["192.168.1.64", "192.168.1.127"], ["192.168.1.63", "192.168.1.128"]),
    "192.168.1.1/32": (["192.168.1.1"], ["192.168.1.10", "192.168.1.1.example"]),
    "172.16.0.0/12": (["172.16.0.1", "172.31.255.255"], ["172.32.0.1", "172.160.1.1"]),
    "::1/128": (["::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001"], ["::2"]),
    "fe80::/10": (
        ["fe80::1", "FEBF::1", "fe80::1%12", "[fe80::1]"],
        ["fec0::1", "fe8", "10.0.0.1"],
    ),
    "fc00::/7": (["fd12:3456::", "FC00:0:0:0:0:0:0:1"], ["fe00::1", "host", ""]),
    "2001:db8::/32": (["2001:0db8:0000::1", "2001:DB8:ffff::"], ["2001:db9::1", "2001:db80::"]),
    "::/0": (["::", "2001:db8::1"], ["1.2.3.4"]),
}


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_has_its_addresses_in_every_spelling(found: Found, network: str) -> None:
    hits, misses = NETWORKS[network]
    assert found({"X|cidr": network}, *of("X", *hits, *misses)) == list(range(1, len(hits) + 1))


def test_an_expression_is_not_read_as_sql_nor_as_a_pattern_of_like(found: Found) -> None:
    events = of("X", "it's 100% a_b\\", "its 100x aXb\\")
    assert found({"X|re": r"it's \d+% a_b\\$"}, *events) == [1]


def test_an_expression_finds_nothing_where_the_field_is_missing(found: Found) -> None:
    events = [{"Y": "x"}, {"X": ""}]
    assert found({"X|re": ".*"}, *events) == [2]
    assert found({"X|re": ".*"}, *events, condition="not sel") == [1]


def test_letters_beyond_ascii_have_a_case_with_the_flag_only(found: Found) -> None:
    assert found({"X|re|i": "é+$"}, *of("X", "É", "é", "e")) == [1, 2]
    assert found({"X|re": "^.$"}, *of("X", "É", "éé")) == [1]


@pytest.mark.parametrize("pattern", ["(?<=a)b", "a(?!b)", r"(a)\1", "(?>a+)b", "a{5000}"])
def test_an_expression_beyond_linear_time_is_refused_by_name(run: Run, pattern: str) -> None:
    report = run({"sel": {"X|re": pattern}, "condition": "sel"}, {"X": "ab"})
    (refused,) = report.refused
    assert refused.rule.name == "modifier"
    assert "RE2" in refused.reason and "\n" not in refused.reason


def test_a_pattern_that_backtracks_for_ever_elsewhere_ends_at_once(found: Found) -> None:
    """SQLite cannot stop a function, and with Python's `re` this one would never end."""
    assert found({"X|re": "^(([a-z])+.)+[A-Z]([a-z])+$"}, *of("X", "a" * 100_000, "abC d")) == []


@pytest.mark.parametrize("modifiers", ["wide", "wide|contains"])
def test_a_text_with_nuls_is_refused_by_name(run: Run, modifiers: str) -> None:
    (refused,) = run({"sel": {f"X|{modifiers}": "ab"}, "condition": "sel"}, {"X": "ab"}).refused
    assert "NUL" in refused.reason


@pytest.mark.parametrize("modifier", ["utf16", "utf16be"])
def test_a_byte_order_mark_that_pysigma_writes_as_utf_8_refuses_its_rule(
    run: Run, modifier: str
) -> None:
    """pySigma 1.5.1 makes EF BB BF of it, which stands in no such text: a miss without a word."""
    detection = {"sel": {f"X|{modifier}|base64offset|contains": "ping"}, "condition": "sel"}
    (refused,) = run(detection, {"X": "//5wAGkAbgBnAA=="}).refused
    assert f"|{modifier}" in refused.reason and "|wide" in refused.reason


def test_a_placeholder_without_a_table_refuses_its_rule(
    make_content: MakeContent, tmp_path: Path
) -> None:
    detection = {"sel": {"X|expand": "%nowhere%"}, "condition": "sel"}
    other = {**RULE, "id": RULE["id"].replace("b01", "b02"), "name": "other"}
    content = make_content(
        {},
        rule=yaml.safe_dump({**RULE, "detection": detection}),
        other=yaml.safe_dump({**other, "detection": {"sel": {"X": "x"}, "condition": "sel"}}),
    )
    content, (refused,), stopping = set_aside(content, problems(content))
    assert "%nowhere% needs lookups/nowhere.csv" in refused.reason
    assert [rule.name for rule in content.rules] == ["other"]
    assert stopping == []
