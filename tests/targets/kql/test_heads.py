"""What several queries begin with is said once, and nothing else is changed."""

from __future__ import annotations

from sigmapack.targets.kql.heads import shared

ONE = "T\n| where Kind == 1\n| where Name == 2\n| project A"
TWO = "T\n| where Kind == 1\n| where Name == 3\n| project A"
OTHER = "U\n| where Kind == 1\n| project A"


def test_what_two_begin_with_has_a_name() -> None:
    lets, found = shared([ONE, OTHER, TWO])
    assert lets == "let Events1 = T\n    | where Kind == 1;\n"
    assert found == [
        "Events1\n| where Name == 2\n| project A",
        OTHER,
        "Events1\n| where Name == 3\n| project A",
    ]


def test_the_longest_that_is_shared_is_taken() -> None:
    lets, found = shared([ONE, ONE.replace("project A", "project B"), OTHER])
    assert lets == "let Events1 = T\n    | where Kind == 1\n    | where Name == 2;\n"
    assert found[:2] == ["Events1\n| project A", "Events1\n| project B"]


def test_a_condition_of_several_lines_is_left() -> None:
    several = "T\n| where Kind == 1\n    or Kind == 2\n| project A"
    assert shared([several, several]) == ("", [several, several])


def test_a_table_alone_is_worth_no_name() -> None:
    texts = ["T\n| where A == 1\n| project A", "T\n| where A == 2\n| project A"]
    assert shared(texts) == ("", texts)


def test_a_table_that_takes_many_words_is_worth_a_name() -> None:
    made = ", ".join(f"Column{n} = Other{n}" for n in range(12))
    words = f"(union (T), (U | extend {made}))"
    lets, found = shared([f"{words}\n| where A == {n}\n| project A" for n in (1, 2)])
    assert lets == f"let Events1 = {words};\n"
    assert found == [f"Events1\n| where A == {n}\n| project A" for n in (1, 2)]
