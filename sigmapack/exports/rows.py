"""The indicators of the lookups, read into one feed; what no format can carry is refused."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from datetime import date

from sigmapack.content.kinds import KINDS
from sigmapack.content.model import Content, Lookup, Problem, Row
from sigmapack.exports.feed import Feed, Indicator

#: Kinds that are exchanged; what a value must look like, so that it cannot break a format.
FORMS: Mapping[str, str] = {
    "domain": r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}",
    "url": r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?/[A-Za-z0-9._~/?%=&+:@!$*,;()-]*",
    "hash": r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}",
    "ip": r"[0-9a-f.:]+",
    "cookie": r"[A-Za-z0-9_.-]+",
    "token": r"[A-Za-z0-9_./ -]+",
}
DATES = ("first_seen", "last_seen", "valid_until")


class Unfit(Exception):
    """Rows that no format can carry; `problems` says which and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read(content: Content, block_from: date | None = None) -> Feed:
    """The indicators of all lookups.

    Raises:
        Unfit: a value or date is not of the form its column stands for.
    """
    problems: list[Problem] = []
    found = [
        indicator
        for table in content.lookups.values()
        for row in table.rows
        for indicator in _indicator(content, table, row, problems)
    ]
    if problems:
        raise Unfit(sorted(problems))
    first = {(one.kind, one.value): one for one in reversed(found)}
    kinds = list(FORMS)
    ordered = sorted(first.values(), key=lambda one: (kinds.index(one.kind), one.type, one.value))
    return Feed(tuple(ordered), _vendors(content), block_from, content.words)


def _vendors(content: Content) -> tuple[str, ...]:
    """The domains that no list may block: those of `never.toml`, and 3CX's zones."""
    others = content.never.get("vendor_domains", ())
    return (*others, *content.zones)


def _indicator(
    content: Content, table: Lookup, row: Row, problems: list[Problem]
) -> Iterator[Indicator]:
    kind = KINDS.get(table.key, "")
    if kind not in FORMS:
        return
    cells = {column: " ".join(value.split()) for column, value in row.values.items()}
    value = cells[table.key]
    value = value.lower() if kind in ("domain", "hash", "ip") else value
    wrong = _wrong(kind, value, cells)
    if wrong:
        message = f"{value!r} {wrong}: no exchange format can carry it"
        problems.append(Problem(table.path, row.line, "indicator", message))
        return
    confidence = cells.get("confidence", "")
    yield Indicator(
        kind=kind,
        value=value,
        role=cells.get("role") or "role not stated",
        platform=cells.get("platform") or "unknown",
        confidence=confidence if confidence in ("high", "medium") else "low",
        source=cells.get("source") or "source not stated",
        first_seen=cells.get("first_seen", ""),
        last_seen=cells.get("last_seen", ""),
        valid_until=cells.get("valid_until", ""),
        advisory=cells.get("advisory") == "yes",
        table=table.name,
        file_name=cells.get("file_name", ""),
        known=content.blocking.known(cells.get("source", ""), cells.get("advisory") == "yes"),
        words=content.words,
    )


def _wrong(kind: str, value: str, cells: Mapping[str, str]) -> str:
    """What is wrong with a row, or nothing."""
    if not re.fullmatch(FORMS[kind], value):
        return f"is no {kind}"
    if kind == "ip":
        try:
            ipaddress.ip_address(value)
        except ValueError:
            return "is no address"
    for column in DATES:
        day = cells.get(column, "")
        try:
            if day and date.fromisoformat(day).isoformat() != day:
                return f"has a {column} that is not of the form YYYY-MM-DD"
        except ValueError:
            return f"has a {column} that is not of the form YYYY-MM-DD"
    return ""
