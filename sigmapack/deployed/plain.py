"""Data of a product as fields: a text for each place, without what is empty or said by default."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

#: Seconds of the units of durations, as Prometheus has them (`model.ParseDuration`).
UNITS = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 0.001}
PART = re.compile(r"(\d+)(ms|[ywdhms])")
#: Durations of ISO 8601, as .NET writes those of Azure: `PT26H` comes back as `P1DT2H`.
ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def fields(
    data: Mapping[str, Any], without: Set[str] = frozenset(), deep: Set[str] = frozenset()
) -> dict[str, str]:
    """What a mapping says, by dotted place: numbers stand for positions in lists.

    What is empty is left out: products write an empty list for what nobody gave them.

    Args:
        data: shallow enough to be walked.
        without: keys to leave out.
        deep: keys to leave out at any depth; annotations of OData (`@odata`) are left out anyway.
    """
    kept = {key: value for key, value in data.items() if key not in without}
    return dict(_places(kept, "", deep))


def _places(node: Any, place: str, without: Set[str]) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            name = str(key)
            if name not in without and "@odata" not in name:
                yield from _places(value, f"{place}.{name}" if place else name, without)
    elif isinstance(node, list) and any(isinstance(one, Mapping | list) for one in node):
        for number, value in enumerate(node):
            yield from _places(value, f"{place}.{number}", without)
    elif node not in (None, "", []):
        yield place, text(node)


def text(value: Any) -> str:
    """A value as text: lists of texts by lines, the rest as JSON writes it."""
    if isinstance(value, str):
        return "\n".join(line.rstrip() for line in value.splitlines()).rstrip("\n")
    if isinstance(value, list):
        return "\n".join(map(text, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, default=str)


def defaults(found: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The fields without those that say what is so where nothing is said."""
    return {key: value for key, value in found.items() if known.get(key) != value}


def seconds(value: str) -> str:
    """A duration such as `15m`, `1d2h` or `PT26H` in seconds; what is none as it is."""
    if not value:
        return value
    if (iso := ISO.fullmatch(value)) and any(iso.groups()):
        days, hours, minutes, rest = (int(part or 0) for part in iso.groups())
        return f"{((days * 24 + hours) * 60 + minutes) * 60 + rest}s"
    parts = PART.findall(value)
    if "".join(number + unit for number, unit in parts) != value:
        return value
    return f"{sum(int(number) * UNITS[unit] for number, unit in parts):g}s"


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list; none where it is no list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
