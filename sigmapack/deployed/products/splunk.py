"""Splunk: savedsearches.conf and macros.conf of an app, of `default/` and of `local/`.

Files and layers: https://docs.splunk.com/Documentation/Splunk/latest/Admin/Wheretofindtheconfigurationfiles;
what a site changes in Splunk Web stands in `local/`, one attribute a line, over `default/`. A
listing of `splunk btool savedsearches list` has all of a stanza in one file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from sigmapack.deployed.gathered import unpacked
from sigmapack.deployed.model import Deployed, Item, Product, rule_of
from sigmapack.deployed.shipped import Bundle
from sigmapack.deployed.strangers import Export
from sigmapack.events.files import UnreadableInput

PREFIX = "3CX pack - "
SEARCH, MACRO = "saved search", "macro"
KINDS = {"savedsearches": SEARCH, "macros": MACRO}
#: Attributes whose values are booleans, in either spelling.
BOOLEANS = {"true": "1", "false": "0"}
Stanzas = dict[str, dict[str, str]]


def parsed(path: str, text: str) -> Stanzas:
    """The stanzas of a .conf file.

    Raises:
        UnreadableInput: a line is neither a header, a setting nor a comment.
    """
    found: Stanzas = {}
    stanza = found.setdefault("default", {})
    lines = iter(enumerate(text.replace("\r\n", "\n").split("\n"), 1))
    for number, line in lines:
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        if bare.startswith("[") and bare.endswith("]"):
            stanza = found.setdefault(bare[1:-1], {})
            continue
        key, mark, value = line.partition("=")
        if not mark:
            raise UnreadableInput(path, f"line {number} is no setting: `name = value`")
        parts = [value]
        while parts[-1].endswith("\\"):
            parts[-1] = parts[-1][:-1]
            parts.append(next(lines, (0, ""))[1])
        stanza[key.strip()] = "\n".join(part.rstrip() for part in parts).strip()
    return found


def kind_of(path: str) -> str:
    """What a file of a path holds; empty where it is none of those that are compared."""
    name = PurePosixPath(path.replace("\\", "/")).name
    return KINDS.get(name.partition(".")[0], "") if name.endswith(".conf") else ""


def is_local(path: str) -> bool:
    """Whether a file holds what a site changed: by its folder, or its name."""
    return "local" in path.replace("\\", "/").replace(".", "/").split("/")[-3:]


def shipped(bundle: Bundle) -> Iterator[Item]:
    """The searches and macros of the app."""
    for path in bundle.named("splunk/", ".tgz"):
        for export in unpacked(bundle.export(path)):
            kind = kind_of(export.path)
            if kind:
                for name, values in parsed(export.path, export.text or "").items():
                    if values:
                        yield item(kind, name, values, path)


def item(kind: str, name: str, values: dict[str, str], place: str, partial: bool = False) -> Item:
    """A stanza as an item."""
    values = {key: BOOLEANS.get(value.lower(), value) for key, value in values.items()}
    switch = values.pop("disabled", None) if kind == SEARCH else None
    return Item(
        kind=kind,
        key=name,
        name=name,
        fields={key: value for key, value in values.items() if value} | {"name": name},
        enabled=None if switch is None else switch == "0",
        rule_id=rule_of(values.get("search", "")),
        runs=values.get("enableSched", "1") == "1",
        partial=partial,
        place=place,
    )


def claims(export: Export) -> bool:
    """Whether a file is called as one of those that are compared."""
    return export.text is not None and bool(kind_of(export.path))


def exported(exports: Sequence[Export]) -> Deployed:
    """The stanzas, of which those of `local/` lie over the others.

    Where of a kind only `local/` is given, its stanzas are what was changed of the app's.
    """
    items: list[Item] = []
    kinds = set()
    for kind in KINDS.values():
        layers = [each for each in exports if kind_of(each.path) == kind]
        layers.sort(key=lambda each: is_local(each.path))
        whole = any(not is_local(each.path) for each in layers)
        kinds |= {kind} if whole else set()
        merged: Stanzas = {}
        places: dict[str, str] = {}
        for layer in layers:
            for name, values in parsed(layer.path, layer.text or "").items():
                merged.setdefault(name, {}).update(values)
                places[name] = layer.path
        general = merged.pop("default", {})
        for name, values in merged.items():
            if whole:
                values = {**{key: general[key] for key in general if key == "disabled"}, **values}
            items.append(item(kind, name, values, places[name], not whole))
    return Deployed(items, frozenset(kinds))


def ours(item: Item) -> bool:
    """Whether a search is called as the pack's are, or has a query of it."""
    return item.kind == SEARCH and (item.name.startswith(PREFIX) or bool(item.rule_id))


#: What a site adds to a search is its own (who is told, and how), but for what changes when it
#: alerts. A listing has two hundred attributes with Splunk's defaults, besides.
ALSO = frozenset({"alert_condition"})

PRODUCT = Product(
    name="splunk",
    title="Splunk",
    shipped=shipped,
    claims=claims,
    exported=exported,
    ours=ours,
    schedule=(
        "cron_schedule",
        "enableSched",
        "dispatch.earliest_time",
        "dispatch.latest_time",
        "dispatch.index_earliest",
        "schedule_window",
        "alert.suppress.period",
    ),
    severity=("alert.severity",),
    also=ALSO,
    does={
        "import": 'Apps, Install app from file, with "Upgrade app": new searches come disabled',
        "replace": "the same upgrade replaces default/; what a site set in local/ stays over it",
        "delete": "they are gone with the upgrade: delete what local/ still has of them",
    },
)
