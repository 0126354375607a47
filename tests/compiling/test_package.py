"""What an importer refuses is refused alone, and the rest of the product is built."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.package import package, package_all
from sigmapack.compiling.product import (
    Artifact,
    Query,
    Refusals,
    TablesRefused,
    TooLarge,
    each,
    said,
)
from sigmapack.content.model import Content
from sigmapack.targets import discover
from tests.conftest import MakeContent
from tests.targets.sample import DOMAINS, LOOKUPS, rule

LONG = "x" * 100
NAMES = [f"{LONG}{number}" for number in range(700)]
#: The end of a rule, and the same with a description that is too long.
WORDS = ("level: high", f"level: high\ndescription: {'word ' * 1_001}")
TWO = rule("two", "s: {QueryName: two.example.org}\ncondition: s", LOOKUPS, 2)
#: Product -> (what is wrong with the text of rule `one`, what its reason says).
LIMITS = {
    "splunk": (("title: one", f"title: {LONG}"), "Splunk takes 99"),
    "sentinel": (WORDS, "Sentinel takes 5,000"),
    "defender": (WORDS, "a custom detection takes 5,000"),
    "loki": (("title: one", "title: two"), "but it names an alert of Loki"),
    "logscale": (("title: one", "title: two"), "but it names an asset of LogScale"),
    "opensearch": (("|expand: '%ioc_domains%'", f": {NAMES}"), "may have 65,535"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_rule_that_an_importer_refuses_is_refused_and_the_rest_is_built(
    make_content: MakeContent, name: str
) -> None:
    (old, new), reason = LIMITS[name]
    one = rule("one", DOMAINS, LOOKUPS, 1)
    assert old in one
    content = make_content(a_two=TWO, one=one.replace(old, new))
    target = discover()[name]
    queries, artifacts, _ = package(content, target, list(compile_target(content, target)))
    found = {query.rule.name: query for query in queries}
    assert found["one"].outcome == "refused" and reason in found["one"].reason
    assert ".yml" not in found["one"].reason.partition(" also that of ")[0]
    assert (found["one"].path, found["one"].text, found["one"].native_path) == ("", "", "")
    assert found["two"].outcome == "ok" and found["two"].path
    assert artifacts
    assert not any(LONG.encode() in each.data for each in artifacts)


def test_two_searches_of_one_name_would_be_one_in_splunk(make_content: MakeContent) -> None:
    one = rule("one", DOMAINS, LOOKUPS, 1).replace("title: one", "title: two")
    target = discover()["splunk"]
    content = make_content(one=one, two=TWO)
    queries, *_ = package(content, target, list(compile_target(content, target)))
    assert [(query.rule.name, query.outcome) for query in queries] == [
        ("one", "ok"),
        ("two", "refused"),
    ]


def test_a_rule_beyond_what_kibana_imports_is_refused_in_all_its_languages(
    make_content: MakeContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigmapack.targets.elastic.rules.MOST_RULES", 2)
    target = discover()["elastic"]
    content = make_content(one=rule("one", DOMAINS, LOOKUPS, 1), two=TWO)
    queries, artifacts, _ = package(content, target, list(compile_target(content, target)))
    assert {(query.rule.name, query.outcome) for query in queries} == {
        ("one", "ok"),
        ("two", "refused"),
    }
    (rules,) = [each.data for each in artifacts if each.path == "elastic/rules.ndjson"]
    assert len(rules.splitlines()) == 2


def test_a_resource_that_azure_refuses_is_one_rule(
    make_content: MakeContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigmapack.targets.sentinel.arm.MOST_RESOURCE", 9_000)
    target = discover()["sentinel"]
    names = ", ".join(f"'name{n:04}.exe'" for n in range(700))
    content = make_content(one=rule("one", f"s: {{Image: [{names}]}}\ncondition: s"), two=TWO)
    queries, *_ = package(content, target, list(compile_target(content, target)))
    found = {query.rule.name: query for query in queries}
    assert "Azure takes 9,000" in found["one"].reason
    assert found["two"].outcome == "ok"


def test_a_fault_that_nobody_foresaw_stops_one_rule(make_content: MakeContent) -> None:
    def framed(*_: object) -> str:
        raise KeyError("nothing")

    content = make_content(one=rule("one", DOMAINS, LOOKUPS, 1))
    sqlite = discover()["sqlite"]
    (language,) = sqlite.languages
    broken = replace(sqlite, languages=(replace(language, frame=framed),))
    (query,) = compile_target(content, broken)
    assert query.outcome == "refused"
    assert query.reason == "the rule cannot be compiled (KeyError: 'nothing')"


def test_a_fault_in_a_package_is_of_the_rules_that_show_it(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", DOMAINS, LOOKUPS, 1), two=TWO)
    sqlite = discover()["sqlite"]

    def made(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
        if any(query.path and query.rule.name == "one" for query in queries):
            raise KeyError("one")
        return []

    broken = replace(sqlite, package=made)
    queries, *_ = package(content, broken, list(compile_target(content, broken)))
    assert {query.rule.name: query.reason for query in queries} == {
        "one": "the rule cannot be compiled (KeyError: 'one')",
        "two": "",
    }

    def never(*_: object) -> list[Artifact]:
        raise KeyError("all")

    with pytest.raises(TooLarge, match=r"its package cannot be made: .*KeyError"):
        package(content, replace(sqlite, package=never), [])


def test_what_is_no_rules_is_raised(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", DOMAINS, LOOKUPS, 1))
    (query,) = compile_target(content, discover()["sqlite"])

    def made(*_: object) -> list[object]:
        raise TooLarge("a table")

    def again(*_: object) -> list[object]:
        raise Refusals([(query, "always")])

    for make in (made, again):
        target = replace(discover()["sqlite"], package=make)  # type: ignore[arg-type]
        with pytest.raises(TooLarge):
            package(content, target, [replace(query, path="")])


def test_a_table_that_is_refused_again_is_raised(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", DOMAINS, LOOKUPS, 1))
    table = replace(content.lookups["ioc_domains"], name="none")

    def made(*_: object) -> list[Artifact]:
        raise TablesRefused([(table, "always")])

    with pytest.raises(TablesRefused, match=r"ioc_domains\.csv: always"):
        package(content, replace(discover()["sqlite"], package=made), [])


def test_a_product_without_a_package_takes_no_other_along(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", DOMAINS, LOOKUPS, 1))
    sqlite, splunk = discover()["sqlite"], discover()["splunk"]

    def never(*_: object) -> list[Artifact]:
        raise KeyError("all")

    targets = [replace(splunk, package=never), sqlite]
    queries = [query for target in targets for query in compile_target(content, target)]
    found = package_all(content, targets, queries)
    assert {(q.target, q.outcome, bool(q.path or q.native_path)) for q in found.queries} == {
        ("splunk", "refused", False),
        ("sqlite", "ok", True),
    }
    assert all("KeyError: 'all'" in q.reason for q in found.queries if q.target == "splunk")
    assert {file.path.partition("/")[0] for file in found.files} == {"sqlite"}
    with pytest.raises(TooLarge, match=r"Splunk.*: its package cannot be made"):
        package_all(content, targets, [])


def test_each_tries_all_and_tells_of_all_that_failed(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", DOMAINS, LOOKUPS, 1), two=TWO)
    queries = list(compile_target(content, discover()["sqlite"]))

    def fail(query: Query) -> None:
        raise TooLarge(f"{query.rule.name} is long")

    with pytest.raises(Refusals, match=r"one\.yml: one is long; .*two\.yml: two is long"):
        each(queries, fail)
    assert each(queries, lambda query: query.rule.name) == ["one", "two"]


def test_an_error_without_a_text_is_a_reason_too() -> None:
    assert said(RecursionError()) == "RecursionError while compiling"
