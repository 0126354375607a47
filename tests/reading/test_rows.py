"""Rows of an event: every combination that a rule can tell apart, and no more than a limit."""

from __future__ import annotations

import pytest

from sigmapack.events import rows
from sigmapack.events.read import Event
from sigmapack.events.rows import Rows
from tests.reading.sample import source

TEN = tuple(f"v{number}" for number in range(10))


def made(together: list[list[str]], **fields: str | tuple[str, ...]) -> tuple[Rows, Event]:
    event = Event("x", 1, (source("windows", None),), None, "WS-1", fields)
    return Rows(["computer", *(name.lower() for name in fields)], together), event


def test_every_combination_within_a_rule_is_a_row() -> None:
    table, event = made([["A", "b", "C"]], A=TEN, B=TEN, C=TEN)
    found, missing = table.of(event)
    assert ("WS-1", "v9", "v9", "v9") in found and ("WS-1", "v0", "v9", "v4") in found
    assert (len(found), missing) == (1000, "")


def test_fields_that_no_rule_compares_together_do_not_multiply() -> None:
    table, event = made([["A"], ["B"], ["C", "A"]], A=TEN, B=TEN, C=("x", "y"), D="one")
    found, missing = table.of(event)
    assert missing == "" and len(found) < 40
    assert {row[2] for row in found} == set(TEN)
    assert {(row[1], row[3]) for row in found} >= {(a, c) for a in TEN for c in "xy"}
    assert {row[4] for row in found} == {"one"}


def test_more_than_the_limit_is_told_and_each_value_is_still_compared() -> None:
    many = tuple(str(number) for number in range(100))
    table, event = made([["A", "B"]], A=many, B=many)
    found, missing = table.of(event)
    assert "a (100 values), b (100 values)" in missing and str(rows.MOST_ROWS) in missing
    assert {row[1] for row in found} == {row[2] for row in found} == set(many)
    assert len(found) == 100


def test_a_field_with_more_values_than_rows_is_told() -> None:
    table, event = made([["A"]], A=tuple(str(number) for number in range(rows.MOST_ROWS + 1)))
    found, missing = table.of(event)
    assert len(found) == rows.MOST_ROWS
    assert f"a ({rows.MOST_ROWS + 1} values)" in missing


def test_many_events_cannot_add_rows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_ADDED_ROWS", 1500)
    table, event = made([["A", "B", "C"]], A=TEN, B=TEN, C=TEN)
    assert [bool(table.of(event)[1]) for _ in range(3)] == [False, True, True]


def test_no_value_at_all_is_an_empty_cell() -> None:
    table, event = made([["A"]], A=(), B="b")
    assert table.of(event) == ([("WS-1", None, "b")], "")
