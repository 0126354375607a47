"""What every format is made of: the indicators of the lookups, and those that may be blocked.

Builds (kind version) are no indicators to exchange: 18.11.1213 is bad on macOS and clean on
Windows, and the same column lists the fixed builds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from uuid import NAMESPACE_DNS, uuid5

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import ENGLISH, Words, noted

#: Day of this version, as CHANGELOG.md has it: formats with a time of change state it.
RELEASED = date(2026, 11, 23)

#: Ids of formats that have them are UUIDv5 of this and of what a thing is about.
NAMESPACE = uuid5(NAMESPACE_DNS, "threecx-detection-pack")

#: The advisory of CSIRT-RD asks to block for at least this many days.
LEAST_DAYS = 30

#: Kinds that blocking lists hold.
BLOCKED = ("domain", "url", "ip")

#: What a block is tried with. No zone has a name that ends so (RFC 6761), and resolvers do not
#: answer it by themselves, as Unbound does with `.invalid`.
CANARY = "block-test.threecx.example"

SURE = {
    "high": noted("high confidence"),
    "medium": noted("medium confidence"),
    "low": noted("low confidence"),
}
ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256"}


@dataclass(frozen=True)
class Indicator:
    """A row of a lookup: a value, and what is known of it."""

    kind: str
    value: str
    role: str
    platform: str
    confidence: str
    source: str
    first_seen: str
    last_seen: str
    valid_until: str
    advisory: bool
    table: str
    file_name: str = ""
    known: str = ""
    """The day since which it is known: the advisory's, or that of its first source."""
    words: Words = field(default=ENGLISH, compare=False, repr=False)
    """Of the reader's language."""

    @property
    def type(self) -> str:
        """The kind, for a hash its algorithm: `domain`, `url`, `sha256`, ..."""
        return ALGORITHMS[len(self.value)] if self.kind == "hash" else self.kind

    @property
    def sure(self) -> bool:
        """Whether a hit is worth an alert: the advisory lists it or confidence is high, and it is
        neither expired nor an address, which changes hands."""
        trusted = self.advisory or self.confidence == "high"
        return trusted and not self.valid_until and self.kind != "ip"

    @property
    def about(self) -> str:
        """One line on the value: its role, file, confidence and sources."""
        words = self.words
        parts = [
            f"{self.role} ({self.file_name})" if self.file_name else self.role,
            words(SURE[self.confidence]) if self.confidence in SURE else self.confidence,
            words("listed by the CSIRT-RD advisory") if self.advisory else "",
            words("valid until {date}", date=self.valid_until) if self.valid_until else "",
            self.source,
        ]
        return "; ".join(filter(None, parts))


@dataclass(frozen=True)
class Feed:
    """All indicators, sorted; `vendors` are domains that must never be blocked."""

    indicators: tuple[Indicator, ...]
    vendors: tuple[str, ...]
    block_from: date | None
    words: Words = ENGLISH

    def of(self, *kinds: str) -> list[Indicator]:
        """The indicators of some kinds."""
        return [found for found in self.indicators if found.kind in kinds]

    def blocked(self, kind: str) -> list[Indicator]:
        """The indicators of a kind that a blocking list may hold."""
        return [found for found in self.of(kind) if self.blocks(found)]

    def blocks(self, found: Indicator) -> bool:
        """Whether blocking is sound: the advisory asks for it or confidence is high, it is valid
        on the day of blocking (where that is not known, of this version), and no vendor owns it.

        An address changes hands: it is blocked only while it is said to be valid on that day.
        """
        if found.kind not in BLOCKED:
            return False
        if found.kind == "ip" and not (self.block_from and found.valid_until):
            return False
        day = (self.block_from or RELEASED).isoformat()
        if found.valid_until and found.valid_until < day:
            return False
        if found.kind == "domain" and self.owned(found.value):
            return False
        return found.advisory or found.confidence == "high"

    def owned(self, domain: str) -> bool:
        """Whether blocking a domain would block a vendor's: it is one, above one, or below one."""
        return domain in self._above or not self._vendors.isdisjoint(_parents(domain))

    @cached_property
    def _vendors(self) -> frozenset[str]:
        return frozenset(self.vendors)

    @cached_property
    def _above(self) -> frozenset[str]:
        return frozenset(name for vendor in self.vendors for name in _parents(vendor))

    @cached_property
    def left_out(self) -> list[Indicator]:
        """Domains that are no part of blocking lists because a vendor owns them."""
        return [found for found in self.of("domain") if self.owned(found.value)]

    @property
    def block_until(self) -> date | None:
        """The last of the advisory's days, when the first is known."""
        return self.block_from + timedelta(days=LEAST_DAYS) if self.block_from else None

    def header(self, title: str, *kinds: str) -> list[str]:
        """What a blocking list says first: what it is, of whom, and for how long.

        Args:
            title: what it is.
            kinds: of its entries; domains, unless given.
        """
        words = self.words
        lines = [
            words("{title}: 3CX supply-chain compromise (CVE-2023-29059)", title=words(title)),
            words(
                "Holds the domains of the CSIRT-RD advisory and high-confidence indicators only."
            ),
            self.period_of(*kinds or ("domain",)),
        ]
        if owned := ", ".join(found.value for found in self.left_out):
            lines.append(words("Left out, owned by a vendor: {domains}", domains=owned))
        return lines

    @property
    def period(self) -> str:
        """How long to block all entries, in a sentence or two."""
        return self.period_of(*BLOCKED)

    def period_of(self, *kinds: str) -> str:
        """How long to block entries of some kinds, in a sentence or two."""
        if not self.block_from:
            asked = self.words(
                "The advisory asks to block for at least {days} days from the day of blocking "
                "(build with --block-from DATE to have the days here).",
                days=LEAST_DAYS,
            )
            return " ".join([asked, *self._earliest(kinds)])
        return self.words(
            "Block from {first} until at least {last} ({days} days, the advisory's minimum).",
            first=self.block_from,
            last=self.block_until,
            days=LEAST_DAYS,
        )

    def _earliest(self, kinds: Iterable[str]) -> Iterator[str]:
        """The days before which no block may end, where the day of blocking is not known."""
        days = [one.known for kind in kinds for one in self.blocked(kind) if one.known]
        if days:
            first, last = (date.fromisoformat(day) for day in (min(days), max(days)))
            yield self.words(
                "Entries are known since {first} to {last}: no block of them may end before {end}.",
                first=first,
                last=last,
                end=last + timedelta(days=LEAST_DAYS),
            )


@dataclass(frozen=True)
class Export:
    """A format: its folder, what it is, how it is used (Markdown), and its files."""

    name: str
    title: str
    use: str
    files: Callable[[Feed], list[Artifact]]


def names(found: Indicator) -> tuple[str, ...]:
    """The names to list where a format compares whole names: the domain and its `www`.

    `www` names of the campaign's domains are known (Volexity lists two); any other subdomain
    escapes such a format.
    """
    return (found.value, f"www.{found.value}")


def moment(day: str | date) -> datetime:
    """The start of a day, UTC."""
    return datetime.combine(date.fromisoformat(str(day)), time(), UTC)


def text(path: str, lines: list[str]) -> Artifact:
    """A text file."""
    return Artifact(path, "".join(f"{line}\n" for line in lines).encode())


def _parents(domain: str) -> Iterator[str]:
    """A domain, and all above it."""
    labels = domain.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))
