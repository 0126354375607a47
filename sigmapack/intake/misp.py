"""MISP's events (https://www.misp-standard.org/rfc/misp-standard-core.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sigmapack.intake.offers import Offer, day, note
from sigmapack.intake.places import Places

#: The kinds of attributes that are values, and of composite ones the part that is.
TYPES: Mapping[str, Mapping[str, int]] = {
    "domain": {"domain": 0, "hostname": 0, "domain|ip": 0, "hostname|port": 0},
    "url": {"url": 0},
    "ip": {"ip-dst": 0, "ip-src": 0, "ip-dst|port": 0, "ip-src|port": 0, "domain|ip": 1},
    "hash": {
        **dict.fromkeys(("md5", "sha1", "sha256"), 0),
        **dict.fromkeys(("filename|md5", "filename|sha1", "filename|sha256"), 1),
    },
}
#: MISP's own taxonomy of confidence (misp:confidence-level), in our words.
LEVELS = {
    "completely-confident": "high",
    "usually-confident": "high",
    "fairly-confident": "medium",
    "rarely-confident": "low",
    "unconfident": "low",
}
TAG = re.compile(r'misp:confidence-level="([a-z-]+)"')


def events(data: object) -> list[Mapping[str, Any]]:
    """The events of a file: of an export, or of an answer of MISP's interface."""
    found = data.get("response", data) if isinstance(data, Mapping) else data
    items = found if isinstance(found, list) else [found]
    inner = [item.get("Event") for item in items if isinstance(item, Mapping)]
    return [event for event in inner if isinstance(event, Mapping)]


def offers(found: Sequence[Mapping[str, Any]], path: str, text: str, kind: str) -> Iterator[Offer]:
    """The values of a kind of all events, objects' included; deleted ones are not there."""
    places = Places(text)
    for event in found:
        who = _mapping(event.get("Orgc")).get("name")
        source = note(f"MISP event {event.get('uuid', '')} of {who or 'an unnamed organisation'}")
        level = _confidence(event)
        for attribute in _attributes(event):
            part = TYPES[kind].get(str(attribute.get("type")))
            if part is None or attribute.get("deleted") is True:
                continue
            yield _offer(attribute, part, places, path, kind, source, level)


def _offer(
    attribute: Mapping[str, Any],
    part: int,
    places: Places,
    path: str,
    kind: str,
    source: str,
    level: str,
) -> Offer:
    whole = str(attribute.get("value", ""))
    parts = whole.split("|") if "|" in str(attribute.get("type")) else [whole]
    hashed = kind == "hash" and len(parts) > 1
    return Offer(
        path,
        places.line(attribute.get("uuid"), whole),
        kind,
        parts[part] if part < len(parts) else whole,
        role=note(attribute.get("comment")) or note(attribute.get("category")),
        confidence=_confidence(attribute) or level,
        source=source,
        first_seen=day(attribute.get("first_seen")),
        last_seen=day(attribute.get("last_seen")),
        file_name=note(parts[0]) if hashed else "",
        wrong="" if attribute.get("to_ids") is True else "is not meant for detection (to_ids)",
    )


def _attributes(event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The attributes of an event and of its objects, in the order in which they stand."""
    for name in event:
        if name == "Attribute":
            yield from _mappings(event[name])
        if name == "Object":
            for each in _mappings(event[name]):
                yield from _mappings(each.get("Attribute"))


def _confidence(tagged: Mapping[str, Any]) -> str:
    for tag in _mappings(tagged.get("Tag")):
        match = TAG.fullmatch(str(tag.get("name")))
        if match and match[1] in LEVELS:
            return LEVELS[match[1]]
    return ""


def _mappings(found: object) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}
