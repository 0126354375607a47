"""The document as an event of MISP, by its own library, pymisp (https://pymisp.readthedocs.io/).

The library is an optional part. The event is for your organisation only until somebody shares it,
and extends the event of the pack's feed. It has an object `device` for each host, the indicators
with a sighting for each host, the files of logs as evidence, the techniques of the stages that were
seen as tags of galaxies, and the whole report as text.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid5

from sigmapack.content.model import Content
from sigmapack.content.words import Words, noted
from sigmapack.exports.feed import ALGORITHMS, NAMESPACE, RELEASED, moment
from sigmapack.exports.misp import CONFIDENCE, EVENT, TYPES
from sigmapack.incident import Incident
from sigmapack.incident.found import Host, Indicator, Sighting
from sigmapack.incident.markdown import markdown
from sigmapack.incident.searched import Source
from sigmapack.incident.seen import SEEN

NO_LIBRARY = "an event of MISP needs its library: pip install 'threecx-detection-pack[misp]'"
TITLE = noted("Incident report: 3CX supply-chain compromise (CVE-2023-29059)")
#: How a file of ours begins: an event that extends the pack's own.
MARK = f'{{"Event": {{"extends_uuid": "{EVENT}",'.encode()
#: MISP's numbers: a threat level of 1 is high; of 0 only your organisation sees it.
THREAT = {"critical": 1, "high": 1, "medium": 2}
LOW_THREAT, OWN_ORGANISATION, ONGOING = 3, 0, 1
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class NoLibrary(Exception):
    """pymisp is not installed; the text says what to do."""


def check() -> None:
    """See whether events can be made.

    Raises:
        NoLibrary: pymisp is not installed.
    """
    try:
        import pymisp  # noqa: F401
    except ImportError:
        raise NoLibrary(NO_LIBRARY) from None


def event(document: Incident, content: Content) -> bytes:
    """The event as JSON; the same bytes for the same document.

    Args:
        document: of `incident`.
        content: that it is of, in its language.

    Raises:
        NoLibrary: pymisp is not installed.
    """
    check()
    from pymisp import MISPEvent

    words, text = content.words, markdown(document, content.words).decode()
    made: Any = MISPEvent()
    made.from_dict(**_head(document, content, text))
    for tag in _tags(document, content):
        made.add_tag(tag)
    devices = {host.host: made.add_object(_device(host, text, words)) for host in _known(document)}
    for one in document.indicators:
        attribute = made.add_attribute(**_attribute(one, text))
        for seen in one.sightings:
            attribute.add_sighting(_sighting(seen, one, text))
            if device := devices.get(seen.host):
                link = _id(text, "link", seen.host, one.value)
                device.add_reference(attribute.uuid, "communicates-with", uuid=link)
    for each in document.sources:
        if each.sha256:
            made.add_object(_file(each, text, words))
    title = words(TITLE)
    made.add_event_report(title, text, uuid=_id(text, "report"), timestamp=_stamp(document))
    found = json.loads(made.to_json())
    body = {"extends_uuid": EVENT} | {k: v for k, v in found.items() if k != "extends_uuid"}
    return json.dumps({"Event": body}, ensure_ascii=False).encode() + b"\n"


def _head(document: Incident, content: Content, text: str) -> dict[str, Any]:
    worst = document.hosts[0].level if document.hosts else ""
    name = document.given.organisation
    return {
        "info": " - ".join(filter(None, (content.words(TITLE), name))),
        "date": _day(document),
        "uuid": _id(text, "event"),
        "extends_uuid": EVENT,
        "analysis": ONGOING,
        "distribution": OWN_ORGANISATION,
        "threat_level_id": THREAT.get(worst, LOW_THREAT),
        "timestamp": _stamp(document),
        "published": False,
    }


def _tags(document: Incident, content: Content) -> Iterator[str]:
    """TLP, and the techniques of the stages that were seen, as MISP's galaxy of ATT&CK has them."""
    yield f"tlp:{document.given.tlp.lower()}"
    seen = {stage.id for stage in document.stages if stage.state == SEEN}
    found = {each for stage in content.stages if stage.id in seen for each in stage.techniques}
    known = content.attack.get("techniques", {})
    for each in sorted(found & known.keys()):
        yield f'misp-galaxy:mitre-attack-pattern="{known[each]["name"]} - {each}"'


def _known(document: Incident) -> list[Host]:
    return [host for host in document.hosts if host.host]


def _device(host: Host, text: str, words: Words) -> Any:
    """A host with its matches; `strict` refuses what MISP's template does not have."""
    made = _object("device", _id(text, "device", host.host), host.first, host.last)
    told = {
        "Gravest level": words(host.level),
        "Matches": str(host.matches),
        "Stages of the attack": ", ".join(host.stages),
        "Affected builds": ", ".join(host.builds),
    }
    description = "; ".join(f"{words(name)}: {value}" for name, value in told.items() if value)
    values = {"name": host.host, "description": description}
    if is_address(host.host):
        values["ip-address"] = host.host
    for relation, value in values.items():
        own = _id(text, "device", host.host, relation)
        made.add_attribute(relation, value=value, uuid=own, to_ids=False, disable_correlation=True)
    return made


def _file(source: Source, text: str, words: Words) -> Any:
    made = _object("file", _id(text, "file", source.file), source.first, source.last)
    made.comment = words("Log that was searched: evidence, no indicator")
    values = {"fullpath": source.file, "sha256": source.sha256, "size-in-bytes": source.bytes}
    for relation, value in values.items():
        own = _id(text, "file", source.file, relation)
        made.add_attribute(relation, value=value, uuid=own, to_ids=False, disable_correlation=True)
    return made


def _object(name: str, uuid: str, first: str, last: str) -> Any:
    from pymisp import MISPObject

    made: Any = MISPObject(name, strict=True)
    made.uuid = uuid
    if first:
        made.first_seen, made.last_seen = first, last
    return made


def _attribute(one: Indicator, text: str) -> dict[str, Any]:
    kind, category = TYPES["hash" if one.type in ALGORITHMS.values() else one.type]
    word = CONFIDENCE[one.confidence]
    made = {
        "type": kind or one.type,
        "category": category,
        "value": one.value,
        "uuid": _id(text, "attribute", one.type, one.value),
        "comment": one.role,
        "to_ids": one.confidence == "high" and one.type != "ip",
        "Tag": [{"name": f'estimative-language:confidence-in-analytic-judgment="{word}"'}],
    }
    return made | ({"first_seen": one.first, "last_seen": one.last} if one.first else {})


def _sighting(seen: Sighting, one: Indicator, text: str) -> dict[str, Any]:
    """That a host touched an indicator, and when first, in seconds."""
    uuid = _id(text, "sighting", seen.host, one.value)
    own = {"type": "0", "source": seen.host, "uuid": uuid}
    return own | ({"date_sighting": _seconds(seen.first)} if seen.first else {})


def is_address(name: str) -> bool:
    """Whether a host is told by its address alone."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _day(document: Incident) -> str:
    """The day of the report, else that of the first match, else that of this version."""
    if DAY.fullmatch(document.given.date):
        return document.given.date
    times = [host.first for host in document.hosts if host.first]
    return min(times)[:10] if times else RELEASED.isoformat()


def _stamp(document: Incident) -> int:
    """When the event was changed: no clock is asked, so that equal documents are equal events."""
    return int(moment(_day(document)).timestamp())


def _seconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp())


def _id(text: str, *parts: str) -> str:
    """An id that is the same for the same document, and no other's."""
    return str(uuid5(NAMESPACE, json.dumps(["incident", *parts, text])))
