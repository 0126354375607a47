"""Elastic's python-eql: AGPL, so it is no dependency but has an environment of its own."""

from __future__ import annotations

from tests.engines.recipes import environment
from tests.engines.registry import PYTHON, Engine

VERSION = "1.0.1"

FETCHED = Engine(
    name="eql",
    what="Elastic's python-eql",
    source="PyPI",
    key=f"{VERSION}-{PYTHON}",
    download=1,
    kept=3,
    seconds=8,
    make=lambda home: environment(home, f"eql=={VERSION}"),
    products=("elastic",),
)
