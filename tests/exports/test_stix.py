"""The STIX bundle: valid, stable, and its patterns match what they should on stix2-matcher."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import stix2
from stix2matcher.matcher import match

from tests.exports.sample import feed, hits, lookalikes, own

SEEN = "2023-03-22T09:14:05.000Z"
#: Warnings that do not apply: ids are to be UUIDv4 (ours are UUIDv5, or a new build would double
#: every object), a reference by URL is to have the hash of the page.
NOT_APPLIED = ("{103}", "{302}")


@cache
def objects() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(own()["stix/threecx.stix21.json"])["objects"])


def of(kind: str) -> list[dict[str, Any]]:
    return [one for one in objects() if one["type"] == kind]


@cache
def patterns() -> dict[str, str]:
    """Value -> pattern."""
    return {one["name"]: one["pattern"] for one in of("indicator")}


def observed(sco: dict[str, Any]) -> dict[str, Any]:
    """A bundle with one observation of one object."""
    made = {"spec_version": "2.1", "id": f"{sco['type']}--{uuid.uuid4()}", **sco}
    data = {
        "type": "observed-data",
        "spec_version": "2.1",
        "id": f"observed-data--{uuid.uuid4()}",
        "created": SEEN,
        "modified": SEEN,
        "first_observed": SEEN,
        "last_observed": SEEN,
        "number_observed": 1,
        "object_refs": [made["id"]],
    }
    return {"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "objects": [data, made]}


def matched(pattern: str, sco: dict[str, Any]) -> bool:
    return bool(match(pattern, [observed(sco)], stix_version="2.1"))


def request(**header: str) -> dict[str, Any]:
    """A web request with one header."""
    values = {name.replace("_", "-"): value for name, value in header.items()}
    extension = {"request_method": "get", "request_value": "/", "request_header": values}
    return {
        "type": "network-traffic",
        "protocols": ["tcp", "http"],
        "extensions": {"http-request-ext": extension},
    }


def test_the_validator_of_oasis_finds_no_error_and_no_warning_that_applies() -> None:
    import stix2validator  # takes seconds: only who runs this test is to wait

    options = stix2validator.ValidationOptions(version="2.1")
    text = own()["stix/threecx.stix21.json"].decode()
    result = stix2validator.validate_string(text, options)
    assert result.is_valid, result.errors
    results = getattr(result, "object_results", None) or [result]
    found = [str(w) for one in results for w in (one.warnings or [])]
    assert [warning for warning in found if not any(n in warning for n in NOT_APPLIED)] == []


def test_the_library_reads_every_object_back() -> None:
    text = own()["stix/threecx.stix21.json"].decode()
    bundle = stix2.parse(text, allow_custom=False, version="2.1")
    assert len(bundle.objects) == len(objects())
    assert bundle.serialize(indent=1) + "\n" == text


def test_every_indicator_of_the_lookups_is_there_with_its_confidence() -> None:
    wanted = {one.value: {"high": 85, "medium": 50, "low": 15}[one.confidence] for one in _all()}
    assert {one["name"]: one["confidence"] for one in of("indicator")} == wanted
    low = [one for one in of("indicator") if one["confidence"] == 15]
    assert low and {tuple(one["indicator_types"]) for one in low} == {("unknown",)}


def _all() -> Any:
    return feed().indicators


def test_ids_are_uuid5_and_distinct_and_every_reference_is_in_the_bundle() -> None:
    ids = [one["id"] for one in objects()]
    assert len(set(ids)) == len(ids)
    ours = [one["id"] for one in objects() if one["type"] != "marking-definition"]
    assert {uuid.UUID(one.partition("--")[2]).version for one in ours} == {5}
    text = own()["stix/threecx.stix21.json"].decode()
    references = re.findall(r'_refs?": (?:\[\s*)?"([^"]+)"', text)
    assert set(references) <= set(ids)


def test_times_are_fixed_and_valid_until_is_behind_valid_from() -> None:
    for one in objects():
        assert one["created"] <= one.get("modified", one["created"]) <= _now()
    until = {one["name"]: one["valid_until"] for one in of("indicator") if "valid_until" in one}
    assert until.keys() == {one.value for one in _all() if one.valid_until}
    assert set(until.values()) == {"2023-06-01T00:00:00Z"}
    for one in of("indicator"):
        assert one["valid_from"] < one.get("valid_until", "9")


def _now() -> str:
    return datetime.now(UTC).isoformat()


def test_every_indicator_indicates_the_campaign_or_its_actor() -> None:
    (campaign,), (actor,) = of("campaign"), of("intrusion-set")
    names = {one["id"]: one["name"] for one in objects() if "name" in one}
    targets: dict[str, set[str]] = {}
    for one in of("relationship"):
        if one["relationship_type"] == "indicates":
            targets.setdefault(names[one["source_ref"]], set()).add(names[one["target_ref"]])
    assert targets.keys() == patterns().keys()
    for found in targets.values():
        assert len(found & {campaign["name"], actor["name"]}) == 1
    assert targets["akamaicontainer.com"] == {campaign["name"]}
    assert targets["curvefinances.com"] == {actor["name"]}
    assert targets["journalide.org"] == {campaign["name"], "SimplexTea"}
    assert targets["https://journalide.org/djour.php"] == {actor["name"], "SimplexTea"}
    assert campaign["external_references"][0]["external_id"] == "C0057"
    used = {names[one["target_ref"]] for one in of("relationship")}
    assert {one["name"] for one in of("malware")} <= used


@pytest.mark.parametrize("domain", [one.value for one in feed().of("domain")])
def test_the_pattern_of_a_domain_matches_subdomains_and_no_lookalike(domain: str) -> None:
    for name in hits(domain):
        assert matched(patterns()[domain], {"type": "domain-name", "value": name.lower()}), name
    for name in lookalikes(domain):
        assert not matched(patterns()[domain], {"type": "domain-name", "value": name}), name


def test_the_pattern_of_a_url_matches_it_with_or_without_a_query_only() -> None:
    for found in feed().of("url"):
        pattern = patterns()[found.value]
        for value in (found.value, f"{found.value}?id=1"):
            assert matched(pattern, {"type": "url", "value": value}), value
        for value in (f"{found.value}s", f"{found.value}/x", found.value.replace(".", "x")):
            assert not matched(pattern, {"type": "url", "value": value}), value


def test_the_pattern_of_a_hash_matches_under_its_own_algorithm_only() -> None:
    names = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}
    for found in feed().of("hash"):
        sco = {"type": "file", "hashes": {names[found.type]: found.value}}
        assert matched(patterns()[found.value], sco)
        other = {"type": "file", "hashes": {"SHA-512": found.value}}
        assert not matched(patterns()[found.value], other)


def test_the_pattern_of_an_address_matches_it() -> None:
    for found in feed().of("ip"):
        assert matched(patterns()[found.value], {"type": "ipv4-addr", "value": found.value})
        assert not matched(patterns()[found.value], {"type": "ipv4-addr", "value": "192.0.2.1"})


def test_the_pattern_of_a_cookie_matches_its_whole_name() -> None:
    pattern = patterns()["__tutma"]
    for value in ("__tutma=1", "a=b; __tutma=1", "a=b;__tutma=1; c=d"):
        assert matched(pattern, request(Cookie=value)), value
    for value in ("__utma=1", "x__tutma=1", "a=__tutma", "__tutmax=1", "xxtutma=1"):
        assert not matched(pattern, request(Cookie=value)), value


def test_the_pattern_of_a_user_agent_matches_a_part_of_it() -> None:
    pattern = patterns()["3CXDesktopApp/18.11.1197"]
    agent = "Mozilla/5.0 3CXDesktopApp/{} Chrome/102.0.5005.167"
    assert matched(pattern, request(User_Agent=agent.format("18.11.1197")))
    assert not matched(pattern, request(User_Agent=agent.format("18.12.425")))
    assert not matched(pattern, request(User_Agent=agent.format("18x11x1197")))
