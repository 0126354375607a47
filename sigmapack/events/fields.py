"""Fields of events: one flat level, everything as text, times in one form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

Value = str | tuple[str, ...]
Fields = dict[str, Value]

#: Levels of nesting that real events stay far below.
MAX_DEPTH = 32

#: Fields of one event, and characters of a field's name with those around it: Elasticsearch allows
#: 1,000 fields of an index. Names are written out for each field: without limits a record of two
#: megabytes would take a terabyte.
MAX_FIELDS = 10_000
MAX_NAME = 1024

#: Algorithms in the order in which Sysmon writes them, and their length in hexadecimal digits.
ALGORITHMS = {"md5": 32, "sha1": 40, "sha256": 64, "imphash": 32}

#: What stands for a NUL inside of a value.
NUL = "\u2400"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FILETIME_EPOCH_SECONDS = 11_644_473_600  # from 1601-01-01 to 1970-01-01
ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
    r"\s*(Z|UTC|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
EPOCH_NUMBER = re.compile(r"(?:/Date\()?(\d{1,19}(?:\.\d+)?)(?:[+-]\d{4})?(?:\)/)?", re.ASCII)


class ShapeError(ValueError):
    """An event that cannot be used; the text says what is wrong and what to do."""


def text(value: Any) -> str | None:
    """A JSON scalar as text, None for null and for what is no scalar.

    Unpaired surrogates, which no database stores, become `?`; closing NULs, which Windows leaves
    at the end of some strings, are cut off, and others become their symbol: SQLite's LIKE ends at
    one, so that it would hide what stands behind it.
    """
    if type(value) is str and value.isascii() and "\0" not in value:
        return value  # as nearly every value is
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).rstrip("\0").replace("\0", NUL).encode("utf-8", "replace").decode()


def flatten(record: Mapping[str, Any]) -> Fields:
    """A record as one level: nested names joined with dots, scalars as text, arrays as tuples.

    Nulls, empty arrays and keys that start with `_note` are left out. Objects in an array become
    one tuple for each of their keys.

    Raises:
        ShapeError: objects or arrays are nested deeper than `MAX_DEPTH`, there are more than
            `MAX_FIELDS` fields, or a name is longer than `MAX_NAME`.
    """
    fields: Fields = {}
    _flatten(record, "", fields, 0)
    return fields


def _flatten(record: Mapping[str, Any], prefix: str, fields: Fields, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ShapeError(f"nested deeper than {MAX_DEPTH} levels: not an event of a known log")
    for key, value in record.items():
        if key.startswith("_note"):
            continue
        if len(prefix) + len(key) > MAX_NAME or len(fields) >= MAX_FIELDS:
            raise ShapeError(too_much(len(fields)))
        if isinstance(value, dict):
            _flatten(value, f"{prefix}{key}.", fields, depth + 1)
        elif isinstance(value, list):
            _flatten_list(value, prefix + key, fields, depth + 1)
        elif (scalar := text(value)) is not None:
            fields[prefix + key] = scalar


def _flatten_list(items: list[Any], name: str, fields: Fields, depth: int) -> None:
    found: dict[str, list[str]] = {}
    for item in items:
        inner: Fields = {}
        _flatten({name: item}, "", inner, depth)
        for key, value in inner.items():
            found.setdefault(key, []).extend([value] if isinstance(value, str) else value)
        if len(fields) + len(found) > MAX_FIELDS:
            raise ShapeError(too_much(MAX_FIELDS))
    fields.update({key: tuple(values) for key, values in found.items()})


def too_much(count: int) -> str:
    """What to say of an event with so many fields, or of names too long."""
    if count >= MAX_FIELDS:
        return f"more than {MAX_FIELDS} fields: not an event of a known log"
    return f"a field's name is longer than {MAX_NAME} characters: not an event of a known log"


def put(fields: Fields, name: str, value: Value | None) -> None:
    """Set a field unless there is no value."""
    if value is not None:
        fields[name] = value


def without_prefix(fields: Mapping[str, Value], prefixes: tuple[str, ...]) -> Fields:
    """The fields under the prefixes, without them; of equal names the first."""
    found: Fields = {}
    inside = {name: value for name, value in fields.items() if name.startswith(prefixes)}
    for prefix in prefixes if inside else ():
        for name, value in inside.items():
            if name.startswith(prefix):
                found.setdefault(name[len(prefix) :], value)
    return found


def first(fields: Mapping[str, Value], names: Iterable[str]) -> str | None:
    """The first non-empty single value among the fields named."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, tuple):
            value = value[0] if len(value) == 1 else None
        if value:
            return value
    return None


def first_time(fields: Mapping[str, Value], names: Iterable[str]) -> str | None:
    """The first of the fields named that holds a time, as `timestamp` writes it."""
    times = (timestamp(value) for name in names if isinstance(value := fields.get(name), str))
    return next((time for time in times if time), None)


def timestamp(value: str) -> str | None:
    """A time as ISO 8601 UTC with milliseconds (cut, not rounded); None for anything else.

    Understood: ISO 8601 with `T` or a blank, any number of fraction digits, with an offset or
    without (then UTC, as Sysmon's UtcTime); seconds, milliseconds, microseconds or nanoseconds
    since 1970; FILETIME (100 ns since 1601); `/Date(ms)/` of Windows PowerShell's ConvertTo-Json.
    """
    value = value.strip()
    try:
        if match := EPOCH_NUMBER.fullmatch(value):
            moment = EPOCH + timedelta(milliseconds=_epoch_ms(Decimal(match[1])))
        elif match := ISO.fullmatch(value):
            moment = _iso(*match.groups())
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _epoch_ms(number: Decimal) -> int:
    """Milliseconds since 1970 of a number whose unit shows in its size (for 1973 to 2286)."""
    if number < 10**11:
        return int(number * 1000)
    if number < 10**14:
        return int(number)
    if number < 10**16:
        return int(number) // 1000
    if number < 10**18:
        return int(number) // 10_000 - FILETIME_EPOCH_SECONDS * 1000
    return int(number) // 1_000_000


def _iso(day: str, minute: str, second: str, fraction: str | None, offset: str | None) -> datetime:
    # strptime takes ten times as long, and every event has a time.
    (year, month, date), (hour, past) = map(int, day.split("-")), map(int, minute.split(":"))
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    moment = datetime(year, month, date, hour, past, int(second or 0), micro, UTC)
    if offset and offset[0] in "+-":
        shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        moment = moment.replace(tzinfo=timezone(shift if offset[0] == "+" else -shift))
    return moment.astimezone(UTC)


def joined_hashes(fields: Mapping[str, Value], prefixes: Iterable[str] = ("",)) -> str | None:
    """Separate md5, sha1, sha256 and imphash fields in Sysmon's form `MD5=...,SHA256=...`.

    A value counts when it has the length of its algorithm; the first prefix with any is taken.
    """
    low = {name.lower(): value for name, value in fields.items()}
    for prefix in prefixes:
        parts = []
        for name, length in ALGORITHMS.items():
            value = low.get(prefix + name)
            if isinstance(value, str) and re.fullmatch(rf"[0-9A-Fa-f]{{{length}}}", value):
                parts.append(f"{name.upper()}={value}")
        if parts:
            return ",".join(parts)
    return None
