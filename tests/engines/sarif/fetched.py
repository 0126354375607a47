"""OASIS's JSON schema of SARIF 2.1.0, as a Go module has it in one of its sources."""

from __future__ import annotations

import re
from pathlib import Path

from tests.engines.recipes import GO, scratch
from tests.engines.registry import Engine, digest
from tests.engines.tools import run

SOURCES = Path(__file__).parent
FILES = ("go.mod", "go.sum", "fetched.py")


def schema(home: Path) -> None:
    """The schema, of the source that holds it between two backticks."""
    with scratch(home) as folder:
        settings = {"GOFLAGS": GO.partition(" -trimpath")[0], "GOMODCACHE": folder}
        run(["go", "mod", "download"], SOURCES, **settings)
        (source,) = folder.glob("github.com/owenrumney/*/*/pkg/report/v210/sarif/schema.go")
        found = re.search("const schema = `([^`]+)`", source.read_text("utf-8"))
        assert found is not None
        (home / "schema.json").write_text(found[1], "utf-8")


FETCHED = Engine(
    name="sarif",
    what="OASIS's schema of SARIF",
    source="Go modules",
    key=digest(*(SOURCES / name for name in FILES)),
    download=1,
    kept=1,
    seconds=3,
    make=schema,
    tools=("go",),
)
