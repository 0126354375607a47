"""Exports against what a build ships: each item with that which is deployed of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sigmapack.deployed import Bundle, Deployed, Export, Item, Product, discover, exports
from sigmapack.drift.findings import EDITED, EXTRA, MISSING, OFF, SAME, Drift, Edit, Finding
from sigmapack.events.files import UnreadableInput

#: A client's id before a title; Splunk has the pack's name before both.
OWNER = re.compile(r"(?:3CX pack - )?([a-z][a-z0-9]{1,11}) - ")


def drift(bundle: Bundle, paths: Sequence[Path]) -> Drift:
    """Compare a build with exports.

    Args:
        bundle: the build.
        paths: of files, folders and archives that products exported.

    Raises:
        UnreadableInput: a file cannot be read, is no export, or one of a product that the build
            does not have.
    """
    found = Drift()
    for product, own in _sorted(paths, found.skipped):
        shipped = list(product.shipped(bundle))
        if not shipped:
            message = f"has nothing of {product.title}: build it with --target {product.name}, too"
            raise UnreadableInput(bundle.folder, message)
        found.findings += _compared(product, shipped, product.exported(own))
    return found


def _sorted(paths: Sequence[Path], skipped: list[str]) -> list[tuple[Product, list[Export]]]:
    """The exports of each product."""
    products = discover()
    found: dict[str, list[Export]] = {name: [] for name in products}
    for export, named in exports(paths):
        name = next((name for name, one in products.items() if one.claims(export)), "")
        if name:
            found[name].append(export)
        elif named:
            titles = ", ".join(product.title for product in products.values())
            raise UnreadableInput(export.path, f"is no export of {titles}: see docs/changes.md")
        else:
            skipped.append(export.path)
    if not any(found.values()):
        raise UnreadableInput(paths[0], "has no export in it: see docs/changes.md")
    return [(products[name], own) for name, own in found.items() if own]


def _compared(product: Product, shipped: list[Item], deployed: Deployed) -> Iterator[Finding]:
    """The findings of one product, in the order in which the build has its items."""
    pairs, left = _paired(shipped, deployed.items)
    used = any(there.enabled for _, there in pairs)
    met = {(item.kind, item.key): there for item, there in pairs}
    groups = {item.group for item, _ in pairs if item.group}
    for item in shipped:
        there = met.get((item.kind, item.key))
        if there:
            yield _met(product, item, there, used)
        elif item.kind in deployed.kinds and (not item.group or item.group in groups):
            yield Finding(product.name, item.kind, item.key, item.name, (MISSING,))
    owners = {owner(item.name) for item in shipped}
    for there in left:
        if product.ours(there) and owner(there.name) in owners:
            yield Finding(
                product.name, there.kind, there.key, there.name, (EXTRA,), (), there.enabled,
                there.place,
            )  # fmt: skip


def owner(name: str) -> str:
    """The client whose item is called so, as `overlay.names` calls it; empty for the pack's own.

    Two clients, and the pack, may share a tenant: what another one has there is not extra.
    """
    found = OWNER.match(name)
    return found[1] if found else ""


def _paired(
    shipped: list[Item], deployed: list[Item]
) -> tuple[list[tuple[Item, Item]], list[Item]]:
    """What was shipped with what is deployed of it, and what is left of that.

    By what the product knows an item by; else by the rule that it says it is of, or by its name:
    an item that somebody made anew has another id, one that somebody renamed another name.
    """
    pairs: list[tuple[Item, Item]] = []
    waiting, left = list(shipped), list(deployed)
    for by in (_by_key, _by_rule, _by_name):
        there = {by(item): item for item in reversed(left) if by(item)[1]}
        pairs += [(item, there.pop(by(item))) for item in waiting if by(item) in there]
        taken = {id(one) for _, one in pairs}
        done = {(item.kind, item.key) for item, _ in pairs}
        waiting = [item for item in waiting if (item.kind, item.key) not in done]
        left = [item for item in left if id(item) not in taken]
    return pairs, left


def _by_key(item: Item) -> tuple[str, str]:
    return item.kind, item.key


def _by_rule(item: Item) -> tuple[str, str]:
    return item.kind, item.rule_id


def _by_name(item: Item) -> tuple[str, str]:
    return item.kind, item.name


def _met(product: Product, item: Item, there: Item, used: bool) -> Finding:
    """A finding of an item that is deployed.

    It is switched off where it was shipped switched on; or where it was shipped off, as the pack's
    items are, and others of the product run.
    """
    edits = tuple(_edits(product, item, there))
    off = there.enabled is False and item.runs and (item.enabled is True or used)
    states = [state for state, so in ((EDITED, edits), (OFF, off)) if so] or [SAME]
    return Finding(
        product.name, item.kind, there.key, there.name, tuple(states), edits, there.enabled,
        there.place,
    )  # fmt: skip


def _edits(product: Product, item: Item, there: Item) -> Iterator[Edit]:
    for name in _names(product, item.fields, there):
        old, new = item.fields.get(name, ""), there.fields.get(name, "")
        if old != new:
            yield Edit(name, old, new)


def _names(product: Product, shipped: Mapping[str, str], there: Item) -> list[str]:
    """The fields to compare."""
    every = list(dict.fromkeys((*shipped, *there.fields)))
    if product.also is not None:
        every = [name for name in every if name in shipped or name in product.also]
    return [name for name in every if not there.partial or name in there.fields]
