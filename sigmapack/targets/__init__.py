"""One module a product. A module with a `TARGET` is a target: nothing else registers it."""

from __future__ import annotations

import importlib
import pkgutil

from sigmapack.compiling.product import Target


def discover() -> dict[str, Target]:
    """All targets by name, in alphabetical order."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = (importlib.import_module(f"{__name__}.{name}") for name in modules)
    targets = (module.TARGET for module in found if hasattr(module, "TARGET"))
    return {target.name: target for target in targets}
