"""What a record must hold for a rule to match it."""

from __future__ import annotations

from typing import Any

import pytest

from sigmapack.content.model import Rule
from sigmapack.replay.needles import fewest, of_rule


def found(condition: str = "a", **selections: Any) -> set[str] | None:
    detection = {**selections, "condition": condition}
    document = {"title": "T", "logsource": {"category": "test"}, "detection": detection}
    needles = of_rule(Rule("rule.yml", document))
    return None if needles is None else set(needles)


def test_of_alternatives_each_has_a_needle() -> None:
    assert found(a={"Image|endswith": ["\\tool.exe", "\\other.exe"]}) == {
        "\\tool.exe",
        "\\other.exe",
    }


def test_of_conditions_that_all_hold_the_rarest_is_enough() -> None:
    selection = {"Image|startswith": "C:\\Windows\\System32\\", "QueryName": "bad.example"}
    assert found(a=selection) == {"bad.example"}


def test_what_must_not_be_there_is_no_needle() -> None:
    wanted, unwanted = {"Image": "wanted.exe"}, {"User": "somebody else entirely"}
    assert found("a and not b", a=wanted, b=unwanted) == {"wanted.exe"}
    assert found("not b", b=unwanted) is None


def test_an_alternative_without_a_needle_has_to_see_every_event() -> None:
    assert found("a or b", a={"Image": "tool.exe"}, b={"EventID": 4688}) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Image|re", "to+l"),
        ("Image", "abc"),
        ("Image", None),
        ("Image|exists", True),
        ("DestinationIp|cidr", "192.0.2.0/24"),
        ("Image|fieldref", "ParentImage"),
        ("EventID|gte", 10),
        ("Channel", "Security log of Windows"),
        ("Initiated", "true"),
        ("Image", "\u00e9\u00e8\u00ea\u00eb\u00e0"),
    ],
)
def test_what_no_text_of_a_record_shows_is_no_needle(key: str, value: Any) -> None:
    assert found(a={key: value}) is None


def test_words_in_no_field_may_stand_in_a_value_that_is_made() -> None:
    assert found(a=["some words"]) is None


@pytest.mark.parametrize(
    ("key", "value", "needle"),
    [
        ("CommandLine|contains", 'run "some thing" & more', "some thing"),
        ("CommandLine|contains", "one*longer part", "longer part"),
        ("CommandLine", "a+b+longest", "longest"),
        ("c-uri|contains", "/page\\?of-the-query", "of-the-query"),
        ("User", "NT AUTHORITY\\SYSTEM", "nt authority"),
        ("Hashes|contains", "SHA256=00AA11", "00aa11"),
        ("Image|contains", "caf\u00e9-tools-desk", "-tool"),
        ("Image|contains", "\u212aelvin", "elvin"),
    ],
)
def test_a_needle_has_no_sign_that_a_log_may_write_otherwise(
    key: str, value: str, needle: str
) -> None:
    assert found(a={key: value}) == {needle}


def test_of_needles_that_hold_one_another_the_shortest_is_looked_for() -> None:
    assert fewest([frozenset({"bad.example", ".bad.example."}), frozenset({"other"})]) == (
        "bad.example",
        "other",
    )
