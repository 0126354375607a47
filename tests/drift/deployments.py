"""What products export after the golden package was imported, in the shapes of their documentation.

Each has what the product adds by itself: times, users, revisions, defaults. Sources stand at each.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import ROOT

GOLDEN = ROOT / "tests" / "golden" / "dist"
Thing = dict[str, Any]


class Deployment(NamedTuple):
    """A product's export as things that a test may change, and how it becomes a file."""

    product: str
    things: Callable[[], list[Thing]]
    write: Callable[[list[Thing], Path], Path]
    edit: Callable[[Thing], None]
    """Change the query."""
    edited: str
    """The field that is then edited."""
    copy: Callable[[Thing], Thing]
    """Another of the kind, as somebody clones it, under another id or name."""
    switch: Callable[[Thing, bool], None] | None
    """Switch it on or off; None where the product has no switch."""
    retime: Callable[[Thing], None]
    retimed: str


def listed(folder: str) -> list[Thing]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((GOLDEN / folder).iterdir())]


def switch_enabled(thing: Thing, on: bool) -> None:
    if "enabled" in thing:
        thing["enabled"] = on


def deployments() -> list[Deployment]:
    """Those of all products."""
    folder = Path(__file__).with_name("products")
    names = sorted(path.stem for path in folder.glob("*.py"))
    return [importlib.import_module(f"tests.drift.products.{name}").DEPLOYMENT for name in names]
