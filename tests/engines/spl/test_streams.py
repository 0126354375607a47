"""The reading of Splunk's commands is no kinder than Splunk's pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engines.spl.streams import UnknownCommand, run

Rows = list[dict[str, Any]]


def made(commands: str, *rows: dict[str, Any], most: int = 10) -> list[dict[str, Any]]:
    return run(rows, f"index=x\n| sort 0 _time\n{commands}", first_moment=True, most=most)


def test_stats_gives_a_row_of_no_rows_without_a_group_only() -> None:
    """Search Reference, stats: "only one row is returned, the aggregation over the entire set"."""
    assert made("| stats count values(a) as a") == [{"count": 0, "a": []}]
    assert made("| stats count as n by a") == []
    assert made("| eventstats count as n") == made("| streamstats count as n") == []


def test_rows_without_a_group_are_in_none() -> None:
    rows: Rows = [{"_time": 1, "a": None}, {"_time": 2, "a": "x"}]
    assert made("| stats count as n by a", *rows) == [{"a": "x", "n": 1}]
    assert [row.get("n") for row in made("| eventstats count as n by a", *rows)] == [None, 1]
    assert [row.get("n") for row in made("| streamstats count as n by a", *rows)] == [None, 1]


def test_what_is_null_is_not_true() -> None:
    rows: Rows = [{"_time": 1, "n": None}, {"_time": 2, "n": 3}]
    assert [row["n"] for row in made("| where n >= 0", *rows)] == [3]
    assert [row["n"] for row in made("| where isnotnull(n)", *rows)] == [3]
    assert [row["m"] for row in made("| eval m=if(n=3, n, null())", *rows)] == [None, 3]


def test_a_window_holds_so_many_rows_of_all_groups_together() -> None:
    """limits.conf, max_stream_window."""
    rows: Rows = [{"_time": n, "a": "x" if n in (0, 3) else "y"} for n in range(4)]
    wide = made("| streamstats time_window=60s count as n by a", *rows)
    narrow = made("| streamstats time_window=60s count as n by a", *rows, most=3)
    assert (wide[-1]["n"], narrow[-1]["n"]) == (2, 1)


def test_rows_of_one_moment_come_in_another_order() -> None:
    rows: Rows = [{"_time": 1, "a": 1}, {"_time": 1, "a": 2}]
    assert [row["a"] for row in made("| where a > 0", *rows)] == [2, 1]


@pytest.mark.parametrize("command", ["| dedup a", "| stats sum(a) as a", "| sort _time"])
def test_what_is_not_read_is_an_error(command: str) -> None:
    with pytest.raises(UnknownCommand):
        made(command, {"_time": 1, "a": 1})
