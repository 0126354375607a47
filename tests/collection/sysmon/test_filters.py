"""Terms become filters that are as wide, and no more of them than need be."""

from __future__ import annotations

from sigmapack.collection.sysmon.filters import MOST, Condition, Filter, filters
from sigmapack.collection.sysmon.schema import WINDOWS
from sigmapack.collection.terms import CONTAINS, ENDS, IS, Ask, Term

PROCESS, LOADED, STREAM = WINDOWS.events[1], WINDOWS.events[7], WINDOWS.events[15]
CLIENT = Ask("Image", ENDS, (r"\a.exe",))


def made(*found: Term) -> dict[Filter, tuple[str, ...]]:
    return filters([(f"rule{number}", term) for number, term in enumerate(found)], PROCESS)


def test_one_line_a_value_where_nothing_else_is_asked() -> None:
    assert list(made((Ask("Hashes", CONTAINS, ("MD5=1", "MD5=2")),))) == [
        (Condition("Hashes", CONTAINS, ("MD5=1",)),),
        (Condition("Hashes", CONTAINS, ("MD5=2",)),),
    ]


def test_several_values_beside_another_field_stand_in_one_condition() -> None:
    ((image, command),) = (
        sorted(one, reverse=True)
        for one in made((CLIENT, Ask("CommandLine", CONTAINS, ("x", "y"))))
    )
    assert image == Condition("Image", ENDS, (r"\a.exe",))
    assert (command.name, command.text) == ("contains any", "x;y")


def test_a_value_with_the_separator_stands_alone() -> None:
    found = made((CLIENT, Ask("CommandLine", CONTAINS, ("x;y", "z"))))
    assert {condition.name for one in found for condition in one} == {CONTAINS, ENDS}


def test_a_filter_within_another_is_left_out_and_its_rule_named_there() -> None:
    found = made((CLIENT,), (CLIENT, Ask("CommandLine", CONTAINS, ("x",))))
    assert found == {(Condition("Image", ENDS, (r"\a.exe",)),): ("rule0", "rule1")}


def test_what_has_too_many_alternatives_is_asked_for_in_part() -> None:
    many = Ask("ParentImage", ENDS, tuple(f"\\{n}.exe" for n in range(MOST + 1)))
    assert list(made((CLIENT, many))) == [(Condition("Image", ENDS, (r"\a.exe",)),)]
    assert len(made((many,))) == MOST + 1
    names = Ask("OriginalFileName", IS, ("a.exe", "b.exe"))
    assert [one[0].values for one in made((names, many))] == [("a.exe",), ("b.exe",)]


def test_a_name_and_all_below_it_are_one_filter() -> None:
    names = Ask("User", IS, ("a.example",)), Ask("User", ENDS, (".a.example",))
    assert list(made(*((name,) for name in names))) == [(Condition("User", ENDS, ("a.example",)),)]


def test_blanks_at_the_ends_of_what_is_contained_do_not_count() -> None:
    (one,) = made((Ask("CommandLine", CONTAINS, ("3CX ", "3CX-", " ")),))
    assert one == (Condition("CommandLine", CONTAINS, ("3CX",)),)


def test_fields_that_an_event_does_not_have_are_not_asked_for() -> None:
    assert list(made((Ask("ImageLoaded", ENDS, ("x",)),))) == [()]
    term = (CLIENT, Ask("Signed", IS, ("false",)))
    assert list(filters([("rule", term)], LOADED)) == [(Condition("Image", ENDS, (r"\a.exe",)),)]


def test_a_field_is_found_by_the_name_that_sigma_has_for_it() -> None:
    found = filters([("rule", (Ask("Hashes", CONTAINS, ("MD5=1",)),))], STREAM)
    assert list(found) == [(Condition("Hash", CONTAINS, ("MD5=1",)),)]
