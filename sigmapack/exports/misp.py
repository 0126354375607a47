"""A MISP feed: one event with all indicators, its manifest, and the hashes of its values.

Format: https://www.circl.lu/doc/misp/managing-feeds/ and pymisp's `MISPEvent.to_feed`, with which
the tests compare it; it is plain JSON, so pymisp is no dependency of the build.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import NAMESPACE, RELEASED, Export, Feed, Indicator, moment

EVENT = str(uuid.uuid5(NAMESPACE, "misp event"))
ORGANISATION = {
    "name": "3CX Detection Pack Maintainers",
    "uuid": str(uuid.uuid5(NAMESPACE, "misp organisation")),
}
INFO = "3CX supply-chain compromise (CVE-2023-29059)"
#: The day the compromise became public.
DAY = "2023-03-29"
STAMP = str(int(moment(RELEASED).timestamp()))
#: Kind -> type (a hash has its algorithm), category.
TYPES = {
    "domain": ("domain", "Network activity"),
    "url": ("url", "Network activity"),
    "hash": ("", "Payload delivery"),
    "ip": ("ip-dst", "Network activity"),
    "cookie": ("cookie", "Network activity"),
    "token": ("user-agent", "Network activity"),
}
#: https://github.com/MISP/misp-taxonomies/blob/main/estimative-language/machinetag.json
CONFIDENCE = {"high": "high", "medium": "moderate", "low": "low"}


def tag(name: str, colour: str) -> dict[str, Any]:
    """A tag, with the keys that pymisp writes."""
    return {"colour": colour, "local": False, "name": name, "relationship_type": ""}


def attribute(found: Indicator) -> dict[str, Any]:
    """An attribute; only those that are sure are for detection."""
    kind, category = TYPES[found.kind]
    word = CONFIDENCE[found.confidence]
    judged = f'estimative-language:confidence-in-analytic-judgment="{word}"'
    made: dict[str, Any] = {
        "uuid": str(uuid.uuid5(NAMESPACE, f"misp attribute {found.type} {found.value}")),
        "type": kind or found.type,
        "category": category,
        "value": found.value,
        "comment": found.about,
        "to_ids": found.sure,
        "timestamp": STAMP,
        "disable_correlation": False,
        "Tag": [tag(judged, "#001cad")],
    }
    for key, day in (("first_seen", found.first_seen), ("last_seen", found.last_seen)):
        if day:
            made[key] = moment(day).isoformat()
    return made


def event(feed: Feed) -> dict[str, Any]:
    """The event."""
    return {
        "uuid": EVENT,
        "info": INFO,
        "date": DAY,
        "analysis": "2",
        "threat_level_id": "1",
        "extends_uuid": "",
        "protected": False,
        "published": True,
        "timestamp": STAMP,
        "publish_timestamp": STAMP,
        "Orgc": ORGANISATION,
        "Tag": [tag("tlp:clear", "#ffffff"), tag("type:OSINT", "#004646")],
        "Attribute": [attribute(found) for found in feed.indicators],
    }


def files(feed: Feed) -> list[Artifact]:
    """`manifest.json`, `hashes.csv` and `<uuid>.json`."""
    made = event(feed)
    entry = {key: made[key] for key in ("Orgc", "Tag", "info", "date")}
    entry |= {key: int(made[key]) for key in ("analysis", "threat_level_id", "timestamp")}
    return [
        _json("manifest.json", {EVENT: entry}),
        Artifact("hashes.csv", "".join(f"{line}\n" for line in _hashes(feed)).encode()),
        _json(f"{EVENT}.json", {"Event": made}),
    ]


def _hashes(feed: Feed) -> Iterator[str]:
    """MD5 of every value with the event's id: MISP's index for lookups, no protection."""
    for found in feed.indicators:
        digest = hashlib.md5(found.value.encode(), usedforsecurity=False).hexdigest()
        yield f"{digest},{EVENT}"


def _json(path: str, data: object) -> Artifact:
    return Artifact(path, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())


EXPORT = Export(
    "misp",
    noted("MISP feed"),
    noted(
        """\
1. Put the folder on a web server of yours, or on the MISP server itself (Input source: Local).
   Sync Actions, Feeds, Add Feed: MISP Feed, its URL; enable it, then Fetch and store all feed data.
2. `to_ids` is set for the advisory's and high-confidence indicators only; the tag says the
   confidence of each. Publish the event to share it.
3. To see that it works, search for `akamaicontainer.com`: the event has its attribute. Ids stay
   over versions, so fetching again updates the event.
"""
    ),
    files,
)
