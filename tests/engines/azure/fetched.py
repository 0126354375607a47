"""Microsoft's own models of Azure's interface for Sentinel."""

from __future__ import annotations

from tests.engines.recipes import packages
from tests.engines.registry import PYTHON, Engine

VERSION = "2.0.0b2"

FETCHED = Engine(
    name="azure",
    what="Azure's models of Sentinel's rules",
    source="PyPI",
    key=f"{VERSION}-{PYTHON}",
    download=3,
    kept=15,
    seconds=10,
    make=lambda home: packages(home, f"azure-mgmt-securityinsight=={VERSION}"),
    products=("sentinel",),
)
