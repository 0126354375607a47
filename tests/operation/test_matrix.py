"""The table of operation says what happened, and names what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operation.matrix import cell, missing, table


def found(**values: Any) -> dict[str, Any]:
    good = {"scenario": "one click", "expected": 1, "alerts": 2, "most": 2.0, "missed": 0}
    return {**good, "delay": 750, "known": {}, **values}


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, "2 in 12"),
        ({"most": 8.5, "known": {"too many": "why"}}, "**8.5** in 12"),
        ({"missed": 1, "known": {"missed": "why"}}, "**missed**"),
        ({"expected": 0, "alerts": 0}, "silent"),
        ({"expected": 0, "alerts": 1, "known": {"wrong": "why"}}, "**wrong**"),
    ],
)
def test_a_cell_says_how_many_alerts_how_late_and_what_is_wrong(
    values: dict[str, Any], shown: str
) -> None:
    assert cell(found(**values)) == shown


def test_the_table_has_a_row_a_scenario_and_a_column_a_product() -> None:
    notes = [{"product": name, "cells": [found()]} for name in ("sentinel", "splunk")]
    assert table(notes).splitlines() == [
        "| Scenario | splunk | sentinel |",
        "|---|---|---|",
        "| one click | 2 in 12 | 2 in 12 |",
    ]
    assert missing(notes)[:1] == ["elastic was not operated"]
