"""The configurations are what Sysmon's published schema allows."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from sigmapack.collection.sysmon import schema
from tests.collection.shipped import configuration
from tests.collection.sysmon.manifest import ALGORITHMS, CONDITIONS, OPTIONS, SCHEMAS

PRODUCTS = {"windows": schema.WINDOWS, "linux": schema.LINUX}
every_product = pytest.mark.parametrize("product", PRODUCTS)


def problems(root: ElementTree.Element) -> Iterator[str]:
    """What the schema does not allow in a configuration."""
    if root.tag != "Sysmon" or set(root.attrib) != {"schemaversion"}:
        yield f"root {root.tag} {root.attrib}"
    events = SCHEMAS[root.attrib["schemaversion"]].values()
    fields: dict[str, set[str]] = {}
    for tag, names in events:
        fields.setdefault(tag, set()).update(names.split())
    for child in root:
        if child.tag not in OPTIONS | {"EventFiltering"}:
            yield f"option {child.tag}"
    for group in root.iterfind("EventFiltering/*"):
        if group.tag != "RuleGroup" or group.attrib.get("groupRelation") not in ("and", "or"):
            yield f"group {group.tag} {group.attrib}"
        for found in group:
            if found.attrib.get("onmatch") not in ("include", "exclude"):
                yield f"onmatch of {found.tag}"
            yield from _filters(found, fields.get(found.tag, set()))


def _filters(found: ElementTree.Element, fields: set[str]) -> Iterator[str]:
    if not fields:
        yield f"event {found.tag}"
    for child in found:
        if child.tag == "Rule" and found.tag != "Rule":
            if child.attrib.get("groupRelation") not in ("and", "or") or not len(child):
                yield f"rule of {found.tag}"
            yield from _filters(child, fields)
        elif child.tag not in fields:
            yield f"field {child.tag} of {found.tag}"
        elif (
            child.attrib.get("condition", "is") not in CONDITIONS or not (child.text or "").strip()
        ):
            yield f"condition of {found.tag}/{child.tag}: {child.attrib} {child.text!r}"


@every_product
def test_the_schema_allows_the_configuration(product: str) -> None:
    assert list(problems(configuration(product))) == []


def test_the_schema_does_not_allow_everything() -> None:
    text = """<Sysmon schemaversion="4.90"><Hash>md5</Hash><EventFiltering>
      <RuleGroup groupRelation="xor"><FileCreate onmatch="include">
        <Hashes condition="contains">x</Hashes><Image condition="like">x</Image>
      </FileCreate><Other onmatch="never"/></RuleGroup></EventFiltering></Sysmon>"""
    assert len(list(problems(ElementTree.fromstring(text)))) == 6


@every_product
def test_an_option_has_a_value_that_sysmon_knows(product: str) -> None:
    options = {child.tag: child.text for child in configuration(product)}
    hashes = (options.get("HashAlgorithms") or "MD5").split(",")
    assert set(hashes) <= ALGORITHMS
    assert options.get("DnsLookup") == "True"


@every_product
def test_the_fields_that_filters_may_ask_for_are_those_of_the_schema(product: str) -> None:
    known = SCHEMAS[PRODUCTS[product].schema]
    for number, event in PRODUCTS[product].events.items():
        tag, names = known[event.instead or number]
        of_tag = {name for other, found in known.values() if other == tag for name in found.split()}
        assert event.tag == tag
        assert event.fields <= of_tag, names
