"""KQL: Microsoft's parser, and duckdb-kql on DuckDB to run it."""

from __future__ import annotations

from pathlib import Path

from tests.engines.recipes import environment, modules
from tests.engines.registry import PYTHON, Engine, digest

SOURCES = Path(__file__).parent
LOCK = ("package.json", "package-lock.json")
PRODUCTS = ("defender", "sentinel")
PACKAGES = ("duckdb-kql==1.1.2", "duckdb==2.0.0", "antlr4-python3-runtime==4.13.2", "pytz==2026.6")

FETCHED = (
    Engine(
        name="duckdb-kql",
        what="duckdb-kql on DuckDB",
        source="PyPI",
        key="-".join([PYTHON, *PACKAGES[:2]]).replace("==", "-"),
        download=25,
        kept=80,
        seconds=15,
        make=lambda home: environment(home, *PACKAGES, dependencies=False),
        products=PRODUCTS,
    ),
    Engine(
        name="kusto",
        what="Microsoft's parser of KQL",
        source="npm",
        key=digest(*(SOURCES / name for name in LOCK)),
        download=6,
        kept=31,
        seconds=10,
        make=lambda home: modules(home, SOURCES, LOCK),
        tools=("node", "npm"),
        products=PRODUCTS,
    ),
)
