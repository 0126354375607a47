"""One module a product. A module with a `PRODUCT` is one: nothing else registers it."""

from __future__ import annotations

import importlib
import pkgutil

from sigmapack.deployed.model import Product


def discover() -> dict[str, Product]:
    """All products whose exports can be read, by name, in alphabetical order."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = (importlib.import_module(f"{__name__}.{name}") for name in modules)
    products = (module.PRODUCT for module in found if hasattr(module, "PRODUCT"))
    return {product.name: product for product in products}
