"""A correlation compares no indicator with events of other log sources: most events are such."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sigmapack.compiling.compile import compile_target
from sigmapack.targets import sqlite
from tests.conftest import RULE, MakeContent

TWICE = """\
title: Twice
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a03
name: twice
correlation:
    type: event_count
    rules: [sample]
    group-by: [Computer]
    timespan: 1h
    condition: {gte: 2}
level: high
"""
COLUMNS = ("logsource_product", "logsource_category", "logsource_service", "Computer", "QueryName")


def compared(make_content: MakeContent, category: str) -> list[str]:
    """The patterns that the query of a correlation is asked to match on one event."""
    content = make_content(sample=RULE, twice=TWICE)
    (query,) = [q for q in compile_target(content, sqlite.TARGET) if q.rule.is_correlation]
    asked: list[str] = []
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE TABLE logs (event_id, timestamp, {', '.join(COLUMNS)})")
        row = (1, "2023-03-29T10:00:00.000Z", "windows", category, None, "WS-1", "example.org")
        db.execute("INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?, ?)", row)

        def like(pattern: str, value: str, escape: str) -> bool:
            asked.append(pattern)
            return value == pattern.replace(escape, "")

        db.create_function("like", 3, like)
        db.execute(query.text).fetchall()
    return [pattern for pattern in asked if "example" in pattern]


def test_indicators_are_compared_with_events_of_the_log_source_only(
    make_content: MakeContent,
) -> None:
    assert compared(make_content, "dns_query")
    assert compared(make_content, "process_creation") == []
