"""The models of Microsoft Graph (beta), without the client around them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.engines.recipes import PIP, packages, scratch
from tests.engines.registry import PYTHON, Engine
from tests.engines.tools import run

VERSION = "1.66.0"
KIOTA = ("microsoft-kiota-abstractions==1.16.0", "microsoft-kiota-serialization-json==1.16.0")
MODELS = "msgraph_beta/generated/models/"


def make(home: Path) -> None:
    """Install what the models need, and unpack the models."""
    packages(home, *KIOTA)
    with scratch(home) as folder:
        download = [*PIP, "download", "--quiet", "--no-cache-dir", "--no-deps", "--dest", folder]
        run([*download, f"msgraph-beta-sdk=={VERSION}"])
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(home, [n for n in packed.namelist() if n.startswith(MODELS)])


FETCHED = Engine(
    name="graph",
    what="Graph's models of custom detections",
    source="PyPI",
    key=f"{VERSION}-{PYTHON}",
    download=30,
    kept=55,
    seconds=15,
    make=make,
    products=("defender",),
)
