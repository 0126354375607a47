"""What a product holds, whatever the product: items with fields, and how each is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sigmapack.deployed.shipped import Bundle
from sigmapack.deployed.strangers import Export

#: The line that every query has above it, where its language has comments.
HEADER = re.compile(r"\bid: ([0-9A-Fa-f-]{36})   level: ")


@dataclass(frozen=True)
class Item:
    """One thing that a product holds: a saved search, a rule, a monitor, a macro.

    `fields` are texts by the product's own names, without what the product adds by itself.
    """

    kind: str
    """What the product calls such a thing."""
    key: str
    """What the product knows it by: its id, or its name where that is it."""
    name: str
    fields: Mapping[str, str]
    enabled: bool | None = None
    """Whether it is switched on; None where the product has no switch, or the file none."""
    rule_id: str = ""
    """Of the Sigma rule, where the item says it."""
    runs: bool = True
    """Whether it is to run by itself once it is switched on."""
    group: str = ""
    """What is imported as a whole or not at all; empty where everything is to be there."""
    partial: bool = False
    """Whether only the fields that are there were changed, and the others are as shipped."""
    place: str = ""
    """The file that it was read from."""


class Deployed(NamedTuple):
    """What an export holds, and the kinds of which it holds all that there is."""

    items: list[Item]
    kinds: frozenset[str]


@dataclass(frozen=True)
class Product:
    """How the items of one product are read, and what its operator does with a new version."""

    name: str
    """That of the target whose package it imports."""
    title: str
    shipped: Callable[[Bundle], Iterable[Item]]
    """The items of a build; none where it was built without the product."""
    claims: Callable[[Export], bool]
    """Whether a file is an export of the product. Raises nothing."""
    exported: Callable[[Sequence[Export]], Deployed]
    """The items of exports that it claims. Raises `UnreadableInput`."""
    ours: Callable[[Item], bool]
    """Whether an item that no build ships is the pack's by its name or marks."""
    schedule: tuple[str, ...]
    """Fields that say when an item runs and how far it looks back."""
    severity: tuple[str, ...]
    """Fields that say how grave a hit is."""
    also: frozenset[str] | None = None
    """Fields that are compared besides those that are shipped; None where all are."""
    does: Mapping[str, str] = field(default_factory=dict)
    """What to do with what is to `import`, `replace` and `delete`: one sentence each."""


def rule_of(text: str) -> str:
    """The id of the rule whose query a text is; empty where it does not say so."""
    found = HEADER.search(text)
    return found[1].lower() if found else ""
