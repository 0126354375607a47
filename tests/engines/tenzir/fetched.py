"""Tenzir, whose `sigma` operator is the oracle (`tests/engines/oracle.py`)."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.engines.recipes import environment
from tests.engines.registry import PYTHON, Engine
from tests.engines.tools import run

VERSION = "6.20.0"


def make(home: Path) -> None:
    """Install it without what no pipeline of ours runs: `uv`, and the names of its functions."""
    environment(home, f"tenzir=={VERSION}", dependencies=False)
    (programs,) = home.glob("lib/python*/site-packages/tenzir/bundled/libexec")
    (programs / "uv").unlink(missing_ok=True)
    if shutil.which("strip"):
        run(["strip", "--strip-all", programs / "tenzir-engine"])


FETCHED = Engine(
    name="tenzir",
    what="Tenzir's sigma operator",
    source="PyPI",
    key=f"{VERSION}-{PYTHON}",
    download=190,
    kept=385,
    seconds=30,
    make=make,
    products=("sigma",),
)
