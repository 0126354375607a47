"""The matrix says for every query how it was proved, and never more than was done."""

from __future__ import annotations

import json
from typing import Any

from tests.engines.matrix import gather, proved, table, unexplained


def query(rule: str, path: str = "x") -> dict[str, Any]:
    return {
        "rule": rule,
        "target": "t",
        "language": "l",
        "path": path,
        "sha256": "0",
        "runs_sha256": f"runs-{rule}",
    }


def note(engine: str, **rules: str) -> dict[str, Any]:
    return {"target": "t", "language": "l", "engine": engine, "rules": rules}


TESTED = {("t", "l", rule): "0" for rule in "abcd"}


def test_the_strongest_proof_counts_and_refused_queries_are_left_out() -> None:
    manifest = {"queries": [query("a"), query("b"), query("c"), query("d", path="")]}
    notes = [note("Parser 1", a="parsed", b="parsed"), note("Engine 2", a="executed")]
    made = gather(manifest, notes, TESTED)
    assert [(row["rule"], row["proof"], row["engines"]) for row in made["queries"]] == [
        ("a", "executed", ["Engine 2"]),
        ("b", "parsed", ["Parser 1"]),
        ("c", "not replayed", []),
    ]
    assert made["summary"] == [
        {
            "target": "t",
            "language": "l",
            "engines": ["Engine 2", "Parser 1"],
            "executed": 1,
            "parsed": 1,
            "not replayed": 1,
        }
    ]


def test_proofs_are_by_what_runs_of_a_query() -> None:
    manifest = {"queries": [query("a"), query("b"), query("c")]}
    notes = [note("Parser 1", b="parsed"), note("SQLite 3.40.1", a="executed")]
    text = proved(gather(manifest, notes, TESTED)["queries"])
    assert json.loads(text) == {
        "executed": {"SQLite": ["runs-a"]},
        "parsed": {"Parser 1": ["runs-b"]},
    }


def test_a_note_of_another_target_proves_nothing() -> None:
    made = gather({"queries": [query("a")]}, [{**note("E 1", a="executed"), "target": "u"}], TESTED)
    assert made["queries"][0]["proof"] == "not replayed"


def test_the_table_has_a_line_for_every_target_and_language() -> None:
    rows = gather({"queries": [{**query("a"), "language": "spl"}]}, [], {})["summary"]
    assert table(rows).splitlines()[2:] == ["| t | SPL | 0 | 0 | 1 | - |"]


def test_a_build_with_another_query_than_the_tests_had_is_not_proved() -> None:
    other = {("t", "l", "a"): "1"}
    made = gather({"queries": [query("a")]}, [note("E 1", a="executed")], other)
    assert made["queries"][0]["proof"] == "not replayed"


def test_a_query_that_did_not_run_needs_a_waiver_and_a_waiver_such_a_query() -> None:
    rows = gather({"queries": [query("a"), query("b")]}, [note("E 1", a="executed")], TESTED)
    waiver = {"rules": ["b*"], "scopes": ["t/l"], "reason": "no engine"}
    assert unexplained(rows["queries"], [waiver]) == []
    assert unexplained(rows["queries"], []) == ["t/l/b did not run: say why in unexecuted.toml"]
    idle = {**waiver, "rules": ["a"]}
    assert unexplained(rows["queries"], [waiver, idle]) == [
        "unexecuted.toml: no such query, or no reason: ['a']"
    ]
