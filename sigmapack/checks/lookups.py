"""House rules for lookup tables: schema, order, valid values, nothing false."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from publicsuffixlist import PublicSuffixList

from sigmapack.checks.registry import check, own_check
from sigmapack.content import limits
from sigmapack.content.kinds import KINDS, NEEDED
from sigmapack.content.model import Content, Lookup, Problem, Row

ABOUT = (
    "role",
    "platform",
    "confidence",
    "source",
    "first_seen",
    "last_seen",
    "valid_until",
    "advisory",
)
ALLOWED = {
    "confidence": ("high", "medium", "low"),
    "platform": ("windows", "macos", "linux", "any", "unknown"),
    "advisory": ("yes", "no"),
    "whole": ("yes", "no"),
}
#: Labels of letters, digits and inner hyphens, at least two (RFC 1123, section 2.1).
DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
HASH_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64}
#: The advisory of CSIRT-RD lists this many domains.
ADVISORY_DOMAINS = 21


@own_check
def schema(content: Content) -> Iterator[Problem]:
    """The first column has a known kind, and all that is known of a value has its column."""
    for table in content.lookups.values():
        missing = [column for column in ABOUT if column not in table.columns]
        if missing:
            yield Problem(table.path, 1, "schema", f"missing columns: {', '.join(missing)}")
        if table.key not in KINDS:
            known = ", ".join(sorted(KINDS))
            message = f"the first column, {table.key!r}, is of no known kind: {known}"
            yield Problem(table.path, 1, "schema", message)
        if not table.rows:
            yield Problem(table.path, 1, "schema", "the table has no rows")


@check
def length(content: Content) -> Iterator[Problem]:
    """A table is not longer than products take; a replay does without this check."""
    for table in content.lookups.values():
        if len(table.rows) > limits.MOST_BUILT:
            message = (
                f"{len(table.rows):,} rows, {limits.MOST_BUILT:,} are the most of a table that "
                "goes into products: split it"
            )
            yield Problem(table.path, 1, "long-table", message)


@check
def needed(content: Content) -> Iterator[Problem]:
    """A table has the columns without which no value of its first can be matched."""
    for table in content.lookups.values():
        for column in NEEDED.get(table.key, ()):
            if column not in table.columns:
                message = f"the first column, {table.key!r}, needs the column {column}"
                yield Problem(table.path, 1, "schema", message)


@own_check
def order(content: Content) -> Iterator[Problem]:
    """Rows are sorted by all their columns and no value stands twice, also across tables."""
    seen: dict[tuple[str, str], str] = {}
    for table in content.lookups.values():
        previous: tuple[str, ...] = ()
        for row in table.rows:
            values = tuple(row.values.values())
            if values < previous:
                message = f"{values[0]} stands behind {previous[0]}: sort the rows"
                yield Problem(table.path, row.line, "order", message)
            previous = values
            family = table.key if table.key != "version" else table.name
            first = seen.setdefault((family, values[0].lower()), f"{table.path}:{row.line}")
            if first != f"{table.path}:{row.line}":
                message = f"{values[0]} stands at {first} already"
                yield Problem(table.path, row.line, "duplicate", message)


@own_check
def values(content: Content) -> Iterator[Problem]:
    """Every value is what its column says."""
    for table in content.lookups.values():
        for row in table.rows:
            for column, value in row.values.items():
                for message in _wrong(column, value, row):
                    yield Problem(table.path, row.line, "value", f"{column} {value!r}: {message}")


def _wrong(column: str, value: str, row: Row) -> Iterator[str]:
    if value != value.strip() or any(ord(character) < 32 for character in value):
        yield "has blanks at its ends or control characters"
    kind = KINDS.get(column)
    if kind in ("domain", "zone") or (kind == "answer" and not _is_address(value)):
        yield from _wrong_domain(value)
    elif kind == "hash":
        length = HASH_LENGTHS.get(row.values.get("algorithm", ""), 0)
        if len(value) != length or value.strip("0123456789abcdef"):
            yield f"is not a {row.values.get('algorithm')} in lower-case hexadecimal"
    elif kind == "url" and value != f"https://{row.values.get('host')}{row.values.get('path')}":
        yield "is not https:// with the row's own host and path"
    elif kind == "ip" and not _is_address(value):
        yield "is not an IP address"
    elif column in ALLOWED and value not in ALLOWED[column]:
        yield f"is none of {', '.join(ALLOWED[column])}"
    elif column in ("first_seen", "last_seen", "valid_until"):
        yield from _wrong_date(column, value, row)
    elif column in ("role", "source") and not value:
        yield "is empty: an indicator without it cannot be judged"


def _is_address(value: str) -> bool:
    try:
        return str(ipaddress.ip_address(value)) == value
    except ValueError:
        return False


def _wrong_domain(value: str) -> Iterator[str]:
    if value != value.lower():
        yield "is not in lower case"
    elif not DOMAIN.fullmatch(value):
        yield "is not a domain name in its ASCII form, without a final dot"
    elif not _suffixes().privatesuffix(value):
        yield "is no registrable domain, nor a name below one (Public Suffix List)"


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def _wrong_date(column: str, value: str, row: Row) -> Iterator[str]:
    if not value:
        return
    try:
        day = date.fromisoformat(value)
    except ValueError:
        yield "is not a date of the form YYYY-MM-DD"
        return
    first = row.values.get("first_seen", "")
    if column == "last_seen" and first and day.isoformat() < first:
        yield f"is before first_seen {first}"


@own_check
def never(content: Content) -> Iterator[Problem]:
    """No false indicator, no vendor's domain."""
    false = content.never["false_indicators"]
    vendors = [*content.never["vendor_domains"], *content.zones]
    for table in content.lookups.values():
        for row in table.rows:
            for column in table.columns:
                value = row.values[column].lower()
                wrong = _false(column, value, row, false)
                if wrong:
                    message = f"{value} is no indicator: {false[wrong]}"
                    yield Problem(table.path, row.line, "false-indicator", message)
                elif KINDS.get(column) == "domain" and not _with_path(row):
                    yield from _vendor(table, row, value, vendors)


def _with_path(row: Row) -> bool:
    """Whether a host is looked for with a path only, as a file on a file host is."""
    return row.values.get("path", "").strip("/") != ""


def _false(column: str, value: str, row: Row, false: Mapping[str, str]) -> str:
    """The false indicator that a value is, or nothing.

    An antivirus name is one as well where it holds a generic one (Linux/NukeSped.E), or would match
    it: a family is found anywhere in a verdict.
    """
    if column not in KINDS:
        return ""
    if KINDS[column] != "threat":
        return value if value in false else ""
    anywhere = row.values.get("whole") != "yes"
    return next((one for one in false if one in value or (anywhere and value in one)), "")


def _vendor(table: Lookup, row: Row, value: str, vendors: list[str]) -> Iterator[Problem]:
    for vendor in vendors:
        if value == vendor or value.endswith(f".{vendor}") or vendor.endswith(f".{value}"):
            message = f"{value} belongs to a vendor ({vendor}): never an indicator"
            yield Problem(table.path, row.line, "vendor-domain", message)


@own_check
def advisory(content: Content) -> Iterator[Problem]:
    """All domains of the advisory are in one table, marked as such."""
    table = content.lookups.get("ioc_domains")
    if table is None:
        return
    listed = sum(row.values.get("advisory") == "yes" for row in table.rows)
    if listed != ADVISORY_DOMAINS:
        message = f"{listed} domains are marked as the advisory's: it lists {ADVISORY_DOMAINS}"
        yield Problem(table.path, 1, "advisory", message)
