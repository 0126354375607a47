"""LogScale: the YAML of a package, or of alerts and searches that were exported one by one.

Files: https://library.humio.com/integrations/packages-file-formats.html. Each names its schema,
which says what it is; a package that a site makes of what it runs is a zip of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sigmapack.deployed import plain
from sigmapack.deployed.gathered import unpacked
from sigmapack.deployed.model import Deployed, Item, Product, rule_of
from sigmapack.deployed.shipped import Bundle
from sigmapack.deployed.strangers import Export

#: The name of a schema -> what it describes.
KINDS = {
    "scheduledsearch": "scheduled search",
    "filteralert": "filter alert",
    "aggregatealert": "aggregate alert",
    "alert": "alert",
    "query": "saved query",
}
SCHEMA = re.compile(r"https://schemas\.humio\.com/(\w+)/v[\d.]+")
#: The schema and the switch; and the actions, which a site has to add: LogScale runs none without.
APART = frozenset({"$schema", "enabled", "actionNameReferences"})
HUNTING = "hunting"
#: What silences an alert, and is in none of the pack's. Later versions of the schemas have fields
#: that every export has.
ALSO = frozenset({"throttleField", "throttleTimeSeconds"})


def shipped(bundle: Bundle) -> Iterator[Item]:
    """The alerts, searches and queries of the package."""
    for path in bundle.named("logscale/", ".zip"):
        for export in unpacked(bundle.export(path)):
            yield from items(export, path)


def items(export: Export, place: str = "") -> Iterator[Item]:
    """What a file holds: one asset, or none."""
    data = asset(export)
    if not data:
        return
    kind, enabled = kind_of(data), data.get("enabled")
    found = plain.fields(data, APART)
    yield Item(
        kind=kind,
        key=str(data.get("name", "")),
        name=str(data.get("name", "")),
        fields=found,
        enabled=enabled if isinstance(enabled, bool) else None,
        rule_id=rule_of(found.get("queryString", "")),
        runs=kind != KINDS["query"] and HUNTING not in found.get("labels", "").splitlines(),
        place=place or export.path,
    )


def asset(export: Export) -> Mapping[str, Any]:
    """A file's data, if it is an alert, a search or a query; else nothing."""
    if "schemas.humio.com/" not in (export.text or ""):
        return {}
    data = export.yaml
    return data if isinstance(data, dict) and kind_of(data) and "queryString" in data else {}


def kind_of(data: Mapping[str, Any]) -> str:
    """What an asset is, by its schema; empty where that is none of ours."""
    found = SCHEMA.fullmatch(str(data.get("$schema", "")))
    return KINDS.get(found[1], "") if found else ""


def claims(export: Export) -> bool:
    """Whether it is an alert, a search or a query."""
    return bool(asset(export))


def exported(exports: Sequence[Export]) -> Deployed:
    """The assets of exports: of a kind of which there is one, all are to be there."""
    found = [item for each in exports for item in items(each)]
    return Deployed(found, frozenset(item.kind for item in found))


def ours(item: Item) -> bool:
    """Whether it has a query of the pack."""
    return bool(item.rule_id)


PRODUCT = Product(
    name="logscale",
    title="CrowdStrike Falcon LogScale",
    shipped=shipped,
    claims=claims,
    exported=exported,
    ours=ours,
    schedule=("schedule", "queryStart", "queryEnd"),
    severity=("labels",),
    also=ALSO,
    does={
        "import": "Packages, Import package: the new zip; new searches come disabled",
        "replace": "the same import updates the package; of an asset that a site changed it asks "
        "whose to keep",
        "delete": "gone with the update of the package",
    },
)
