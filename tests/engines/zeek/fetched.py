"""A grammar of Zeek's scripts: Zeek itself is in no registry that tests may use."""

from __future__ import annotations

from tests.engines.recipes import packages
from tests.engines.registry import PYTHON, Engine

GRAMMAR = ("tree-sitter==0.25.2", "tree-sitter-zeek==0.2.16")

FETCHED = Engine(
    name="zeek",
    what="a grammar of Zeek's scripts",
    source="PyPI",
    key=f"{'-'.join(GRAMMAR).replace('==', '-')}-{PYTHON}",
    download=1,
    kept=2,
    seconds=5,
    make=lambda home: packages(home, *GRAMMAR),
)
