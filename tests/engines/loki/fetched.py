"""Grafana Loki, built from its Go module without what no query runs through (`cut.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.engines.loki import cut
from tests.engines.recipes import BUILD, binary
from tests.engines.registry import Engine, digest
from tests.engines.tools import run

SOURCES = Path(__file__).parent
FILES = ("go.mod", "go.sum", "main.go", "rules.go", "tokens.go", "cut.toml", "cut.py")


def leave_out(settings: Mapping[str, str | Path]) -> None:
    """Fetch the modules that are cut, which Go checks against `go.sum`, and cut them."""
    run(["go", "mod", "download", *cut.modules()], SOURCES, **settings)
    listing = ["go", "list", "-m", "-f", "{{.Path}} {{.Dir}}", *cut.modules()]
    lines = run(listing, SOURCES, **settings).splitlines()
    cut.cut({name: Path(folder) for name, folder in (line.split(" ", 1) for line in lines)})


FETCHED = Engine(
    name="loki",
    what="Loki's query engine and its ruler's loader",
    source="Go modules",
    key=digest(*(SOURCES / name for name in FILES), text=" ".join(BUILD)),
    download=75,
    kept=21,
    seconds=130,
    make=lambda home: binary(home, SOURCES, leave_out),
    tools=("go",),
    products=("loki",),
)
