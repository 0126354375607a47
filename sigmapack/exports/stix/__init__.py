"""A STIX 2.1 bundle: indicators with the campaign, the actor and the malware they indicate.

Standard: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html. Ids are UUIDv5 of what an
object is about, `modified` is the day of the version, so that a new version replaces an old one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import stix2

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import NAMESPACE, RELEASED, Export, Feed, Indicator, moment
from sigmapack.exports.stix.malware import ACTOR_ONLY, MALWARE, Malware
from sigmapack.exports.stix.patterns import pattern
from sigmapack.exports.stix_terms import CONFIDENCE, PUBLIC

#: When the first version with these objects was made; `created` never changes after that.
CREATED = date(2026, 11, 23)
#: Objects that are kept, since they never change and clients have them in common.
MOST_KEPT = 10_000
TYPES = {"low": "unknown", "medium": "malicious-activity", "high": "malicious-activity"}


def files(feed: Feed) -> list[Artifact]:
    """`threecx.stix21.json`: one bundle."""
    objects = list(_objects(feed))
    identity = f"{RELEASED} " + " ".join(found.id for found in objects)
    bundle = stix2.Bundle(objects, id=_id("bundle", identity), allow_custom=False)
    return [Artifact("threecx.stix21.json", (bundle.serialize(indent=1) + "\n").encode())]


def _id(kind: str, about: str) -> str:
    return f"{kind}--{uuid.uuid5(NAMESPACE, f'{kind}:{about}')}"


_OWN = _id("identity", "maintainers")


def _common(kind: str, about: str) -> dict[str, Any]:
    times = {"created": moment(CREATED), "modified": moment(RELEASED)}
    common: dict[str, Any] = {"id": _id(kind, about), **times}
    if kind != "identity":
        common["created_by_ref"] = _OWN
    return {**common, "object_marking_refs": [stix2.TLP_WHITE]}


def _attack(kind: str, name: str) -> list[dict[str, str]]:
    url = f"https://attack.mitre.org/{kind}/{name}/"
    return [{"source_name": "mitre-attack", "external_id": name, "url": url}]


def _objects(feed: Feed) -> Iterator[Any]:
    """The bundle's objects: the fixed ones, then those of the indicators and their relations."""
    campaign, actor = _campaign(), _actor()
    yield stix2.TLP_WHITE
    yield stix2.Identity(
        **_common("identity", "maintainers"),
        name="3CX Detection Pack Maintainers",
        identity_class="group",
    )
    yield campaign
    yield actor
    yield _relation(campaign.id, "attributed-to", actor.id)
    used = [m for m in MALWARE if any(m.named_in(found) for found in feed.indicators)]
    malware = {m.name: _malware(m) for m in used}
    for one in used:
        yield malware[one.name]
        yield _relation((campaign if one.campaign else actor).id, "uses", malware[one.name].id)
    for found in feed.indicators:
        indicator = _indicator(found)
        yield indicator
        alone = any(word in found.role for word in ACTOR_ONLY)
        targets = [(actor if alone else campaign).id]
        targets += [malware[m.name].id for m in used if m.named_in(found)]
        for target in targets:
            yield _relation(indicator.id, "indicates", target, CONFIDENCE[found.confidence])


def _campaign() -> Any:
    return stix2.Campaign(
        **_common("campaign", "C0057"),
        name="3CX Supply Chain Attack",
        aliases=["C0057", "SmoothOperator"],
        description="Compromise of the 3CX desktop client in March 2023, CVE-2023-29059",
        first_seen=moment(date(2022, 12, 7)),
        external_references=[
            *_attack("campaigns", "C0057"),
            {"source_name": "cve", "external_id": "CVE-2023-29059"},
        ],
    )


def _actor() -> Any:
    return stix2.IntrusionSet(
        **_common("intrusion-set", "G1049"),
        name="AppleJeus",
        aliases=["UNC4736", "Citrine Sleet", "Gleaming Pisces"],
        external_references=_attack("groups", "G1049"),
    )


@lru_cache(maxsize=MOST_KEPT)
def _malware(one: Malware) -> Any:
    return stix2.Malware(
        **_common("malware", one.name),
        name=one.name,
        description=one.description,
        malware_types=[one.type],
        is_family=True,
    )


@lru_cache(maxsize=MOST_KEPT)
def _relation(source: str, kind: str, target: str, confidence: int | None = None) -> Any:
    more = {} if confidence is None else {"confidence": confidence}
    about = _common("relationship", f"{source} {kind} {target}")
    return stix2.Relationship(source, kind, target, **about, **more)


@lru_cache(maxsize=MOST_KEPT)
def _indicator(found: Indicator) -> Any:
    start = moment(found.first_seen) if found.first_seen else moment(PUBLIC)
    more: dict[str, Any] = {}
    if found.valid_until:
        last = moment(found.valid_until) + timedelta(days=1)
        more["valid_until"] = max(last, start + timedelta(days=1))
    if found.advisory:
        more["labels"] = ["csirt-rd-advisory"]
    return stix2.Indicator(
        **_common("indicator", f"{found.type} {found.value}"),
        name=found.value,
        description=found.about,
        indicator_types=[TYPES[found.confidence]],
        pattern=pattern(found),
        pattern_type="stix",
        valid_from=start,
        confidence=CONFIDENCE[found.confidence],
        **more,
    )


EXPORT = Export(
    "stix",
    noted("STIX 2.1"),
    noted(
        """\
1. Import `threecx.stix21.json` (OpenCTI: Data, Import; a TAXII server: add the bundle to a
   collection; Sentinel: Threat intelligence, Import using a file).
2. Set the least confidence from which indicators detect: 85 is high, 50 medium, 15 low.
3. To see that it works, look up the indicator `akamaicontainer.com`: it indicates the campaign
   C0057. A new version of the pack replaces the objects of an old one, ids stay.
"""
    ),
    files,
)
