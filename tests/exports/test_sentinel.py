"""Objects for Sentinel's upload: valid STIX, one comparison each, 100 a request at most."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from stix2matcher.matcher import match
from stix2validator import ValidationOptions, validate_instance

from sigmapack.exports import sentinel
from tests.engines.grammar import faults
from tests.engines.registry import prepared
from tests.exports.sample import blocked, feed, own

BODIES: dict[str, dict[str, Any]] = {
    path: json.loads(data)
    for path, data in own().items()
    if path.startswith("sentinel/") and path.endswith(".json")
}
OBJECTS = [each for body in BODIES.values() for each in body["stixobjects"]]
#: A pattern that the rules "TI map" can join: one comparison of one value.
SINGLE = re.compile(
    r"\[(domain-name:value|url:value|ipv[46]-addr:value|file:hashes\.'[\w-]+') = '[^']+'\]"
)


def test_a_request_has_at_most_a_hundred_objects_and_says_its_source() -> None:
    assert len(BODIES) == -(-len(OBJECTS) // 100) > 1
    for body in BODIES.values():
        assert body.keys() == {"sourcesystem", "stixobjects"}
        assert body["sourcesystem"]
        assert 0 < len(body["stixobjects"]) <= 100


def test_every_object_is_valid_and_has_an_id_of_its_own() -> None:
    assert len({each["id"] for each in OBJECTS}) == len(OBJECTS)
    options = ValidationOptions(version="2.1", disabled="uuid-check,extensions-use")
    for each in OBJECTS:
        result = validate_instance(each, options)
        assert result.is_valid, [str(error) for error in result.errors]


def test_every_pattern_is_one_comparison() -> None:
    for each in OBJECTS:
        assert SINGLE.fullmatch(each["pattern"]), each["pattern"]


def test_every_blocked_domain_and_its_www_have_an_object_and_low_confidence_has_none() -> None:
    patterns = {each["pattern"] for each in OBJECTS}
    for domain in blocked():
        for name in (domain, f"www.{domain}"):
            assert f"[domain-name:value = '{name}']" in patterns
    text = json.dumps(OBJECTS)
    low = [one.value for one in feed().indicators if one.confidence == "low"]
    assert low
    sure = {one.value for one in feed().indicators if one.confidence != "low"}
    assert [value for value in low if f"'{value}'" in text and value not in sure] == []


def test_a_pattern_matches_its_value_and_no_lookalike() -> None:
    pattern = "[domain-name:value = 'akamaicontainer.com']"
    assert pattern in {each["pattern"] for each in OBJECTS}
    for name, found in (("akamaicontainer.com", True), ("xakamaicontainer.com", False)):
        sco = {"type": "domain-name", "value": name}
        observed = {
            "type": "observed-data",
            "spec_version": "2.0",
            "id": "observed-data--5f0b6f3e-6b1c-4c55-8f2d-0d9f9a3c1b11",
            "first_observed": "2023-03-22T00:00:00Z",
            "last_observed": "2023-03-22T00:00:00Z",
            "number_observed": 1,
            "objects": {"0": sco},
        }
        assert bool(match(pattern, [observed], stix_version="2.0")) is found


def test_what_a_row_says_of_its_end_is_kept_and_quotes_end_no_constant() -> None:
    one = feed().of("domain")[0]
    (first, _) = sentinel.objects(replace(one, valid_until="2026-12-01", first_seen="2023-03-22"))
    assert first["valid_from"] == "2023-03-22T00:00:00.000Z"
    assert first["valid_until"] == "2026-12-02T00:00:00.000Z"
    (url,) = sentinel.objects(replace(one, kind="url", value="https://a.example/'x\\y"))
    assert url["pattern"] == r"[url:value = 'https://a.example/\'x\\y']"


@pytest.mark.engines("powershell")
def test_the_script_is_powershell() -> None:
    text = own()["sentinel/Send-Indicators.ps1"]
    grammar = prepared("powershell")
    assert faults(grammar, "tree_sitter_powershell", text) == []
    broken = text.replace(b"foreach ($file in $files) {", b"foreach ($file in $files", 1)
    assert faults(grammar, "tree_sitter_powershell", broken)
