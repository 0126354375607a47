"""axe-core, which judges whether a page can be used by everybody, from npm."""

from __future__ import annotations

from pathlib import Path

from tests.engines.recipes import modules
from tests.engines.registry import Engine, digest

SOURCES = Path(__file__).parent
FILES = ("package.json", "package-lock.json")

FETCHED = Engine(
    name="axe",
    what="axe-core, Deque's checks of accessibility",
    source="npm",
    key=digest(*(SOURCES / name for name in FILES)),
    download=5,
    kept=5,
    seconds=5,
    make=lambda home: modules(home, SOURCES, FILES),
    tools=("npm",),
)
