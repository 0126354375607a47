"""Microsoft's own parser of KQL, which knows the tables of Sentinel and Defender XDR.

The npm package `@kusto/language-service-next` is what Azure's query editor runs; it finds faults
of syntax, names that no table has, and arguments of a wrong type. `kusto/schema.json` holds the
tables and functions with their columns, as Microsoft documents them (sources are named in it).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.engines.registry import prepared

SOURCES = Path(__file__).parent
PACKAGE = "@kusto/language-service-next"
#: Functions with parameters; the others are called without parentheses.
PARAMETERS = {"_GetWatchlist": "(watchlistAlias: string, keys: dynamic = dynamic([]))"}

Columns = dict[str, str]


@dataclass(frozen=True)
class Schema:
    """Name -> columns with their types, of a product's tables and functions."""

    tables: dict[str, Columns]
    functions: dict[str, Columns]


@dataclass(frozen=True)
class Diagnostic:
    """What the parser has to say: its code, how bad it is, and on which text."""

    code: str
    severity: str
    message: str
    text: str


@dataclass(frozen=True)
class Parsed:
    """A query's diagnostics, and the columns of its rows with their types."""

    diagnostics: list[Diagnostic]
    columns: Columns


def installed() -> Path:
    """The folder of the package, as the lock file pins it."""
    return prepared("kusto") / "node_modules" / PACKAGE


@cache
def schema(product: str) -> Schema:
    """Tables and functions of `sentinel` or `defender`."""
    found = json.loads((SOURCES / "schema.json").read_text("utf-8"))[product]
    return Schema(
        {name: _columns(types) for name, types in found["tables"].items()},
        {name: _columns(types) for name, types in found["functions"].items()},
    )


def _columns(types: Mapping[str, str]) -> Columns:
    return {name: kind for kind, names in types.items() for name in names.split()}


def version() -> str:
    """Of the package."""
    return str(_ask(Schema({}, {}), {})["version"])


def parse(queries: Mapping[str, str], of: Schema) -> dict[str, Parsed]:
    """What the parser finds in queries.

    Args:
        queries: name -> KQL.
        of: the tables that there are.
    """
    return {
        name: Parsed([Diagnostic(**one) for one in found["diagnostics"]], found["columns"])
        for name, found in _ask(of, queries)["queries"].items()
    }


def _ask(of: Schema, queries: Mapping[str, str]) -> dict[str, Any]:
    functions = {
        name: {"parameters": PARAMETERS.get(name, "()"), "columns": columns}
        for name, columns in of.functions.items()
    }
    request = {"tables": of.tables, "functions": functions, "queries": dict(queries)}
    command = ["node", str(SOURCES / "check.js"), str(installed())]
    text = json.dumps(request)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["queries"].keys() == queries.keys()
    return answer
