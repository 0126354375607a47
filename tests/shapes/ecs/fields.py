"""Fields of ECS: their types, and those that several agents fill alike."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Document = dict[str, Any]
Fields = Mapping[str, Any]
Makers = Mapping[str, Callable[[Fields], Iterator[Document]]]

LONG = {
    "source.port",
    "destination.port",
    "process.pid",
    "http.response.status_code",
    "squid.status_code",
    "dns.answers_count",
}
#: Types other than keyword (www.elastic.co/docs/reference/ecs/ecs-field-reference).
KINDS: Mapping[str, str] = {
    "@timestamp": "date",
    **dict.fromkeys(sorted(LONG), "long"),
    **dict.fromkeys(("source.ip", "destination.ip", "dns.resolved_ip"), "ip"),
    **dict.fromkeys(
        (
            "process.command_line",
            "process.parent.command_line",
            "registry.data.strings",
            "url.full",
            "url.original",
            "url.path",
        ),
        "wildcard",
    ),
    "dll.code_signature.exists": "boolean",
    "powershell.file.script_block_text": "text",
}
#: What a type has besides.
MORE: Mapping[str, Mapping[str, Any]] = {
    "keyword": {"ignore_above": 1024},
    "text": {"analyzer": "whitespace"},
}
#: Fields to which Elastic Defend and ECS give a multi-field that is analysed or ignores case.
WITH_TEXT = {"process.executable", "process.name", "process.command_line", "file.path", "file.name"}


def mapping() -> dict[str, Any]:
    """`mappings` of an index: types of ECS, and of everything else as Beats map it: keyword."""
    properties: dict[str, Any] = {}
    for field in sorted({*KINDS, *WITH_TEXT}):
        place = properties
        *parents, last = field.split(".")
        for parent in parents:
            place = place.setdefault(parent, {"properties": {}})["properties"]
        kind = KINDS.get(field, "keyword")
        place[last] = {"type": kind, **MORE.get(kind, {})}
        if field in WITH_TEXT:
            place[last]["fields"] = {"text": {"type": "match_only_text"}}
    strings = {"match_mapping_type": "string", "mapping": {"type": "keyword", "ignore_above": 1024}}
    return {"properties": properties, "dynamic_templates": [{"strings": strings}]}


def analysed(document: Document) -> Document:
    """A document whose analysed text is words with blanks between, as its analyzer makes them.

    powershell_script_analyzer (packages/windows/data_stream/powershell_operational/manifest.yml)
    separates at `[^\\w-]+` and writes in lower case; the servers that tests run lack its type.
    """
    words = {
        name: " ".join(re.findall(r"[\w-]+", value.lower(), re.ASCII))
        for name, value in document.items()
        if KINDS.get(name) == "text" and isinstance(value, str)
    }
    return {**document, **words}


def hashes(data: Fields, place: str) -> Document:
    """The hashes of an event below an object, in lower case; such that are only zeros are none."""
    found: Document = {}
    for part in str(data.get("Hashes", "")).split(","):
        name, separator, value = part.partition("=")
        if separator and value.strip("0"):
            name = name.lower()
            field = f"{place}.pe.imphash" if name == "imphash" else f"{place}.hash.{name}"
            found[field] = value.lower()
    return found


def names_of(document: Document, separator: str) -> Document:
    """The names of programs and files beside their paths."""
    found = {}
    for path, name in (
        ("process.executable", "process.name"),
        ("process.parent.executable", "process.parent.name"),
        ("file.path", "file.name"),
    ):
        value = document.get(path)
        if isinstance(value, str) and separator in value and name not in document:
            found[name] = value.rpartition(separator)[2]
    return found


def typed(field: str, value: Any) -> Any:
    """A value as the type of its field wants it; none where it cannot be one."""
    if field in LONG:
        return int(value) if isinstance(value, str) and value.isdigit() else None
    return ip(value) if KINDS.get(field) == "ip" else value


def ip(value: Any) -> str | None:
    """An address as a field of type ip has it: Java takes IPv4 written as IPv6 for IPv4."""
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)
