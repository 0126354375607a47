"""Splunk's own inspection of apps: proprietary, so it is no dependency."""

from __future__ import annotations

from tests.engines.recipes import environment
from tests.engines.registry import PYTHON, Engine

VERSION = "4.3.1"

FETCHED = Engine(
    name="appinspect",
    what="Splunk's inspection of apps",
    source="PyPI",
    key=f"{VERSION}-{PYTHON}",
    download=15,
    kept=40,
    seconds=35,
    make=lambda home: environment(home, f"splunk-appinspect=={VERSION}"),
    products=("splunk",),
)
