"""What a rule asks for is never narrower than the rule."""

from __future__ import annotations

from typing import Any

import pytest

from sigmapack.collection.terms import BEGINS, CONTAINS, ENDS, IS, MOST, Ask, terms
from sigmapack.content.model import Rule


def asked(condition: str = "selection", **detection: Any) -> tuple[tuple[Ask, ...], ...]:
    document = {
        "title": "sample",
        "logsource": {"product": "windows", "category": "process_creation"},
        "detection": {**detection, "condition": condition},
    }
    return terms(Rule("sample.yml", document))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("Image", r"C:\a.exe", Ask("Image", IS, (r"C:\a.exe",))),
        ("Image|endswith", r"\a.exe", Ask("Image", ENDS, (r"\a.exe",))),
        ("Image|startswith", "C:\\", Ask("Image", BEGINS, ("C:\\",))),
        ("Image|contains", "a", Ask("Image", CONTAINS, ("a",))),
        ("Image", r"C:\\*\long.exe", Ask("Image", CONTAINS, (r"\long.exe",))),
        ("Image", ["a", "b"], Ask("Image", IS, ("a", "b"))),
        ("QueryStatus", 9002, Ask("QueryStatus", IS, ("9002",))),
    ],
)
def test_a_value_is_asked_for_as_the_rule_compares_it(key: str, value: Any, expected: Ask) -> None:
    assert asked(selection={key: value}) == ((expected,),)


@pytest.mark.parametrize("key", ["Image|re", "Image|exists", "Image|fieldref", "Image|gt"])
def test_what_no_filter_can_say_lets_all_pass(key: str) -> None:
    value = {"Image|exists": True, "Image|gt": 5}.get(key, "Other")
    assert asked(selection={key: value}) == ((),)
    assert asked(selection=["a keyword"]) == ((),)
    assert asked(selection={"Image": "two\nlines"}) == ((),)


def test_a_negation_is_left_out() -> None:
    found = asked("selection and not filter", selection={"Image": "a"}, filter={"User": "b"})
    assert found == ((Ask("Image", IS, ("a",)),),)


def test_alternatives_and_all_of_them() -> None:
    found = asked("1 of selection_*", selection_a={"Image": "a", "User": "u"}, selection_b={"X": 1})
    assert set(found) == {
        (Ask("Image", IS, ("a",)), Ask("User", IS, ("u",))),
        (Ask("X", IS, ("1",)),),
    }


def test_a_rule_with_very_many_alternatives_is_asked_for_in_part() -> None:
    lists = {f"part{n}": [{f"F{n}{i}": "x"} for i in range(20)] for n in range(6)}
    found = asked("all of part*", **lists)
    assert 0 < len(found) <= MOST
