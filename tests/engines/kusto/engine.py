"""KQL, run by duckdb-kql on DuckDB in an environment of its own.

duckdb-kql translates with a grammar made of Microsoft's and has been measured, operator by
operator, against Microsoft's Kusto emulator; see `kusto/execute.py` for what is added to it.
Microsoft's parser, in `kusto_parser`, has the last word on what is KQL at all.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from tests.engines.kusto.parser import Columns, schema
from tests.engines.registry import prepared

DRIVER = Path(__file__).with_name("execute.py")
#: A column that the products do not have: which case a row is of.
NUMBER = "CaseNumber"
#: The hidden column of every table that `ingestion_time()` gives.
INGESTED = "IngestionTime"
WATCHLISTS = "Watchlists"
#: Every item has its key and its row (learn.microsoft.com/azure/sentinel/watchlists-queries).
GET_WATCHLIST = (
    "function _GetWatchlist(watchlistAlias: string) "
    f"{{ {WATCHLISTS} | where WatchlistAlias == watchlistAlias | project-away WatchlistAlias }}"
)

Row = dict[str, Any]
Document = tuple[str, Row]
Job = tuple[Mapping[int, list[Document]], Mapping[str, str]]


class QueryFailed(Exception):
    """A query cannot be run, or failed."""


def program() -> Path:
    """The Python of an environment that has duckdb-kql."""
    return prepared("duckdb-kql") / "bin" / "python"


def _ask(request: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(request)
    done = subprocess.run([program(), DRIVER], input=text, capture_output=True, text=True)
    if done.returncode:
        raise QueryFailed(done.stderr.strip())
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@cache
def version() -> str:
    """Of duckdb-kql and DuckDB."""
    return str(_ask({"tables": {}, "functions": [], "jobs": []})["version"])


def run(
    product: str, jobs: Sequence[Job], watchlists: Mapping[str, bytes] | None = None
) -> list[dict[str, list[Row]]]:
    """Run queries on documents, each job on its own.

    Args:
        product: `sentinel` or `defender`, whose tables there are.
        jobs: documents of cases by number, and KQL by name.
        watchlists: alias -> its CSV; the first column is the key.

    Returns:
        For each job: name -> rows of the query. A query that keeps whole rows has `NUMBER` among
        them.

    Raises:
        QueryFailed: a query cannot be run.
    """
    listed = [_rows(documents) for documents, _ in jobs]
    items = _items(watchlists or {})
    tables = _used(_tables(product, listed), [text for _, each in jobs for text in each.values()])
    work = [
        {"rows": {**_cut(rows, tables), WATCHLISTS: items}, "queries": dict(queries)}
        for rows, (_, queries) in zip(listed, jobs, strict=True)
    ]
    common = {"tables": tables, "functions": [GET_WATCHLIST]}
    half = (len(work) + 1) // 2
    with ThreadPoolExecutor(2) as pool:
        asked = [{**common, "jobs": part} for part in (work[:half], work[half:]) if part]
        answers = [result for answer in pool.map(_ask, asked) for result in answer["results"]]
    found = []
    for results in answers:
        for name, result in results.items():
            if "error" in result:
                raise QueryFailed(f"{name}: {result['error']}")
        found.append({name: result["rows"] for name, result in results.items()})
    return found


def replay(
    product: str,
    documents: Mapping[int, list[Document]],
    queries: Mapping[str, str],
    watchlists: Mapping[str, bytes] | None = None,
) -> dict[str, set[int]]:
    """Run queries of single events on the documents of all cases.

    Returns:
        Rule -> numbers of the cases that it matched.
    """
    jobs = [(documents, dict(list(queries.items())[start::2])) for start in (0, 1)]
    parts = run(product, jobs, watchlists)
    return {name: {row[NUMBER] for row in rows} for part in parts for name, rows in part.items()}


def _rows(documents: Mapping[int, list[Document]]) -> dict[str, list[Row]]:
    """Table -> rows, with the numbers of their cases."""
    found: dict[str, list[Row]] = {}
    for number, listed in documents.items():
        for table, row in listed:
            found.setdefault(table, []).append({**row, NUMBER: number})
    return found


def _tables(product: str, listed: Sequence[Mapping[str, list[Row]]]) -> dict[str, Columns]:
    """The product's tables; functions as tables that also have what a single parser gives.

    Raises:
        QueryFailed: a row of a table has a column that the table does not have.
    """
    known = schema(product)
    own = {NUMBER: "long", INGESTED: "datetime"}
    tables = {name: {**columns, **own} for name, columns in known.tables.items()}
    given: dict[str, set[str]] = {}
    for rows in listed:
        for name, found in rows.items():
            given.setdefault(name, set()).update(column for row in found for column in row)
    for name, columns in known.functions.items():
        more = dict.fromkeys(sorted(given.get(name, ())), "string")
        tables[name] = {**more, **columns, **own}
    for name, found_columns in given.items():
        if unknown := found_columns - tables.get(name, {}).keys():
            raise QueryFailed(f"{name} has no column {', '.join(sorted(unknown))}")
    items = {**known.functions.get("_GetWatchlist", {}), "WatchlistAlias": "string"}
    return {**tables, WATCHLISTS: {"SearchKey": "string", **items}}


def _used(tables: Mapping[str, Columns], texts: Iterable[str]) -> dict[str, Columns]:
    """The tables without columns that no query speaks of: DuckDB is slow with hundreds."""
    words = {word for text in texts for word in re.findall(r"\w+", text)} | {NUMBER}
    words |= {INGESTED} if "ingestion_time" in words else set()
    return {
        name: {
            column: kind
            for column, kind in columns.items()
            if column in words or name == WATCHLISTS
        }
        for name, columns in tables.items()
    }


def _cut(rows: Mapping[str, list[Row]], tables: Mapping[str, Columns]) -> dict[str, list[Row]]:
    return {
        name: [{key: row[key] for key in row if key in tables[name]} for row in found]
        for name, found in rows.items()
    }


def _items(watchlists: Mapping[str, bytes]) -> list[Row]:
    """Rows of the table of all watchlists' items."""
    found = []
    for alias, data in watchlists.items():
        for item in csv.DictReader(io.StringIO(data.decode())):
            row = {"WatchlistAlias": alias, "WatchlistItem": json.dumps(item)}
            found.append({**row, "SearchKey": next(iter(item.values()))})
    return found
