"""The MISP feed: pymisp reads it, knows its types, and would write the same."""

from __future__ import annotations

import csv
import json
from functools import cache
from typing import Any

from pymisp import MISPEvent

from tests.exports.sample import feed, own


@cache
def documents() -> tuple[dict[str, Any], str, dict[str, Any]]:
    """(manifest, id of the event, event)."""
    manifest = json.loads(own()["misp/manifest.json"])
    (found,) = manifest
    return manifest, found, json.loads(own()[f"misp/{found}.json"])


def event() -> MISPEvent:
    made = MISPEvent()
    made.load(json.dumps(documents()[2]))
    return made


def plain(data: Any) -> Any:
    """What stands in a file after pymisp has written it."""
    return json.loads(json.dumps(data, default=str))


def test_pymisp_would_write_the_same_feed() -> None:
    manifest, _, document = documents()
    made = event().to_feed(with_meta=True)["Event"]
    assert plain(made.pop("_manifest")) == manifest
    hashes = [line[0] for line in csv.reader(own()["misp/hashes.csv"].decode().splitlines())]
    assert made.pop("_hashes") == hashes
    assert plain(made) == document["Event"]


def test_the_index_of_hashes_names_the_event() -> None:
    _, found, _ = documents()
    rows = list(csv.reader(own()["misp/hashes.csv"].decode().splitlines()))
    assert {row[1] for row in rows} == {found}
    assert len(rows) == len(feed().indicators)


def test_types_and_categories_are_those_that_misp_knows() -> None:
    made = event()
    known = made.describe_types["category_type_mappings"]
    for attribute in made.attributes:
        assert attribute.type in known[attribute.category], attribute.value
    assert {a.value for a in made.attributes} == {one.value for one in feed().indicators}
    assert len({a.uuid for a in made.attributes}) == len(made.attributes)


def test_only_what_is_sure_is_for_detection_and_confidence_is_a_tag() -> None:
    found = {a.value: a for a in event().attributes}
    assert found["dunamistrd.com"].to_ids and found["msboxonline.com"].to_ids
    for value in ("convieneonline.com", "curvefinances.com", "162.0.229.159", "23.254.211.230"):
        assert not found[value].to_ids, value
    tag = 'estimative-language:confidence-in-analytic-judgment="{}"'
    assert [t.name for t in found["convieneonline.com"].tags] == [tag.format("low")]
    assert [t.name for t in found["dunamistrd.com"].tags] == [tag.format("moderate")]
    assert "listed by the CSIRT-RD advisory" in found["dunamistrd.com"].comment
