"""Values of a rule and how its selections are counted: what a replay finds, and what not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from sigmapack.replay import replay
from tests.conftest import MakeContent
from tests.replay.conftest import RULE, Found, Run, of


def test_fields_are_compared_with_fields(found: Found) -> None:
    """`no such column`: the second field was named by no other rule."""
    events = [
        {"X": "Abc", "Other": "aBC"},
        {"X": "Abcd", "Other": "abc"},
        {"X": "xabc", "Other": "abc"},
        {"X": "xabcx", "Other": "abc"},
        {"X": "a%c", "Other": "a%c"},
        {"X": "abc", "Other": "a%c"},
        {"X": "abc"},
        {"Other": "abc"},
        {},
    ]
    assert found({"X|fieldref": "Other"}, *events) == [1, 5]
    assert found({"X|fieldref|startswith": "Other"}, *events) == [1, 2, 5]
    assert found({"X|fieldref|endswith": "Other"}, *events) == [1, 3, 5]
    assert found({"X|fieldref|contains": "Other"}, *events) == [1, 2, 3, 4, 5]
    assert found({"X|fieldref": "Other"}, *events, condition="not sel") == [2, 3, 4, 6, 7, 8, 9]


def test_a_field_that_no_event_has_is_null(found: Found) -> None:
    events = [{"Y": "y"}, {"X": None, "Y": "y"}, {"X": "", "Y": "y"}, {"X": "x", "Y": "y"}]
    assert found({"X": None}, *events) == [1, 2]
    assert found({"X": ""}, *events) == [3]
    assert found({"X": [None, ""]}, *events) == [1, 2, 3]
    assert found({"X|exists": False}, *events) == [1, 2]
    assert found({"X": "*"}, *events) == [3, 4]
    assert found({"Y": "y", "Nowhere": "z"}, *events) == []
    assert found({"Nowhere": "z"}, *events, condition="not sel") == [1, 2, 3, 4]


def test_numbers_and_truths_are_texts_of_events(found: Found) -> None:
    events = [{"X": 10}, {"X": "10"}, {"X": "010"}, {"X": True}, {"X": "true"}, {"X": "TRUE"}]
    assert found({"X": 10}, *events) == [1, 2]
    assert found({"X": "10"}, *events) == [1, 2]
    assert found({"X": True}, *events) == [4, 5, 6]


def test_words_are_looked_for_in_every_field(found: Found) -> None:
    """Sigma's keywords: `a search for words without a field` was refused."""
    events = [
        {"X": "say MIMIKATZ now"},
        {"Deep": {"List": ["a", "mimikatz"]}},
        {"mimikatz": "a field's name is no value"},
        {"X": "mimi", "Y": "katz"},
        {"X": "a lsadump b", "Y": "mimikatz"},
    ]
    assert found(["mimikatz", "nothing"], *events) == [1, 2, 5]
    assert found({"|all": ["mimikatz", "lsadump"]}, *events) == [5]
    assert found(["lsa*b"], *events) == [5]
    assert found({"|re": ["M[I]M"]}, *events) == [1]
    assert found(["mimikatz"], *events, condition="not sel") == [3, 4]


def test_a_number_is_a_word_too(found: Found) -> None:
    assert found([4104, "x%y"], *of("X", "id 4104", "x%y", "xzy", 4104)) == [1, 2, 4]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("1 of sel*", [1, 2, 3]),
        ("all of sel*", [3]),
        ("all of them", []),
        ("1 of them", [1, 2, 3, 4]),
        ("any of sel* and not filter", [1, 2, 3]),
        ("not 1 of sel*", [4]),
        ("(sel_a or sel_b) and not (sel_a and sel_b)", [1, 2]),
    ],
)
def test_selections_are_counted(run: Run, condition: str, expected: list[int]) -> None:
    selections = {"sel_a": {"X|contains": "a"}, "sel_b": {"X|contains": "b"}, "filter": {"X": "z"}}
    report = run({**selections, "condition": condition}, *of("X", "a", "b", "ab", "z"))
    assert sorted(match.record for match in report.matches) == expected


@pytest.mark.parametrize(
    "source",
    [
        {"product": "linux", "service": "auditd"},
        {"product": "macos", "category": "process_creation"},
        {"product": "aws", "service": "cloudtrail"},
        {"product": "azure", "service": "signinlogs"},
        {"product": "kubernetes", "category": "application", "service": "audit"},
        {"category": "webserver"},
        {"service": "netflow"},
        {"product": "qualys"},
        {"product": "Cisco", "service": "AAA"},
    ],
)
def test_a_rule_of_any_log_source_runs_on_records_that_say_theirs(
    make_content: MakeContent, tmp_path: Path, source: dict[str, str]
) -> None:
    detection = {"sel": {"a.b": "x"}, "condition": "sel"}
    text = yaml.safe_dump({**RULE, "logsource": source, "detection": detection})
    events = tmp_path / "events.jsonl"
    records = [{"logsource": source, "a": {"b": "X"}}, {"logsource": {"product": "x"}, "a.b": "x"}]
    events.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    report = replay(make_content({}, rule=text), [events])
    assert [match.record for match in report.matches] == [1]
    assert report.unseen == []


def test_rules_of_log_sources_that_nothing_was_of_are_counted(run: Run) -> None:
    detection = {"sel": {"X": "x"}, "condition": "sel"}
    assert run(detection, {"X": "x"}).unseen == []
    (rule,) = run(detection, {"X": "x", "logsource": {"category": "proxy"}}).unseen
    assert rule.name == "modifier"


def test_letters_beyond_ascii_have_no_case_either(found: Found) -> None:
    """SQLite's own comparison folds a to z alone: `АДМИНИСТРАТОР` was not found, without a word."""
    events = of("X", "АДМИНИСТРАТОР", "x администратор y", "admin")
    assert found({"X|contains": "Администратор"}, *events) == [1, 2]
    assert found({"X": "Администратор"}, *events) == [1]
    assert found({"X": "é?dz*"}, *of("X", "ÉaDZ", "éxdz\nx", "xéadz")) == [1, 2]
    assert found({"X": "contraseña%_'.*"}, *of("X", "CONTRASEÑA%_'.", "contraseñax")) == [1]
    assert found({"X|cased": "é"}, *of("X", "é", "É")) == [1]
    assert found(["système"], *of("X", "NT\\SYSTÈME x", "systeme")) == [1]


def test_a_value_is_read_to_its_end_over_a_nul(found: Found) -> None:
    """SQLite's LIKE ends at a NUL: what an attacker wrote behind one was never found."""
    events = of("X", "calm\0 mimikatz", "calm\0\0")
    assert found({"X|contains": "mimikatz"}, *events) == [1]
    assert found({"X|endswith": "katz"}, *events) == [1]
    assert found({"X": "calm"}, *events) == [2]


def test_a_rule_of_several_conditions_is_refused_by_name(run: Run) -> None:
    selections = {"a": {"X": "a"}, "b": {"X": "b"}}
    report = run({**selections, "condition": ["a", "b"]}, *of("X", "a", "b"))
    assert [query.rule.name for query in report.refused] == ["modifier"]
    assert "2 conditions" in report.refused[0].reason
