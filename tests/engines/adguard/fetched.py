"""AdGuard's filtering engine, built from its Go module."""

from __future__ import annotations

from pathlib import Path

from tests.engines.recipes import binary
from tests.engines.registry import Engine, digest

SOURCES = Path(__file__).parent

FETCHED = Engine(
    name="adguard",
    what="AdGuard's filtering engine",
    source="Go modules",
    key=digest(*(SOURCES / name for name in ("go.mod", "go.sum", "main.go"))),
    download=20,
    kept=5,
    seconds=60,
    make=lambda home: binary(home, SOURCES),
    tools=("go",),
)
