"""A grammar of PowerShell: Microsoft's own parser needs .NET, which is not to be had here."""

from __future__ import annotations

from tests.engines.recipes import packages
from tests.engines.registry import PYTHON, Engine

GRAMMAR = ("tree-sitter==0.25.2", "tree-sitter-powershell==0.26.4")

FETCHED = Engine(
    name="powershell",
    what="a grammar of PowerShell",
    source="PyPI",
    key=f"{'-'.join(GRAMMAR).replace('==', '-')}-{PYTHON}",
    download=1,
    kept=5,
    seconds=5,
    make=lambda home: packages(home, *GRAMMAR),
    products=("defender",),
)
