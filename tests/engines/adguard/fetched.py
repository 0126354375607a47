"""AdGuard's filtering engine, built from its Go module."""

from __future__ import annotations

from pathlib import Path

from tests.engines.recipes import BUILD, binary
from tests.engines.registry import Engine, digest

SOURCES = Path(__file__).parent
FILES = ("go.mod", "go.sum", "main.go")

FETCHED = Engine(
    name="adguard",
    what="AdGuard's filtering engine",
    source="Go modules",
    key=digest(*(SOURCES / name for name in FILES), text=" ".join(BUILD)),
    download=20,
    kept=5,
    seconds=40,
    make=lambda home: binary(home, SOURCES),
    tools=("go",),
)
