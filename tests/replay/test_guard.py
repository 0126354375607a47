"""The connection that rules of strangers run on: it reads events, and can do nothing else."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.content.load import load
from sigmapack.content.model import Refused
from sigmapack.replay import guard
from sigmapack.targets.sqlite import TARGET
from tests.conftest import ROOT

#: Takes an expression on two letters a second each.
LETTERS = "".join(random.Random(1).choices("ab", k=200_000))
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "events db?.sqlite"
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("CREATE TABLE logs (event_id INTEGER, Image TEXT)")
        writer.execute("INSERT INTO logs VALUES (1, 'a.exe')")
        writer.commit()
    with closing(guard.guarded(path)) as reader:
        yield reader


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM logs WHERE Image LIKE '%.exe';",
        "SELECT json_group_array(event_id) FROM logs",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n",
        "SELECT value FROM json_each('[1]')",
    ],
)
def test_a_query_reads(db: sqlite3.Connection, query: str) -> None:
    assert guard.rows(db, query, 10)[1]


@pytest.mark.parametrize(
    "query",
    [
        "VACUUM INTO '{folder}/evil'",
        "ATTACH '{folder}/evil' AS evil",
        "PRAGMA journal_mode = DELETE",
        "SELECT * FROM pragma_database_list",
        "DELETE FROM logs",
        "INSERT INTO logs VALUES (2, 'b')",
        "UPDATE logs SET Image = 'b'",
        "DROP TABLE logs",
        "CREATE TEMP TABLE t (x)",
        "CREATE VIRTUAL TABLE t USING fts5(x)",
        "SELECT load_extension('{folder}/evil')",
        "SELECT LOAD_EXTENSION('{folder}/evil')",
        "BEGIN",
        "ANALYZE",
        "SELECT 1; SELECT 2",
    ],
)
def test_a_query_does_nothing_else(db: sqlite3.Connection, tmp_path: Path, query: str) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Refused):
        guard.rows(db, query.format(folder=tmp_path), 10)
    assert sorted(tmp_path.iterdir()) == before
    assert guard.rows(db, "SELECT * FROM logs", 10)[1] == [(1, "a.exe")]


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT '{'x' * 1_000_000}'",
        "SELECT zeroblob(100000000)",
        f"SELECT {'(' * 2_000}1{')' * 2_000}",
        f"SELECT 1 WHERE 0 {'OR 1' * 2_000}",
        f"SELECT 1 WHERE 'a' LIKE '{'%a' * 20_000}'",
        " UNION ALL ".join(["SELECT 1"] * 600),
        "SELECT '\0'",
        "SELECT '\ud800'",
    ],
)
def test_a_query_beyond_a_limit_is_refused(db: sqlite3.Connection, query: str) -> None:
    with pytest.raises(Refused, match="its query"):
        guard.rows(db, query, 10)


def test_a_query_that_does_not_end_is_stopped(db: sqlite3.Connection) -> None:
    with pytest.raises(Refused, match=r"takes longer than 1 seconds"):
        guard.rows(db, ENDLESS, 1)
    assert guard.rows(db, "SELECT 1", 10)[1] == [(1,)]


def test_expressions_that_take_long_together_are_stopped_between_two(tmp_path: Path) -> None:
    """SQLite looks at the clock after 10,000 steps: these are fewer, and would take minutes."""
    path = tmp_path / "long.db"
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("CREATE TABLE logs (X TEXT)")
        writer.execute("INSERT INTO logs VALUES (?)", (LETTERS,))
        writer.commit()
    slow = " OR ".join(f"X REGEXP '(a|b)*a(a|b){{250}}c{n}'" for n in range(500))
    began = time.monotonic()
    with closing(guard.guarded(path)) as db:
        with pytest.raises(Refused, match="takes longer than"):
            guard.rows(db, f"SELECT * FROM logs WHERE {slow}", 1)
        assert guard.rows(db, "SELECT X REGEXP '^[ab]' FROM logs", 10)[1] == [(1,)]
    assert time.monotonic() - began < 60


def test_the_longest_query_of_the_pack_has_ten_times_its_room() -> None:
    longest = max(len(query.bare) for query in compile_target(load(ROOT), TARGET))
    assert longest * 10 < guard.LIMITS[sqlite3.SQLITE_LIMIT_SQL_LENGTH]
