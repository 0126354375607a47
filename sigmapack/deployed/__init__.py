"""What products hold of the pack: as a build ships it, and as a product exports it.

Both become `Item`s, whose fields are called as the product calls them, without what the product
adds by itself, so that an import that nobody touched is equal to what was shipped. Builds and
exports come from strangers: each is bounded before anything is made of it, and what cannot be read
is one clear error.
"""

from __future__ import annotations

from sigmapack.deployed.gathered import exports
from sigmapack.deployed.model import Deployed, Item, Product
from sigmapack.deployed.products import discover
from sigmapack.deployed.shipped import Bundle, Rule, open_bundle
from sigmapack.deployed.strangers import Export

__all__ = [
    "Bundle",
    "Deployed",
    "Export",
    "Item",
    "Product",
    "Rule",
    "discover",
    "exports",
    "open_bundle",
]
