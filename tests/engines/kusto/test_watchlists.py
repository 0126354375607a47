"""Queries on watchlists say what the list says: also an empty one, and rows that a site adds."""

from __future__ import annotations

from functools import cache

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.content.load import load
from sigmapack.targets import discover
from tests.engines import corpus
from tests.engines.kusto.engine import Document, replay
from tests.shapes import sentinel

pytestmark = pytest.mark.engines("duckdb-kql")

RULE = "dns_query_win_threecx_c2_domain"
HEADER = b"domain,role\n"


@cache
def query() -> str:
    found = compile_target(load(corpus.ROOT), discover()["sentinel"])
    return next(query.native_text for query in found if query.rule.name == RULE)


def asked(*names: str) -> dict[int, list[Document]]:
    """A process's lookups of these names, numbered."""
    shown = next(case for case in corpus.cases() if case.rule == RULE and case.kind == "match")
    ((table, row), *_) = sentinel.documents(shown.event)
    return {number: [(table, {**row, "DnsQuery": name})] for number, name in enumerate(names)}


def test_an_empty_watchlist_matches_nothing() -> None:
    """Sentinel (i). Its expression left all out: a name with a final dot, and no name, matched."""
    names = asked("ends.with.a.dot.", "", "www.example.org", "akamaicontainer.com")
    assert replay("sentinel", names, {"q": query()}, {"threecx_ioc_domains": HEADER}) == {
        "q": set()
    }
    assert replay("sentinel", names, {"q": query()}, {}) == {"q": set()}


def test_a_blank_row_matches_nothing_and_a_sign_is_no_expression() -> None:
    """Sentinel (i)."""
    names = asked("a.example.org", "ends.with.a.dot.", "", "xexample.org", "x+y.example.com")
    rows = HEADER + b'"",blank\nexample.org,c2\n*.example.net,sign\nx+y.example.com,sign\n'
    found = replay("sentinel", names, {"q": query()}, {"threecx_ioc_domains": rows})
    assert found == {"q": {0, 4}}


def test_watchlists_are_called_after_the_pack() -> None:
    """Sentinel (i). `ioc_domains` is what anybody's watchlist is called."""
    target = discover()["sentinel"]
    content = load(corpus.ROOT)
    files = {file.path: file.data for file in target.package(content, ())}
    aliases = {f"threecx_{name}" for name in content.lookups}
    assert {path for path in files if path.startswith("watchlists/")} == {
        f"watchlists/{alias}.csv" for alias in aliases
    }
    assert "_GetWatchlist('threecx_ioc_domains')" in query()
