"""Placeholders become values: whole ones by kind, embedded ones raw, columns of a row together."""

from __future__ import annotations

from typing import Any

import pytest

from sigmapack.content.placeholders import native_uses, references, resolve, unknown
from tests.conftest import RULE, MakeContent

URLS = "url,host,path\nhttps://a.example/x,a.example,/x\nhttps://b.example/y,b.example,/y\n"


def selection(content: Any, native: tuple[str, ...] = ()) -> Any:
    rule = resolve(content.rules[0], content.lookups, native)
    return rule.document["detection"]["selection"]


def with_selection(text: str) -> str:
    return str(RULE.replace("QueryName|expand: '%ioc_domains%'", text))


def test_whole_placeholder_becomes_the_forms_of_its_kind(make_content: MakeContent) -> None:
    assert selection(make_content(a=RULE)) == {
        "QueryName": [
            "bad.example.com",
            "*.bad.example.com",
            "bad.example.com.",
            "*.bad.example.com.",
            "worse.example.net",
            "*.worse.example.net",
            "worse.example.net.",
            "*.worse.example.net.",
        ]
    }


def test_embedded_placeholder_becomes_raw_values(make_content: MakeContent) -> None:
    rule = with_selection("CommandLine|contains|expand: '/get/%ioc_domains%/'")
    assert selection(make_content(a=rule)) == {
        "CommandLine|contains": ["/get/bad.example.com/", "/get/worse.example.net/"]
    }


def test_plain_values_beside_a_placeholder_stay(make_content: MakeContent) -> None:
    rule = with_selection("QueryName|expand: ['%ioc_domains%', 'other.example']")
    assert selection(make_content(a=rule))["QueryName"][-1] == "other.example"


def test_columns_of_one_table_stay_together_row_by_row(make_content: MakeContent) -> None:
    rule = with_selection("{host|expand: '%u.host%', uri|expand: '%u.path%', method: GET}")
    maps = selection(make_content({"u": URLS}, a=rule))
    assert [(m["host"][0], m["uri"][0], m["method"]) for m in maps] == [
        ("a.example", "/x", "GET"),
        ("b.example", "/y", "GET"),
    ]


def test_the_rule_itself_is_not_changed(make_content: MakeContent) -> None:
    content = make_content(a=RULE)
    before = str(content.rules[0].document)
    resolve(content.rules[0], content.lookups)
    assert str(content.rules[0].document) == before


def test_a_field_of_one_algorithm_gets_its_hashes_and_is_never_asked_to_be_missing(
    make_content: MakeContent,
) -> None:
    md5, sha1 = "ab" * 16, "cd" * 20
    tables = {"h": f"hash,algorithm\n{md5},md5\n{sha1},sha1\n"}
    for field, expected in {"md5": md5, "SHA1": sha1}.items():
        content = make_content(tables, a=with_selection(f"{field}|expand: '%h%'"))
        assert selection(content) == {field: expected}
    content = make_content(tables, a=with_selection("sha256|expand: '%h%'"))
    assert selection(content) == {"sha256": [md5, sha1]}


def test_native_kinds_stay_for_the_product(make_content: MakeContent) -> None:
    content = make_content(a=RULE)
    assert selection(content, native=("domain",)) == {"QueryName|expand": "%ioc_domains%"}
    assert native_uses(content.rules[0], content.lookups, ("domain",)) == {"ioc_domains"}
    assert native_uses(content.rules[0], content.lookups, ("hash",)) == set()


def test_embedded_placeholder_is_never_native(make_content: MakeContent) -> None:
    content = make_content(a=with_selection("CommandLine|contains|expand: '%ioc_domains%'"))
    assert "CommandLine|contains" in selection(content, native=("domain",))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("no_such", "%no_such% needs lookups/no_such.csv"), ("ioc_domains.x", "has no column 'x'")],
)
def test_unknown_placeholder_is_a_problem_at_its_line(
    make_content: MakeContent, name: str, expected: str
) -> None:
    content = make_content(a=RULE.replace("ioc_domains", name))
    (problem,) = unknown(content.rules[0], content.lookups)
    assert (problem.code, problem.line) == ("unknown-placeholder", 9)
    assert expected in problem.message


def test_references_are_found_in_lists_of_maps(make_content: MakeContent) -> None:
    rule = with_selection("[{A|expand: '%ioc_domains%'}, {B|endswith|expand: '/%ioc_domains%'}]")
    names = [name for _, name in references(make_content(a=rule).rules[0])]
    assert names == ["ioc_domains", "ioc_domains"]
