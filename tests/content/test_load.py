"""Reading: every kind of bad input becomes a problem with its place, and nothing is raised."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sigmapack.content import limits
from sigmapack.content.load import load, read_sources
from sigmapack.content.model import LogSource
from tests.cli.command import PROBLEM
from tests.conftest import DOMAINS, ROOT, RULE, MakeContent, RulesFolder


def problem_of(folder: Path) -> tuple[str, int, str, bool]:
    (problem,) = load(ROOT, folder).problems
    return Path(problem.path).name, problem.line, problem.code, problem.unreadable


def test_rules_and_lookups_are_read_with_their_places(make_content: MakeContent) -> None:
    content = make_content(a=RULE)
    rule = content.rules[0]
    assert (rule.name, rule.level, rule.logsource) == (
        "sample",
        "high",
        LogSource("windows", "dns_query", None),
    )
    assert rule.line("detection", "selection", "QueryName|expand") == 9
    assert content.lookups["ioc_domains"].values() == ("bad.example.com", "worse.example.net")
    assert content.problems == ()


def test_several_documents_in_a_file_are_several_rules(make_content: MakeContent) -> None:
    content = make_content(a=f"{RULE}---\n{RULE}")
    assert [rule.line("title") for rule in content.rules] == [1, 13]


def test_broken_yaml_is_a_problem_at_its_line(rules_folder: RulesFolder) -> None:
    folder = rules_folder(a="title: x\ndetection: [\n")
    assert problem_of(folder) == ("a.yml", 3, "yaml", False)


def test_document_that_is_no_mapping_is_a_problem(rules_folder: RulesFolder) -> None:
    assert problem_of(rules_folder(a="- 1\n")) == ("a.yml", 1, "not-a-rule", False)


def test_key_that_stands_twice_is_a_problem(rules_folder: RulesFolder) -> None:
    folder = rules_folder(a=RULE + "level: low\n")
    assert problem_of(folder) == ("a.yml", 12, "duplicate-key", False)


def test_file_that_is_not_utf8_is_unreadable(rules_folder: RulesFolder) -> None:
    folder = rules_folder(a=RULE)
    (folder / "b.yml").write_bytes(b"title: x\nauthor: Jos\xe9\n")
    assert problem_of(folder) == ("b.yml", 2, "not-utf8", True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read any file")
def test_file_without_permission_is_unreadable(rules_folder: RulesFolder) -> None:
    folder = rules_folder(a=RULE, b=RULE)
    (folder / "b.yml").chmod(0)
    assert problem_of(folder) == ("b.yml", 1, "unreadable", True)


def test_link_to_nowhere_is_unreadable(rules_folder: RulesFolder) -> None:
    folder = rules_folder(a=RULE)
    (folder / "b.yml").symlink_to("nowhere.yml")
    assert problem_of(folder) == ("b.yml", 1, "unreadable", True)


def test_empty_folder_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert problem_of(tmp_path / "empty") == ("empty", 1, "no-rules", True)


def test_folder_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    assert problem_of(tmp_path / "nowhere") == ("nowhere", 1, "no-rules", True)


@pytest.mark.parametrize(
    ("table", "line", "code"),
    [
        ("domain,\na.example,\n", 1, "header"),
        ("domain,domain\na.example,b\n", 1, "header"),
        ("", 1, "header"),
        (DOMAINS + "third.example\n", 4, "columns"),
        (DOMAINS + '"third.example', 4, "csv"),
    ],
)
def test_bad_table_is_a_problem_at_its_line(
    rules_folder: RulesFolder, table: str, line: int, code: str
) -> None:
    folder = rules_folder({"t": table}, a=RULE)
    assert problem_of(folder) == ("t.csv", line, code, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [("[[waiver]\n", "toml"), ("[[waiver]]\nrules = ['a']\noutcome = 'refused'\n", "waiver")],
)
def test_bad_waivers_are_a_problem(rules_folder: RulesFolder, text: str, code: str) -> None:
    folder = rules_folder(a=RULE)
    (folder / "waivers.toml").write_text(text)
    assert problem_of(folder)[2] == code


def test_byte_order_mark_is_no_part_of_the_text(rules_folder: RulesFolder) -> None:
    folder = rules_folder()
    (folder / "a.yml").write_bytes(b"\xef\xbb\xbf" + RULE.encode())
    assert load(ROOT, folder).rules[0].title == "Sample"


def test_foreign_folder_without_lookups_uses_those_of_the_pack(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(RULE)
    assert "ioc_domains" in load(ROOT, tmp_path).lookups


def test_every_log_source_leads_to_described_sources() -> None:
    sources = read_sources()
    for key, entry in sources.logsources.items():
        for event in entry["events"]:
            assert event["source"] in sources.sources, key
    for product, names in sources.products.items():
        for name in names:
            known = name in sources.sources or name in sources.logsources or name == "windows"
            assert known, f"{product}: {name}"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"bad\xff.yml", r"bad\udcff.yml"),
        (b"bad\nforged:1: code: x.yml", r"bad\nforged:1:\x20code:\x20x.yml"),
        (b"bad\x1b[2J.csv", r"bad\x1b[2J.csv"),
        ("bad\u202etxt.yml".encode(), r"bad\u202etxt.yml"),
    ],
)
def test_a_name_that_cannot_be_shown_is_a_problem_in_one_line(
    rules_folder: RulesFolder, name: bytes, shown: str
) -> None:
    folder = rules_folder(sample=RULE)
    path = os.fsencode(folder / "lookups" if name.endswith(b".csv") else folder) + b"/" + name
    with open(path, "wb") as file:
        file.write(b"x")
    (problem,) = load(ROOT, folder).problems
    assert problem.code == "file-name"
    assert problem.path.endswith(f"/{shown}")
    assert PROBLEM.fullmatch(str(problem))


def test_a_name_that_leaves_no_room_for_what_is_made_of_it_is_a_problem(
    rules_folder: RulesFolder,
) -> None:
    folder = rules_folder(sample=RULE)
    (folder / f"{'x' * 121}.yml").write_text(RULE, "utf-8")
    (problem,) = load(ROOT, folder).problems
    assert (problem.code, problem.line) == ("file-name", 1)


@pytest.mark.parametrize(
    ("limit", "most", "line"),
    [("MOST_ROWS", 1, 3), ("LONGEST_VALUE", 12, 2)],
)
def test_a_table_beyond_a_limit_is_a_problem_at_its_line(
    rules_folder: RulesFolder, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, line: int
) -> None:
    folder = rules_folder(sample=RULE.replace("QueryName|expand: '%ioc_domains%'", "a: b"))
    monkeypatch.setattr(limits, limit, most)
    problems = [p for p in load(ROOT, folder).problems if p.path.endswith("ioc_domains.csv")]
    assert [(problems[0].line, problems[0].code)] == [(line, "too-large")]


def test_a_file_beyond_the_limit_is_not_read(rules_folder: RulesFolder) -> None:
    folder = rules_folder(sample=RULE, large=f"{RULE}#{'x' * limits.MOST_FILE}")
    (problem,) = load(ROOT, folder).problems
    assert (problem.code, problem.message) == (
        "too-large",
        "more than 1,000,000 bytes: split the file",
    )
