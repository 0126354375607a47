"""Two clients, and the pack, in one tenant of a product: nothing of one is taken for another's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

import pytest
import yaml

from sigmapack.targets import discover
from tests.making.conftest import Maker
from tests.making.test_clients import files, members

Files = Mapping[str, bytes]


def stanzas(found: Files, name: str) -> list[str]:
    return re.findall(r"^\[([^\]\n]+)\]$", found[name].decode(), re.M)


def splunk(found: Files) -> Iterator[str]:
    """The app's id, saved searches, macros, lookups: apps export them to all others."""
    (archive,) = [path for path in found if path.endswith(".tgz")]
    app = members(archive, found[archive])
    for path in app:
        folder, _, rest = path.partition("/")
        yield folder
        if rest.endswith((".conf", ".meta")) and rest != "default/app.conf":
            yield from (name for name in stanzas(app, path))
        if rest.startswith("lookups/"):
            yield rest


def elastic(found: Files) -> Iterator[str]:
    """Ids and names of rules, value lists, the indices of indicators and their template."""
    for line in found["elastic/rules.ndjson"].splitlines():
        rule = json.loads(line)
        yield from (rule["rule_id"], rule["name"])
    for path, data in found.items():
        if path.startswith("elastic/value_lists/"):
            yield path
        if path.startswith("elastic/indicators/"):
            for line in data.splitlines()[::2]:
                action = json.loads(line)["index"]
                yield from (action["_index"], action["_id"])
    yield from json.loads(found["elastic/indicator_index_template.json"])["index_patterns"]


def opensearch(found: Files) -> Iterator[str]:
    """Names of monitors and what they notify, documents of lookups, rules."""
    for path, data in found.items():
        if path.startswith("opensearch/monitors/"):
            yield json.loads(data)["name"]
            yield from re.findall(r'"destination_id": "([^"]+)"', data.decode())
        if path.startswith("opensearch/lookups/"):
            action = json.loads(data.splitlines()[0])["index"]
            yield from (action["_index"], action["_id"])
        if path.startswith("opensearch/security_analytics/") and path.endswith(".yml"):
            rule = yaml.safe_load(data)
            yield from (rule["id"], rule["title"])


def sentinel(found: Files) -> Iterator[str]:
    """Ids and names of rules and hunting queries, watchlists."""
    for path, data in found.items():
        if path.endswith(".yaml"):
            rule = yaml.safe_load(data)
            yield from (rule["id"], rule["name"])
        if path.endswith(".json"):
            for resource in json.loads(data)["resources"]:
                yield from (resource["name"], resource["properties"]["displayName"])


def defender(found: Files) -> Iterator[str]:
    """Ids and names of custom detections; indicators are one for each value in a tenant."""
    for path, data in found.items():
        if path.startswith("defender/custom_detections/"):
            rule = json.loads(data)
            yield from (rule["id"], rule["displayName"])


def loki(found: Files) -> Iterator[str]:
    """Namespaces, which are files, groups and alerts."""
    for path, data in found.items():
        if path.startswith("loki/rules/"):
            yield path
            for group in yaml.safe_load(data)["groups"]:
                yield group["name"]
                yield from (rule["alert"] for rule in group["rules"])


def logscale(found: Files) -> Iterator[str]:
    """The package, its assets and lookup files."""
    (archive,) = [path for path in found if path.endswith(".zip")]
    for path, data in members(archive, found[archive]).items():
        if path.endswith(".yaml"):
            yield yaml.safe_load(data)["name"]
        elif path != "README.md":
            yield path


def sqlite(found: Files) -> Iterator[str]:
    """The tables."""
    yield from re.findall(r"CREATE TABLE `([^`]+)`", found["sqlite/lookups.sql"].decode())


def sigma(found: Files) -> Iterator[str]:
    """Ids and titles."""
    for path, data in found.items():
        if path.endswith(".yml"):
            rule = yaml.safe_load(data)
            yield from (rule["id"], rule["title"])


NAMES: Mapping[str, Callable[[Files], Iterator[str]]] = {
    function.__name__: function
    for function in (
        *(splunk, elastic, opensearch, sentinel, defender, loki, logscale, sqlite, sigma),
    )
}


@pytest.mark.parametrize("product", sorted(discover()))
def test_no_name_of_a_client_is_anothers(make: Maker, product: str) -> None:
    names = NAMES[product]
    one, other = (set(names(files(make(own), f"{product}/"))) for own in ("acme", "emca"))
    assert one & other == set()
    assert len(one) == len(other) > 10


@pytest.mark.parametrize("product", sorted(discover()))
def test_no_name_of_a_client_is_the_packs(
    make: Maker, product: str, dist: Mapping[str, bytes]
) -> None:
    names = NAMES[product]
    pack = {path: data for path, data in dist.items() if path.startswith(f"{product}/")}
    own, theirs = set(names(files(make("acme"), f"{product}/"))), set(names(pack))
    assert own & theirs == set()
    assert len(own) == len(theirs)
